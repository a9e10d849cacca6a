/**
 * A file of short notes that must survive this process, but not a crash of the machine. So a note is written
 * immediately and not flushed, which takes a twentieth of a millisecond. Does not know what the notes say.
 */
import fs from 'node:fs';
import {join} from 'node:path';

/** The most notes that the file takes. Bytes: they are removed soon, so there are few, unless the disk refuses. */
export const mostNoteBytes = 256 * 1024;

export class NotesFile {
  readonly #path: string;
  /** Whether the file may contain notes. */
  #content: 'none' | 'some' = 'some';

  /** @param name of the file, in the state directory */
  constructor(stateDir: string, name: 'cut-notes' | 'frozen-notes') {
    this.#path = join(stateDir, name);
  }

  /** The notes; empty if the file is missing, is not ours, or cannot be read. */
  read(): string {
    try {
      // A pipe would make the daemon wait, and the notes of another user must not count.
      const file = fs.lstatSync(this.#path);
      const isOurs = file.isFile() && file.uid === process.getuid?.();
      return isOurs && file.size <= mostNoteBytes ? fs.readFileSync(this.#path, 'utf8') : '';
    } catch {
      return '';
    }
  }

  /** @throws if the disk refuses, or the file is full: the next run would read none of the notes */
  add(text: string): void {
    const {size = 0} = fs.statSync(this.#path, {throwIfNoEntry: false}) ?? {};
    if (size + Buffer.byteLength(text) > mostNoteBytes) throw new Error(`${this.#path} is full`);
    this.#content = 'some';
    fs.appendFileSync(this.#path, text, {mode: 0o600});
  }

  /** Removes the notes, because they are no longer needed. If the disk refuses, the next call tries again. */
  clear(): void {
    if (this.#content === 'none') return;
    try {
      fs.rmSync(this.#path, {force: true});
      this.#content = 'none';
    } catch {
      // The next call tries again.
    }
  }
}

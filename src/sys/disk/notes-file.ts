/**
 * A file of short notes that must survive this process, but not a crash of the machine. So a note is written
 * immediately and not flushed, which takes a twentieth of a millisecond. Does not know what the notes say.
 */
import fs from 'node:fs';
import {join} from 'node:path';

/** The longest text that is read. Bytes: each commit removes the notes, so there are few. */
export const mostNoteBytes = 256 * 1024;

export class NotesFile {
  readonly #path: string;
  /** Whether the file may contain notes. */
  #content: 'none' | 'some' = 'some';

  constructor(stateDir: string) {
    this.#path = join(stateDir, 'cut-notes');
  }

  /** The notes; empty if the file is missing, is not ours, or cannot be read. */
  read(): string {
    try {
      // A pipe would make the daemon wait, and the notes of another user must not count.
      const {uid, size} = fs.lstatSync(this.#path);
      const isOurs = fs.lstatSync(this.#path).isFile() && uid === process.getuid?.();
      return isOurs && size <= mostNoteBytes ? fs.readFileSync(this.#path, 'utf8') : '';
    } catch {
      return '';
    }
  }

  /** @throws if the disk refuses */
  add(text: string): void {
    this.#content = 'some';
    fs.appendFileSync(this.#path, text, {mode: 0o600});
  }

  /** Removes the notes, because the state has them. If the disk refuses, the next call tries again. */
  clear(): void {
    if (this.#content === 'none') return;
    try {
      fs.rmSync(this.#path, {force: true});
      this.#content = 'none';
    } catch {
      // The next commit tries again.
    }
  }
}

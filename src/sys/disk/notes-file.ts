/**
 * A file of short notes that outlive this process, and need not outlive the machine. They are written at once
 * and not flushed, which takes a twentieth of a millisecond. Does not know what they say.
 */
import fs from 'node:fs';
import {join} from 'node:path';

/** Notes are taken away at each commit, so there are few. Bytes: what comes behind is not read. */
export const mostNoteBytes = 256 * 1024;

export class NotesFile {
  readonly #path: string;
  /** Whether something may stand in it. */
  #content: 'none' | 'some' = 'some';

  constructor(stateDir: string) {
    this.#path = join(stateDir, 'cut-notes');
  }

  /** What stands in it; nothing where it is not there, is not ours, or cannot be read. */
  read(): string {
    try {
      // A pipe would keep the daemon waiting, and another user's file be believed.
      const {uid, size} = fs.lstatSync(this.#path);
      const isOurs = fs.lstatSync(this.#path).isFile() && uid === process.getuid?.();
      return isOurs && size <= mostNoteBytes ? fs.readFileSync(this.#path, 'utf8') : '';
    } catch {
      return '';
    }
  }

  /** @throws when the disk refuses */
  add(text: string): void {
    this.#content = 'some';
    fs.appendFileSync(this.#path, text, {mode: 0o600});
  }

  /** Nobody needs them any more. A disk that refuses is tried again with the next call. */
  clear(): void {
    if (this.#content === 'none') return;
    try {
      fs.rmSync(this.#path, {force: true});
      this.#content = 'none';
    } catch {
      // With the next commit.
    }
  }
}

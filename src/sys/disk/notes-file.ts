/**
 * A file of short notes that must outlive this process, and need not outlive the machine: they are written at once
 * and not flushed, which takes a twentieth of a millisecond. What stands in them is for others.
 */
import fs from 'node:fs';
import {join} from 'node:path';

/** Notes are taken away at each commit, so there are few. Bytes: what is behind these is not read. */
const mostBytes = 64 * 1024;

export class NotesFile {
  readonly #path: string;
  /** Whether something may stand in it. */
  #content: 'none' | 'some' = 'some';

  constructor(stateDir: string) {
    this.#path = join(stateDir, 'cut-notes');
  }

  /** What stands in it; nothing when it is not there, or cannot be read. */
  read(): string {
    try {
      return fs.readFileSync(this.#path, 'utf8').slice(0, mostBytes);
    } catch {
      return '';
    }
  }

  /** @throws when the disk refuses */
  add(text: string): void {
    this.#content = 'some';
    fs.appendFileSync(this.#path, text, {mode: 0o600});
  }

  /** Nobody needs them any more. One that stays does no harm: it is of a process that is gone. */
  clear(): void {
    if (this.#content === 'none') return;
    try {
      fs.rmSync(this.#path, {force: true});
      this.#content = 'none';
    } catch {
      // A disk that refuses: with the next commit.
    }
  }
}

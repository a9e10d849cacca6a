/**
 * Gives every line of an old log: for a mailer that has no rules of its own about which lines can
 * matter. Lines that are empty or too long to be a mailer's are stepped over.
 */
import {longestLineBytes} from '../base/bytes.js';

/** For pieces as large as those of a module. Bytes. */
const roomBytes = 2 * 1024 * 1024;

const newline = 0x0a;

export class EveryLine {
  readonly room = new Uint8Array(roomBytes);
  #lines = 0;

  get lines(): number {
    return this.#lines;
  }

  each(length: number, take: (start: number, end: number) => void): void {
    for (let start = 0; start < length;) {
      const found = this.room.indexOf(newline, start);
      const end = found < 0 || found > length ? length : found;
      this.#lines += 1;
      if (end > start && end - start <= longestLineBytes) take(start, end);
      start = end + 1;
    }
  }
}

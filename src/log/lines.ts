/** Cuts pieces of a log, which hold whole lines, into those lines that somebody wants. */
import type {Line} from './line.js';
import {longestLineBytes, type Bytes} from './bytes.js';

/** Asked before a string is made of a line. */
export type Matters = (bytes: Bytes, start: number, end: number) => boolean;

export class Lines {
  readonly #source: string;
  readonly #matters: Matters;
  #offset = 0;
  /** Lines so far, wanted or not. A count. */
  count = 0;

  constructor(source: string, matters: Matters) {
    this.#source = source;
    this.#matters = matters;
  }

  each(piece: Bytes, take: (line: Line) => void): void {
    const {length} = piece;
    for (let start = 0; start < length;) {
      const newlineAt = piece.indexOf(newline, start);
      const end = newlineAt < 0 ? length : newlineAt;
      this.count += 1;
      if (end > start && end - start <= longestLineBytes && this.#matters(piece, start, end)) {
        const text = piece.toString('latin1', start, end);
        take({source: this.#source, offset: this.#offset + start, text});
      }
      start = end + 1;
    }
    this.#offset += length;
  }
}

const newline = 0x0a;

/**
 * Cuts pieces of a log, which hold whole lines, into lines; of those that are too long it gives none.
 * For whoever wants every line: `scan/scanner.ts` is for those that can matter, `sys/follow/line-reader.ts` for a
 * log that grows, `sys/run/cut-lines.ts` for what a program prints.
 */
import {type Bytes, longestLineBytes} from '../base/bytes.js';
import type {Line} from './line.js';

export class Lines {
  readonly #source: string;
  #offset = 0;

  constructor(source: string) {
    this.#source = source;
  }

  *of(piece: Bytes): Generator<Line> {
    const {length} = piece;
    for (let start = 0; start < length;) {
      const newlineAt = piece.indexOf(newline, start);
      const end = newlineAt < 0 ? length : newlineAt;
      if (end > start && end - start <= longestLineBytes) {
        const text = piece.toString('latin1', start, end);
        yield {source: this.#source, offset: this.#offset + start, text};
      }
      start = end + 1;
    }
    this.#offset += length;
  }
}

const newline = 0x0a;

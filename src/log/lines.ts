/**
 * Splits pieces of a log, each of complete lines, into lines, and drops lines that are too long. For
 * a reader that wants every line. `scan/scanner.ts` finds only lines that can matter,
 * `sys/follow/line-reader.ts` reads a growing log, and `sys/run/line-cutter.ts` splits a stream.
 */
import {type Bytes, longestLineBytes} from '../base/bytes.js';
import type {Line} from './line.js';

export class Lines {
  readonly #source: string;
  #offset = 0;
  #number = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** The number of the line returned last, from 1. */
  get number(): number {
    return this.#number;
  }

  *of(piece: Bytes): Generator<Line> {
    const {length} = piece;
    for (let start = 0; start < length;) {
      const newlineAt = piece.indexOf(newline, start);
      const end = newlineAt < 0 ? length : newlineAt;
      this.#number += 1;
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

/**
 * Where reading is in one stream of bytes: cuts what comes into whole lines, leaves out those that
 * are too long, and remembers the bytes before the place, by which it is known again. Where the
 * bytes come from is for `log-file.ts` and `packed-file.ts`.
 */
import {longestLineBytes} from '../../base/bytes.js';
import type {Line} from '../../log/line.js';
import type {Cursor} from '../../log/position.js';
import type {LongLine} from '../../log/source-event.js';
import {type ReadAt, ReadGuard} from './read-guard.js';

export class LineReader {
  readonly #source: string;
  readonly #trail = new ReadGuard();
  #offset = 0;
  /** Within a line that is too long, up to whose end all is dropped: the place before it. */
  #skippingFrom: Omit<Cursor, 'identity'> | undefined;

  /** @param source the name that the lines get */
  constructor(source: string) {
    this.#source = source;
  }

  get offset(): number {
    return this.#offset;
  }

  /** The last bytes before the place, as they were read. */
  get guard(): Buffer {
    return this.#trail.guard;
  }

  get isWithinLongLine(): boolean {
    return this.#skippingFrom !== undefined;
  }

  /** What is saved of it: the end of the last whole line. */
  saved(): Omit<Cursor, 'identity'> {
    if (this.#skippingFrom !== undefined) return this.#skippingFrom;
    return {offset: this.#offset, guard: this.guard.toString('hex')};
  }

  /** @param before the bytes that stand before the offset, as many as are at hand */
  moveTo(offset: number, before: Buffer): void {
    this.#offset = offset;
    this.#skippingFrom = undefined;
    this.#trail.startBehind(before);
  }

  /** The end of the last line that still is what it was when it was read. */
  keptTo(readAt: ReadAt): number {
    return this.#trail.keptTo(this.#offset, readAt);
  }

  /** The whole lines of a chunk that begins at the place; goes behind them. */
  take(chunk: Buffer, report: (event: LongLine) => void): Line[] {
    const end = chunk.lastIndexOf(newline) + 1;
    const whole = chunk.subarray(0, end);
    const lines = this.#split(whole, report);
    if (end > 0) this.#advance(whole);
    else if (chunk.length > longestLineBytes) this.#skip(chunk, report);
    return lines;
  }

  #split(chunk: Buffer, report: (event: LongLine) => void): Line[] {
    const lines: Line[] = [];
    for (let start = 0; start < chunk.length;) {
      const stop = chunk.indexOf(newline, start);
      const offset = this.#offset + start;
      if (this.#skippingFrom !== undefined) this.#skippingFrom = undefined;
      else if (stop - start > longestLineBytes) this.#reportLongLine(offset, report);
      else if (stop > start) {
        lines.push({source: this.#source, offset, text: chunk.toString('latin1', start, stop)});
      }
      start = stop + 1;
    }
    return lines;
  }

  #skip(chunk: Buffer, report: (event: LongLine) => void): void {
    if (this.#skippingFrom === undefined) this.#reportLongLine(this.#offset, report);
    this.#skippingFrom ??= this.saved();
    this.#advance(chunk);
  }

  /** Behind what was read. The trail is of that: the file itself may have been cut since. */
  #advance(chunk: Buffer): void {
    this.#offset += chunk.length;
    this.#trail.add(chunk, this.#offset);
  }

  #reportLongLine(atBytes: number, report: (event: LongLine) => void): void {
    report({kind: 'longLine', path: this.#source, atBytes});
  }
}

const newline = 0x0a;

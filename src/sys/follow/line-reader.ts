/**
 * Remembers how far one stream of bytes was read: the offset behind the last whole line, and
 * the bytes before it, which identify the place later. `sys/run/line-cutter.ts` cuts the lines;
 * `log-file.ts` and `packed-file.ts` read the bytes.
 */
import {longestLineBytes} from '../../base/bytes.js';
import type {Line} from '../../log/line.js';
import type {Cursor} from '../../log/position.js';
import type {LongLine} from '../../log/source-event.js';
import {LineCutter} from '../run/line-cutter.js';
import {type ReadAt, ReadGuard} from './read-guard.js';

export class LineReader {
  readonly #source: string;
  readonly #guard = new ReadGuard();
  readonly #cutter = new LineCutter(longestLineBytes, 'latin1');
  #offset = 0;
  /** The place before a line that is too long, until its end comes. */
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
    return this.#guard.guard;
  }

  get isWithinLongLine(): boolean {
    return this.#cutter.isWithinLongLine;
  }

  /** The place to save: the end of the last whole line. */
  saved(): Omit<Cursor, 'identity'> {
    return this.#skippingFrom ?? this.#here();
  }

  /** @param before the bytes before the offset, as many as are known */
  moveTo(offset: number, before: Buffer): void {
    this.#offset = offset;
    this.#skippingFrom = undefined;
    this.#cutter.reset();
    this.#guard.startBehind(before);
  }

  /** The end of the last line that has not changed since it was read. */
  keptTo(readAt: ReadAt): number {
    return this.#guard.keptTo(this.#offset, readAt);
  }

  /** The whole lines of a chunk that begins at the place. Moves the place behind them. */
  take(chunk: Buffer, report: (event: LongLine) => void): Line[] {
    const lines: Line[] = [];
    let longLineAt: number | undefined;
    for (const cut of this.#cutter.take(chunk)) {
      const offset = this.#offset + cut.atBytes;
      if (cut.kind === 'tooLong') {
        longLineAt = cut.atBytes;
        report({kind: 'longLine', path: this.#source, atBytes: offset});
      } else if (cut.text !== '') {
        lines.push({source: this.#source, offset, text: cut.text});
      }
    }
    // Half a line is read again when it is whole, because its file may be cut until then.
    const taken = chunk.subarray(0, chunk.length - this.#cutter.giveBack());
    if (this.isWithinLongLine) this.#skip(taken, longLineAt);
    else {
      this.#skippingFrom = undefined;
      this.#advance(taken);
    }
    return lines;
  }

  /** @param longLineAt where the long line begins in the chunk; undefined: in an earlier one */
  #skip(chunk: Buffer, longLineAt: number | undefined): void {
    this.#advance(chunk.subarray(0, longLineAt ?? 0));
    if (longLineAt !== undefined) this.#skippingFrom = this.#here();
    this.#advance(chunk.subarray(longLineAt ?? 0));
  }

  /** Moves behind the chunk. The guard takes its bytes from the chunk, because the file may have been cut since. */
  #advance(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#offset += chunk.length;
    this.#guard.add(chunk, this.#offset);
  }

  #here(): Omit<Cursor, 'identity'> {
    return {offset: this.#offset, guard: this.guard.toString('hex')};
  }
}

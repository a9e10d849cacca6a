/**
 * One open log file, read by offset. Knows the file again by device, inode and the bytes before the
 * offset: an inode is used again at once on ext4, and a truncated file may have grown past the
 * offset. Does not know about names and rotation (`follow.ts`).
 */
import fs from 'node:fs';
import type {Line} from '../log/line.js';
import type {Cursor} from '../state/state.js';

/** A line longer than this is no line of a mailer (SYSLOG_BUFSIZE 1 KiB, rsyslog 8 KiB). Bytes. */
export const longestLineBytes = 16 * 1024;
/** Read at once. Bytes: little enough that timers and sockets are not kept waiting by a batch. */
const chunkBytes = 64 * 1024;
/** Compared before each read. Bytes: enough that two lines with one time stamp differ. */
const guardBytes = 64;

export type FileEvent =
  /** The file was cut, or replaced in place; what stood there unread is gone. */
  | {readonly kind: 'truncated'; readonly path: string; readonly atBytes: number}
  | {readonly kind: 'longLine'; readonly path: string; readonly atBytes: number};

export class LogFile {
  readonly #path: string;
  readonly #descriptor: number;
  readonly identity: string;
  #offset: number;
  #guard: Buffer;
  /** Within a line that is too long: everything up to the next newline is dropped. */
  #skipping = false;
  #isAtEnd = false;

  private constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.identity = identityOf(fs.fstatSync(descriptor, {bigint: true}));
    this.#offset = 0;
    this.#guard = Buffer.alloc(0);
  }

  /** @throws the system's error when the file cannot be opened, and when it is a folder or a pipe */
  static open(path: string): LogFile {
    if (!fs.statSync(path).isFile()) throw new Error(`${path}: expected a regular file`);
    return new LogFile(path, fs.openSync(path, 'r'));
  }

  /** Whether the cursor was made for this very file, and it still holds what stood there. */
  matches(cursor: Cursor): boolean {
    const guard = Buffer.from(cursor.guard, 'hex');
    return (
      this.identity === cursor.identity && this.#before(cursor.offset, guard.length).equals(guard)
    );
  }

  resumeAt(cursor: Cursor): void {
    this.#moveTo(cursor.offset);
  }

  /** Skips what stands in the file now: up to the last newline. */
  skipToEnd(): void {
    const {size} = fs.fstatSync(this.#descriptor);
    const tail = this.#before(size, Math.min(size, longestLineBytes));
    this.#moveTo(size - (tail.length - 1 - tail.lastIndexOf(newline)));
  }

  cursor(): Cursor {
    const {identity} = this;
    return {identity, offset: this.#offset, guard: this.#guard.toString('hex')};
  }

  /** The next whole lines, at most a chunk; none when there are none yet. */
  read(report: (event: FileEvent) => void): Line[] {
    if (this.#wasTruncated()) {
      report({kind: 'truncated', path: this.#path, atBytes: this.#offset});
      this.#moveTo(0);
      this.#skipping = false;
    }
    let chunk = this.#at(this.#offset, chunkBytes);
    while (chunk.length > longestLineBytes && !chunk.includes(newline)) {
      if (!this.#skipping) this.#reportLongLine(this.#offset, report);
      this.#skipping = true;
      this.#moveTo(this.#offset + chunk.length);
      chunk = this.#at(this.#offset, chunkBytes);
    }
    this.#isAtEnd = !chunk.includes(newline);
    return this.#split(chunk, report);
  }

  #split(chunk: Buffer, report: (event: FileEvent) => void): Line[] {
    const end = chunk.lastIndexOf(newline) + 1;
    const lines: Line[] = [];
    for (let start = 0; start < end;) {
      const stop = chunk.indexOf(newline, start);
      const offset = this.#offset + start;
      if (this.#skipping) this.#skipping = false;
      else if (stop - start > longestLineBytes) this.#reportLongLine(offset, report);
      else if (stop > start) {
        lines.push({source: this.#path, offset, text: chunk.toString('latin1', start, stop)});
      }
      start = stop + 1;
    }
    if (end > 0) this.#moveTo(this.#offset + end);
    return lines;
  }

  /** What stands behind the last newline: in a file that nobody writes to, its last line. */
  unfinishedLine(): Line | undefined {
    const rest = this.#at(this.#offset, longestLineBytes);
    if (rest.length === 0 || this.#skipping) return undefined;
    return {source: this.#path, offset: this.#offset, text: rest.toString('latin1')};
  }

  /** Whether the latest `read` found no whole line any more. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }

  #reportLongLine(atBytes: number, report: (event: FileEvent) => void): void {
    report({kind: 'longLine', path: this.#path, atBytes});
  }

  #wasTruncated(): boolean {
    return !this.#before(this.#offset, this.#guard.length).equals(this.#guard);
  }

  #moveTo(offset: number): void {
    this.#offset = offset;
    this.#guard = this.#before(offset, Math.min(offset, guardBytes));
  }

  #before(offset: number, length: number): Buffer {
    return this.#at(Math.max(0, offset - length), Math.min(length, offset));
  }

  #at(position: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, fs.readSync(this.#descriptor, buffer, 0, length, position));
  }
}

const newline = 0x0a;

export function identityOf({dev, ino}: {dev: bigint; ino: bigint}): string {
  return `${dev}:${ino}`;
}

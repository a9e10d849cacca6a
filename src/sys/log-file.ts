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
  /** How far has been looked for newlines. Bytes. */
  #lookedTo = 0;
  /** Within a line that is too long, up to whose end all is dropped: the place before it. */
  #skippingFrom: Cursor | undefined;

  private constructor(source: string, descriptor: number) {
    this.#path = source;
    this.#descriptor = descriptor;
    this.identity = identityOf(fs.fstatSync(descriptor, {bigint: true}));
    this.#offset = 0;
    this.#guard = Buffer.alloc(0);
  }

  /**
   * @param source the name that its lines get
   * @throws the system's error when the file cannot be opened, and when it is a folder or a pipe
   */
  static open(path: string, source = path): LogFile {
    if (!fs.statSync(path).isFile()) throw new Error(`${path}: expected a regular file`);
    return new LogFile(source, fs.openSync(path, 'r'));
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
    // One byte more: what is left of a line that is too long shall be too long itself.
    const tail = this.#before(size, Math.min(size, longestLineBytes + 1));
    this.#moveTo(size - (tail.length - 1 - tail.lastIndexOf(newline)));
  }

  cursor(): Cursor {
    if (this.#skippingFrom !== undefined) return this.#skippingFrom;
    const {identity} = this;
    return {identity, offset: this.#offset, guard: this.#guard.toString('hex')};
  }

  /** The next whole lines, at most a chunk; none when there are none yet. */
  read(report: (event: FileEvent) => void): Line[] {
    if (this.#wasTruncated()) {
      report({kind: 'truncated', path: this.#path, atBytes: this.#offset});
      this.#moveTo(0);
      this.#skippingFrom = undefined;
    }
    const chunk = this.#at(this.#offset, chunkBytes);
    this.#lookedTo = this.#offset + chunk.length;
    const end = chunk.lastIndexOf(newline) + 1;
    const lines = this.#split(chunk.subarray(0, end), report);
    if (end > 0) this.#advance(chunk.subarray(0, end));
    else if (chunk.length > longestLineBytes) this.#skip(chunk, report);
    return lines;
  }

  #split(chunk: Buffer, report: (event: FileEvent) => void): Line[] {
    const lines: Line[] = [];
    for (let start = 0; start < chunk.length;) {
      const stop = chunk.indexOf(newline, start);
      const offset = this.#offset + start;
      if (this.#skippingFrom !== undefined) this.#skippingFrom = undefined;
      else if (stop - start > longestLineBytes) this.#reportLongLine(offset, report);
      else if (stop > start) {
        lines.push({source: this.#path, offset, text: chunk.toString('latin1', start, stop)});
      }
      start = stop + 1;
    }
    return lines;
  }

  #skip(chunk: Buffer, report: (event: FileEvent) => void): void {
    if (this.#skippingFrom === undefined) this.#reportLongLine(this.#offset, report);
    this.#skippingFrom ??= this.cursor();
    this.#advance(chunk);
  }

  /** What stands behind the last newline: in a file that nobody writes to, its last line. */
  unfinishedLine(): Line | undefined {
    const rest = this.#at(this.#offset, longestLineBytes);
    if (rest.length === 0 || this.#skippingFrom !== undefined) return undefined;
    return {source: this.#path, offset: this.#offset, text: rest.toString('latin1')};
  }

  /** Whether there is anything that has not been looked at: a half line has. */
  hasMore(): boolean {
    return fs.fstatSync(this.#descriptor).size > this.#lookedTo;
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
    this.#lookedTo = offset;
    this.#guard = this.#before(offset, Math.min(offset, guardBytes));
  }

  /** Behind what was read. The guard is of that: the file itself may have been cut since. */
  #advance(chunk: Buffer): void {
    this.#offset += chunk.length;
    const end = Buffer.concat([this.#guard, chunk.subarray(-guardBytes)]);
    this.#guard = end.subarray(-guardBytes);
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

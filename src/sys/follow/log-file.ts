/**
 * One open log file, read by offset. Knows the file again by device, inode, time of birth and the
 * bytes before the offset: an inode is used again at once on ext4, and a truncated file may have
 * grown past the offset. Does not know about names and rotation (`follow.ts`).
 */
import fs from 'node:fs';
import {longestLineBytes} from '../../base/bytes.js';
import type {Line} from '../../log/line.js';
import type {Cursor} from '../../log/position.js';
import type {FileEvent} from '../../log/source-event.js';
import {openToRead} from '../disk/regular-file.js';
import {LineReader} from './line-reader.js';
import {recentBytes} from './read-guard.js';

/** Read at once. Bytes: little enough that timers and sockets are not kept waiting by a batch. */
const chunkBytes = 64 * 1024;
/** The start of a file, by which a copy of it is known. Bytes: many lines of one log. */
const headBytes = 4096;
/** Fewer bytes prove nothing about a file of another identity. */
const fewestProofBytes = 32;

/** What `follow.ts` reads: a log, a rotated one, or a packed one. */
export interface FollowedFile {
  readonly identity: string;
  cursor(): Cursor;
  /** A cursor by which a copy is known, however little was read: all of its start is the guard. */
  probe(): Cursor;
  /** The next whole lines, at most a chunk; none when there are none yet. */
  read(report: (event: FileEvent) => void): Line[] | Promise<Line[]>;
  /** Whether there is anything that has not been looked at: a half line has. */
  hasMore(): boolean;
  /** The file had the log's name at that time. */
  seen(atMs: number): void;
  close(): void;
}

export class LogFile implements FollowedFile {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #place: LineReader;
  readonly identity: string;
  readonly #born: string;
  #sinceMs: number;
  /** How far has been looked for newlines. Bytes. */
  #lookedTo = 0;

  private constructor(source: string, descriptor: number) {
    const stat = fs.fstatSync(descriptor, {bigint: true});
    this.#path = source;
    this.#descriptor = descriptor;
    this.#place = new LineReader(source);
    this.identity = identityOf(stat);
    this.#born = bornOf(stat);
    this.#sinceMs = Number(stat.mtimeMs);
  }

  /**
   * @param source the name that its lines get
   * @throws the system's error when the file cannot be opened, and when it is a folder or a pipe
   */
  static open(path: string, source = path): LogFile {
    return new LogFile(source, openToRead(path));
  }

  /** Whether the cursor was made for this very file, and it still holds what stood there. */
  matches(cursor: Cursor): boolean {
    return isOf(cursor, {identity: this.identity, born: this.#born}) && this.#hasGuard(cursor);
  }

  /** Whether this is the file of the cursor or a copy of it, whichever name and number it has. */
  holds(cursor: Cursor): boolean {
    return isProof(cursor) && this.#hasGuard(cursor);
  }

  /** The same by so few bytes that they may be another file's too: only for what can be no other. */
  startsAs(cursor: Cursor): boolean {
    return this.#hasGuard(cursor);
  }

  resumeAt(cursor: Cursor): void {
    this.#sinceMs = cursor.sinceMs ?? this.#sinceMs;
    this.#moveTo(cursor.offset);
  }

  /** Skips what stands in the file now: up to the last newline. */
  skipToEnd(): void {
    const {size} = fs.fstatSync(this.#descriptor);
    // One byte more: what is left of a line that is too long shall be too long itself.
    const tail = this.#before(size, longestLineBytes + 1);
    this.#moveTo(size - (tail.length - 1 - tail.lastIndexOf(newline)));
  }

  cursor(): Cursor {
    return this.#cursorAt(this.#place.saved());
  }

  probe(): Cursor {
    try {
      const head = this.#at(0, headBytes);
      return this.#cursorAt({offset: head.length, guard: head.toString('hex')});
    } catch {
      return this.cursor(); // a disk that fails at the start of the file
    }
  }

  seen(atMs: number): void {
    this.#sinceMs = atMs;
  }

  /** Whether what was read last no longer stands there: cut, or replaced in place. */
  isCut(): boolean {
    const {offset, guard} = this.#place;
    return !this.#before(offset, guard.length).equals(guard);
  }

  /** Starts again in a file that was cut, behind the lines that it has kept. */
  restart(): FileEvent {
    const atBytes = this.#place.offset;
    const fromBytes = this.#place.keptTo((position, length) => this.#at(position, length));
    this.#moveTo(fromBytes);
    return {kind: 'truncated', path: this.#path, atBytes, fromBytes};
  }

  read(report: (event: FileEvent) => void): Line[] {
    const chunk = this.#at(this.#place.offset, chunkBytes);
    if (this.isCut()) {
      // In this very moment, perhaps: what stands there now, and what stood there, is for the next look.
      this.#lookedTo = 0;
      return [];
    }
    this.#lookedTo = this.#place.offset + chunk.length;
    return this.#place.take(chunk, report);
  }

  /** What stands behind the last newline: in a file that nobody writes to, its last line. */
  unfinishedLine(): Line | undefined {
    const {offset} = this.#place;
    const rest = this.#at(offset, longestLineBytes);
    if (rest.length === 0 || this.#place.isWithinLongLine) return undefined;
    return {source: this.#path, offset, text: rest.toString('latin1')};
  }

  hasMore(): boolean {
    return fs.fstatSync(this.#descriptor).size > this.#lookedTo;
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }

  #cursorAt(saved: Omit<Cursor, 'identity'>): Cursor {
    return {identity: this.identity, ...saved, born: this.#born, sinceMs: this.#sinceOf(saved)};
  }

  /** Packed, a file of which nothing was read yet is known by its time only: that of its lines. */
  #sinceOf(saved: Omit<Cursor, 'identity'>): number {
    if (isProof(saved)) return this.#sinceMs;
    const {size, mtimeMs} = fs.fstatSync(this.#descriptor);
    return size > saved.offset ? Math.min(this.#sinceMs, mtimeMs) : this.#sinceMs;
  }

  #hasGuard(cursor: Cursor): boolean {
    const guard = Buffer.from(cursor.guard, 'hex');
    return this.#before(cursor.offset, guard.length).equals(guard);
  }

  #moveTo(offset: number): void {
    this.#lookedTo = offset;
    this.#place.moveTo(offset, this.#before(offset, recentBytes));
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

export function bornOf({birthtimeNs}: {birthtimeNs: bigint}): string {
  return String(birthtimeNs);
}

/** Whether the cursor is of the file with this number: a new one is born later. */
export function isOf(
  cursor: Cursor,
  {identity, born}: {readonly identity: string; readonly born: string},
): boolean {
  const bornThen = cursor.born ?? '0';
  return cursor.identity === identity && (bornThen === '0' || born === '0' || bornThen === born);
}

/** Whether the bytes before the cursor are enough to know a copy by. */
export function isProof({guard}: Pick<Cursor, 'guard'>): boolean {
  return guard.length >= 2 * fewestProofBytes;
}

/**
 * One open log file, read by offset. Recognises the file by device, inode, time of birth and the
 * bytes before the offset: ext4 reuses an inode at once, and a truncated file may have
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

/** So much is read at once. Bytes: little enough that a batch does not delay timers and sockets. */
const chunkBytes = 64 * 1024;
/** The start of a file, by which a copy of it is recognised. Bytes: many lines of a log. */
const headBytes = 4096;
/** Fewer equal bytes do not prove that a file with another inode is the same log. Bytes. */
const fewestProofBytes = 32;

/** A file that `follow.ts` reads: a log, a rotated log, or a packed one. */
export interface FollowedFile {
  readonly identity: string;
  cursor(): Cursor;
  /** A cursor that recognises a copy even if little was read: its guard is the whole start of the file. */
  probe(): Cursor;
  /** The next whole lines, at most a chunk; empty if there are none yet. */
  read(report: (event: FileEvent) => void): Line[] | Promise<Line[]>;
  /** Whether there are bytes that were not read yet. A half line was read. */
  hasMore(): boolean;
  /** Notes that the file had the log's name at that time. */
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
  /** How far the file was searched for newlines. Bytes. */
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
   * @throws the system's error if the file cannot be opened, and an error if it is a folder or a pipe
   */
  static open(path: string, source = path): LogFile {
    return new LogFile(source, openToRead(path));
  }

  /** Whether the cursor was made for this very file, and the bytes before it have not changed. */
  matches(cursor: Cursor): boolean {
    return isOf(cursor, {identity: this.identity, born: this.#born}) && this.#hasGuard(cursor);
  }

  /** Whether this is the file of the cursor or a copy of it, whatever its name and inode are. */
  holds(cursor: Cursor): boolean {
    return isProof(cursor) && this.#hasGuard(cursor);
  }

  /** The same, by so few bytes that another file may have them too. Use it only if no other file is possible. */
  startsAs(cursor: Cursor): boolean {
    return this.#hasGuard(cursor);
  }

  resumeAt(cursor: Cursor): void {
    this.#sinceMs = cursor.sinceMs ?? this.#sinceMs;
    this.#moveTo(cursor.offset);
  }

  /** Skips the present content, up to the last newline. */
  skipToEnd(): void {
    const {size} = fs.fstatSync(this.#descriptor);
    // One byte more, so that the rest of a line that is too long is too long too.
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
      return this.cursor(); // the disk fails at the start of the file
    }
  }

  seen(atMs: number): void {
    this.#sinceMs = atMs;
  }

  /** Whether the last bytes that were read have changed: the file was cut, or overwritten in place. */
  isCut(): boolean {
    const {offset, guard} = this.#place;
    return !this.#before(offset, guard.length).equals(guard);
  }

  /** Starts again in a file that was cut, behind the lines that are still in it. */
  restart(): FileEvent {
    const atBytes = this.#place.offset;
    const fromBytes = this.#place.keptTo((position, length) => this.#at(position, length));
    this.#moveTo(fromBytes);
    return {kind: 'truncated', path: this.#path, atBytes, fromBytes};
  }

  read(report: (event: FileEvent) => void): Line[] {
    const chunk = this.#at(this.#place.offset, chunkBytes);
    if (this.isCut()) {
      // The file may have been cut at this very moment. The next look decides what is in it.
      this.#lookedTo = 0;
      return [];
    }
    this.#lookedTo = this.#place.offset + chunk.length;
    return this.#place.take(chunk, report);
  }

  /** The text behind the last newline. If nothing writes to the file any more, it is the last line. */
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

  /** When a file of which nothing was read is packed later, only the time of its lines identifies it. */
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

/** Whether the cursor belongs to the file with this inode. A new file with the same inode has a later time of birth. */
export function isOf(
  cursor: Cursor,
  {identity, born}: {readonly identity: string; readonly born: string},
): boolean {
  const bornThen = cursor.born ?? '0';
  return cursor.identity === identity && (bornThen === '0' || born === '0' || bornThen === born);
}

/** Whether the bytes before the cursor are enough to recognise a copy. */
export function isProof({guard}: Pick<Cursor, 'guard'>): boolean {
  return guard.length >= 2 * fewestProofBytes;
}

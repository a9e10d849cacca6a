/**
 * Reads a log that is there already, from its start to its end, in pieces of whole lines: a file, a
 * packed file, or standard input. What matters in them is for `scan/scanner.ts`; follows nothing
 * (`follow.ts`).
 */
import fs from 'node:fs';
import {createGunzip} from 'node:zlib';
import {longestLineBytes} from '../../base/bytes.js';

/** Read at once. Bytes: from 256 KiB on a disk cache is read at full speed. */
export const pieceBytes = 1024 * 1024;

export interface LogInput {
  /** As people know it. */
  readonly name: string;
  /** When it was last changed, from which stamps without a year get one. Ms since the epoch. */
  readonly changedMs: number;
  /** On disk; undefined when nobody knows: standard input. Bytes. */
  readonly sizeBytes: number | undefined;
  /** Whole lines, but for the end of the last one. A piece is overwritten by the next one. */
  readonly pieces: Iterable<Buffer> | AsyncIterable<Buffer>;
  /** How much of what is on disk has been read. Bytes. */
  readonly readBytes: () => number;
}

/** What comes through a pipe is gone once it has been read. */
export const canBeReadAgain = (path: string): boolean =>
  path !== '-' && fs.statSync(path, {throwIfNoEntry: false})?.isFile() !== false;

/**
 * @param path `-` is standard input
 * @param room where the pieces are to be put, each at its beginning; a room of its own if missing
 * @throws the system's error when it cannot be opened
 */
export function openLogInput(path: string, room?: Uint8Array): LogInput {
  const buffer = room
    ? Buffer.from(room.buffer, room.byteOffset, room.byteLength)
    : Buffer.allocUnsafeSlow(pieceBytes + longestLineBytes + 1);
  if (path === '-') return standardInput(buffer);
  const descriptor = fs.openSync(path, 'r');
  const stat = fs.fstatSync(descriptor);
  if (stat.isDirectory()) {
    fs.closeSync(descriptor);
    throw new Error(`${path}: expected a file, found a directory`);
  }
  const isPacked = isGzip(descriptor);
  let position = 0;
  const read = (buffer: Buffer): number => {
    // A pipe has no places, a file may be the standard input of somebody else too.
    const got = fs.readSync(descriptor, buffer, 0, buffer.length, stat.isFile() ? position : null);
    position += got;
    return got;
  };
  return {
    name: path,
    changedMs: stat.mtimeMs,
    sizeBytes: stat.isFile() ? stat.size : undefined,
    pieces: isPacked
      ? wholeLines(unpacked(path, read, descriptor), buffer)
      : plain(read, descriptor, buffer),
    readBytes: () => position,
  };
}

/** RFC 1952 section 2.3.1: two bytes that no line of a log begins with. */
function isGzip(descriptor: number): boolean {
  const magic = Buffer.alloc(2);
  if (!fs.fstatSync(descriptor).isFile()) return false;
  fs.readSync(descriptor, magic, 0, 2, 0);
  return magic[0] === 0x1f && magic[1] === 0x8b;
}

type Read = (buffer: Buffer) => number;

/**
 * Synchronous reads: a page cache answers faster than a thread pool is asked. The beginning of a
 * line, which the end of a piece has cut off, is moved to the front and completed there.
 */
function* plain(read: Read, descriptor: number, buffer: Buffer): Generator<Buffer> {
  let rest = 0;
  try {
    for (;;) {
      const got = read(buffer.subarray(rest, rest + pieceBytes));
      if (got === 0) break;
      const filled = buffer.subarray(0, rest + got);
      const end = filled.lastIndexOf(newline) + 1;
      if (end > 0) yield filled.subarray(0, end);
      rest = keepRest(filled, end, buffer);
    }
    if (rest > 0) yield buffer.subarray(0, rest);
  } finally {
    fs.closeSync(descriptor);
  }
}

const newline = 0x0a;

/** Of a line without end no more is kept than shows that it is too long. @returns bytes kept */
function keepRest(filled: Buffer, end: number, buffer: Buffer): number {
  const rest = filled.subarray(end).subarray(0, longestLineBytes + 1);
  buffer.set(rest, 0);
  return rest.length;
}

/** The same for pieces of any size that come from elsewhere. */
async function* wholeLines(pieces: AsyncIterable<Buffer>, buffer: Buffer): AsyncGenerator<Buffer> {
  let rest = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += pieceBytes) {
      const part = piece.subarray(at, at + pieceBytes);
      buffer.set(part, rest);
      const filled = buffer.subarray(0, rest + part.length);
      const end = filled.lastIndexOf(newline) + 1;
      if (end > 0) yield filled.subarray(0, end);
      rest = keepRest(filled, end, buffer);
    }
  }
  if (rest > 0) yield buffer.subarray(0, rest);
}

async function* unpacked(path: string, read: Read, descriptor: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({chunkSize: pieceBytes});
  const feed = async (): Promise<void> => {
    for (;;) {
      const buffer = Buffer.allocUnsafeSlow(pieceBytes / 8);
      const got = read(buffer);
      if (got === 0) break;
      const hasRoom = gunzip.write(buffer.subarray(0, got));
      if (!hasRoom) await new Promise<void>((resolve) => gunzip.once('drain', () => resolve()));
    }
    gunzip.end();
  };
  try {
    feed().catch((error: unknown) => gunzip.destroy(error as Error));
    for await (const piece of gunzip) yield piece as Buffer;
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}: expected a whole gzip file`);
  } finally {
    gunzip.destroy();
    fs.closeSync(descriptor);
  }
}

function standardInput(buffer: Buffer): LogInput {
  let bytes = 0;
  async function* pieces(): AsyncGenerator<Buffer> {
    for await (const piece of process.stdin) {
      bytes += (piece as Buffer).length;
      yield piece as Buffer;
    }
  }
  return {
    name: 'standard input',
    changedMs: Date.now(),
    sizeBytes: undefined,
    pieces: wholeLines(pieces(), buffer),
    readBytes: () => bytes,
  };
}

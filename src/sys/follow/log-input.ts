/**
 * Reads an existing log from its start to its end, in pieces of whole lines: a file, a
 * packed file, or standard input. `scan/scanner.ts` decides which lines matter. Does not follow a log: `follow.ts`
 * does.
 */
import fs from 'node:fs';
import {Readable} from 'node:stream';
import {longestLineBytes} from '../../base/bytes.js';
import {unreadLog} from '../../hearing/unread.js';
import {magicBytes, type Packing, packingOf, packingOfFile, unpack} from '../disk/unpack.js';

/** So much is read at once. Bytes: 256 KiB or more read the disk cache at full speed. */
export const pieceBytes = 1024 * 1024;
/** So much of a packed file is read at once. Bytes. */
const packedBytes = pieceBytes / 8;

export interface LogInput {
  /** The name for people. */
  readonly name: string;
  /** When it was last changed. Time stamps without a year get their year from it. Ms since the epoch. */
  readonly changedMs: number;
  /** Size on disk; undefined for standard input. Bytes. */
  readonly sizeBytes: number | undefined;
  /** Whole lines; the last one may have no newline. The next piece overwrites this one. */
  readonly pieces: Iterable<Buffer> | AsyncIterable<Buffer>;
  /** How many bytes on disk were read. */
  readonly readBytes: () => number;
}

/** What stands at a path, as far as we may see it. A pipe can be read only once. */
export function standsAt(path: string): 'file' | 'pipe' | 'nothing' | 'unknown' {
  if (path === '-') return 'pipe';
  try {
    const stat = fs.statSync(path, {throwIfNoEntry: false});
    if (stat === undefined) return 'nothing';
    return stat.isFile() ? 'file' : 'pipe';
  } catch {
    return 'unknown'; // opening it says why
  }
}

/**
 * @param path `-` is standard input
 * @param room the buffer for the pieces, each at its beginning; default: a new buffer
 * @throws if the path cannot be opened: why, and what helps
 */
export function openLogInput(path: string, room?: Uint8Array): LogInput {
  const buffer = room
    ? Buffer.from(room.buffer, room.byteOffset, room.byteLength)
    : Buffer.allocUnsafeSlow(pieceBytes + longestLineBytes + 1);
  if (path === '-') return fromStream('standard input', process.stdin, Date.now(), buffer);
  const descriptor = opened(path);
  const stat = fs.fstatSync(descriptor);
  if (stat.isDirectory()) {
    fs.closeSync(descriptor);
    throw new Error(`${path}: expected a file, found a directory`);
  }
  const input = {name: path, changedMs: stat.mtimeMs};
  if (!stat.isFile()) {
    return fromStream(path, fs.createReadStream(path, {fd: descriptor}), stat.mtimeMs, buffer);
  }
  const packing = packingOfFile(descriptor);
  if (packing !== undefined) {
    const options = {fd: descriptor, start: 0, highWaterMark: packedBytes};
    const packed = fs.createReadStream(path, options);
    return {
      ...input,
      sizeBytes: stat.size,
      pieces: wholeLines(unpacked(path, packing, packed), buffer),
      readBytes: () => packed.bytesRead,
    };
  }
  if (isNoLog(path, descriptor)) {
    fs.closeSync(descriptor);
    throw new Error(
      `${path}: expected a packed log, as its name says, or a plain one; it is neither`,
    );
  }
  let position = 0;
  const read = (room: Buffer): number => {
    // Reads at an explicit position, because another process may have the same file as its standard input.
    const got = fs.readSync(descriptor, room, 0, room.length, position);
    position += got;
    return got;
  };
  return {
    ...input,
    sizeBytes: stat.size,
    pieces: plain(read, descriptor, buffer),
    readBytes: () => position,
  };
}

function opened(path: string): number {
  try {
    return fs.openSync(path, 'r');
  } catch (error) {
    throw new Error(unreadLog(path, error as NodeJS.ErrnoException), {cause: error});
  }
}

const packedName = /\.(?:gz|xz|bz2|zst|lz4|Z)$/;
/** A control character, which syslogs write as `#033`; blanks of any kind are text. */
const isUnprinted = (byte: number): boolean => byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d);
/** So much of a file shows whether it is a text. Bytes. */
const headBytes = 512;

/** Whether the name of an unpacked file promises a packed one, and what is in it is no text either. */
function isNoLog(path: string, descriptor: number): boolean {
  if (!packedName.test(path)) return false;
  const head = Buffer.alloc(headBytes);
  const bytes = fs.readSync(descriptor, head, 0, headBytes, 0);
  return head.subarray(0, bytes).some(isUnprinted);
}

type Read = (room: Buffer) => number;

/** Reads synchronously: the page cache is faster than a request to the thread pool. */
function* plain(read: Read, descriptor: number, buffer: Buffer): Generator<Buffer> {
  const pieces = new PieceBuffer(buffer);
  try {
    for (;;) {
      const got = read(pieces.room());
      if (got === 0) break;
      const piece = pieces.filled(got);
      if (piece.length > 0) yield piece;
    }
    const rest = pieces.rest();
    if (rest.length > 0) yield rest;
  } finally {
    fs.closeSync(descriptor);
  }
}

/** The same for chunks of any size from a stream. */
async function* wholeLines(chunks: AsyncIterable<Buffer>, buffer: Buffer): AsyncGenerator<Buffer> {
  const pieces = new PieceBuffer(buffer);
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = pieces.filled(chunk.copy(pieces.room(), 0, at, at + pieceBytes));
      if (piece.length > 0) yield piece;
    }
  }
  const rest = pieces.rest();
  if (rest.length > 0) yield rest;
}

/**
 * Makes pieces of whole lines without copying them. If the end of a piece cuts a line, only the beginning of that line
 * is moved to the front and completed there.
 */
class PieceBuffer {
  readonly #buffer: Buffer;
  #restAt = 0;
  #filledTo = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** The place for the next bytes. The piece before becomes invalid. */
  room(): Buffer {
    const bytes = this.rest().length;
    return this.#buffer.subarray(bytes, bytes + pieceBytes);
  }

  /** @returns the whole lines so far; empty if there are none. Valid until `room()` */
  filled(bytes: number): Buffer {
    this.#filledTo += bytes;
    const filled = this.#buffer.subarray(0, this.#filledTo);
    this.#restAt = filled.lastIndexOf(newline) + 1;
    return filled.subarray(0, this.#restAt);
  }

  /** The line that has no end yet. Only so much of it is kept that it can be seen to be too long. */
  rest(): Buffer {
    const rest = this.#buffer.subarray(this.#restAt, this.#filledTo);
    const kept = rest.subarray(0, longestLineBytes + 1);
    this.#buffer.set(kept, 0);
    [this.#restAt, this.#filledTo] = [0, kept.length];
    return this.#buffer.subarray(0, kept.length);
  }
}

const newline = 0x0a;

async function* unpacked(name: string, packing: Packing, packed: Readable): AsyncGenerator<Buffer> {
  try {
    yield* unpack(packing, packed, pieceBytes);
  } catch (error) {
    const expected = packing === 'gzip' ? ': expected a whole gzip file' : '';
    throw new Error(`${name}: ${(error as Error).message}${expected}`);
  } finally {
    packed.destroy();
  }
}

/** Reads a pipe, packed or not. */
function fromStream(name: string, stream: Readable, changedMs: number, buffer: Buffer): LogInput {
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of stream) {
      bytes += (piece as Buffer).length;
      yield piece as Buffer;
    }
  }
  return {
    name,
    changedMs,
    sizeBytes: undefined,
    pieces: wholeLines(unpackedIfPacked(name, counted()), buffer),
    readBytes: () => bytes,
  };
}

async function* unpackedIfPacked(
  name: string,
  chunks: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < magicBytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    yield* chunks;
  }
  const packing = packingOf(head);
  if (packing === undefined) yield* all();
  else yield* unpacked(name, packing, Readable.from(all(), {objectMode: false}));
}

/**
 * Unpacks a stream: gzip in this process, other formats by their program, if that is installed. The first
 * bytes decide the format, and not the name of the file. Does not know where the stream comes
 * from, nor what it contains.
 */
import {closeSync, readSync} from 'node:fs';
import type {Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';
import {openToRead} from './regular-file.js';
import {startCommand} from '../run/command.js';
import {findProgram} from '../run/environment.js';

export type Packing = keyof typeof packers | 'gzip' | 'zip';

/** Each command unpacks its standard input to its standard output, and writes nowhere else. */
const packers = {
  // A dictionary of 1.5 GB is possible, but no packer of logs uses more than 64 MB.
  xz: ['xz', '-dc', '--memlimit-decompress=256MiB'],
  bzip2: ['bzip2', '-dc'],
  zstd: ['zstd', '-dcq', '--memory=256MB'],
  lz4: ['lz4', '-dcq'],
  // compress(1) itself is on few machines; gzip reads its files.
  compress: ['gzip', '-dc'],
} as const;

const magics: readonly (readonly [Packing, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['compress', [0x1f, 0x9d]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  // `BZh9`, and then pi, or the square root of pi for an empty file.
  ...[49, 50, 51, 52, 53, 54, 55, 56, 57].flatMap((level): (readonly [Packing, number[]])[] => [
    ['bzip2', [0x42, 0x5a, 0x68, level, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]],
    ['bzip2', [0x42, 0x5a, 0x68, level, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90]],
  ]),
];

/** So many first bytes show the packing. A count. */
export const magicBytes = 10;

/** @returns undefined if the data is not packed in a known format */
export function packingOf(head: Uint8Array): Packing | undefined {
  return magics.find(([, magic]) => magic.every((byte, at) => head[at] === byte))?.[0];
}

/** @returns undefined also if the file cannot be read */
export function packingIn(path: string): Packing | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openToRead(path);
    return packingOfFile(descriptor);
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The packing of an open file. Does not move its position. */
export function packingOfFile(descriptor: number): Packing | undefined {
  const head = Buffer.alloc(magicBytes);
  readSync(descriptor, head, 0, magicBytes, 0);
  return packingOf(head);
}

/** Whether this machine can unpack the format. */
export function canUnpack(packing: Packing): boolean {
  if (packing === 'gzip' || packing === 'zip') return packing === 'gzip';
  const [program] = packers[packing];
  return findProgram(program) !== undefined;
}

/**
 * Reads and unpacks only as much as the caller asks for.
 *
 * @param chunkBytes how much is unpacked at once; a program gives as much as fits into a pipe
 * @throws if the stream cannot be read, has another format, or ends too early
 */
export function unpack(
  packing: Packing,
  packed: Readable,
  chunkBytes: number,
): AsyncGenerator<Buffer, undefined> {
  if (packing === 'gzip') return gunzip(packed, chunkBytes);
  if (packing === 'zip') return refused('it is a zip archive: unpack it first');
  return byProgram(packing, packed);
}

async function* gunzip(packed: Readable, chunkBytes: number): AsyncGenerator<Buffer, undefined> {
  const unpacked = createGunzip({chunkSize: chunkBytes});
  packed.on('error', (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  try {
    for await (const chunk of unpacked) yield chunk as Buffer;
  } finally {
    unpacked.destroy();
  }
  return undefined;
}

async function* byProgram(
  packing: keyof typeof packers,
  packed: Readable,
): AsyncGenerator<Buffer, undefined> {
  const [program, ...parameters] = packers[packing];
  const stop = new AbortController();
  const {output, ended} = startCommand(program, parameters, stop.signal, {input: packed});
  let isOver = false;
  try {
    yield* output;
    isOver = true;
  } finally {
    if (!isOver) stop.abort(); // the caller stopped reading in the middle
  }
  const end = await ended;
  if (end.kind === 'missing') {
    throw new Error(`it is packed by ${packing}, and ${program} is not installed: unpack it first`);
  }
  if (end.kind === 'failed') throw new Error(`it is packed by ${packing}: ${end.why}`);
  return undefined;
}

async function* refused(why: string): AsyncGenerator<Buffer, undefined> {
  await Promise.reject(new Error(why));
  return undefined;
}

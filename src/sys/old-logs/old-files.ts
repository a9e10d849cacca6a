/**
 * Finds what the followed logs hold up to the places where following begins: the rotated files
 * beside each, and the log itself. Decides which of it is read at a first start, within bounds;
 * `daemon/learner.ts` reads it.
 */
import fs from 'node:fs';
import type {LogPosition} from '../../log/position.js';
import {openToRead} from '../disk/regular-file.js';
import {isPattern, logsLike} from '../follow/glob.js';
import {type FollowedFile, isOf, LogFile} from '../follow/log-file.js';
import {PackedFile} from '../follow/packed-file.js';
import {type Rotated, trustedRotated} from '../follow/rotated.js';

export interface OldFile {
  /** The log that it is of. */
  readonly log: string;
  readonly path: string;
  readonly packing: 'none' | 'gzip' | 'program';
  readonly changedMs: number;
  /** What of it is read, in unpacked bytes: up to Infinity where its packer does not tell. */
  readonly fromBytes: number;
  readonly toBytes: number;
}

interface OldFiles {
  /** Oldest first. */
  readonly files: readonly OldFile[];
  /** Left out: changed too long ago, beyond the bytes, or packed as nothing here unpacks. Counts. */
  readonly tooOld: number;
  readonly tooMuch: number;
  readonly unreadable: number;
}

interface OldLogsBounds {
  /** Of what is read, the newest. Ms. */
  readonly ageMs: number;
  /** Unpacked. */
  readonly bytes: number;
}

/** Names or patterns, as the logs that stand there now. */
export const logsOf = (patterns: readonly string[]): string[] => [
  ...new Set(patterns.flatMap((path) => (isPattern(path) ? logsLike(path) : [path]))),
];

/** The end of a log as it is now, as the follower will find it; undefined where there is none. */
export function endOf(log: string, nowMs: number): LogPosition | undefined {
  let file: LogFile | undefined;
  try {
    file = LogFile.open(log);
    file.skipToEnd();
    file.seen(nowMs);
    return [file.cursor()];
  } catch {
    return undefined; // the follower says why
  } finally {
    file?.close();
  }
}

/** @param positionOf how far each log has been read: what is behind that is the follower's */
export function oldFiles(
  logs: readonly string[],
  positionOf: (log: string) => LogPosition | undefined,
  {ageMs, bytes}: OldLogsBounds,
  nowMs: number,
): OldFiles {
  const all = newestFirst(logs.map((log) => filesOf(log, positionOf(log) ?? [])));
  const readable = all.filter((file): file is Sized => file.packing !== 'other');
  const young = readable.filter(({changedMs}) => changedMs >= nowMs - ageMs);
  const files: OldFile[] = [];
  let left = bytes;
  for (const file of young) {
    const {toBytes, likelyBytes} = file;
    // Of what nobody knows the size of all is read, or nothing.
    const isUnknown = toBytes === Infinity;
    const fromBytes = isUnknown ? 0 : Math.max(0, toBytes - left);
    const bytes = isUnknown ? likelyBytes : toBytes - fromBytes;
    if (bytes <= left && bytes > 0) files.unshift({...file, fromBytes});
    left -= Math.min(left, bytes);
  }
  return {
    files,
    tooOld: readable.length - young.length,
    tooMuch: young.filter(({toBytes}) => toBytes > 0).length - files.length,
    unreadable: all.length - readable.length,
  };
}

/** @throws the system's error when it cannot be opened */
export async function openOldFile({log, path, packing, fromBytes}: OldFile): Promise<FollowedFile> {
  const place = {identity: '', offset: fromBytes, guard: ''};
  if (packing === 'none') {
    const file = LogFile.open(path, log);
    file.resumeAt(place);
    return file;
  }
  const file = PackedFile.open(path, log);
  await file.seek(place, () => undefined);
  return file;
}

/** Those of each log keep their order, which their times alone do not tell; those of several are merged. */
function newestFirst(logs: readonly Found[][]): Found[] {
  const left = logs.filter((files) => files.length > 0).map((files) => [...files]);
  const all: Found[] = [];
  while (left.length > 0) {
    left.sort((a, b) => b.at(-1)!.changedMs - a.at(-1)!.changedMs);
    all.push(left[0]!.pop()!);
    if (left[0]!.length === 0) left.shift();
  }
  return all;
}

/** With what it likely holds, unpacked. */
type Sized = OldFile & {readonly likelyBytes: number};
type Found = Omit<Sized, 'packing'> & {readonly packing: Rotated['packing']};

function filesOf(log: string, position: LogPosition): Found[] {
  // What anybody else has put there would teach us mailers and names that are none.
  const rotated = trustedRotated(log);
  const current = currentOf(log);
  const all = [
    ...rotated.filter(({identity}) => identity !== current?.identity),
    ...(current === undefined ? [] : [current]),
  ];
  const readTo = (file: Rotated) => position.find((cursor) => isOf(cursor, file))?.offset;
  // What came after a file that was read in part has not been read at all.
  const firstRead = all.findIndex((file) => readTo(file) !== undefined);
  const known = firstRead < 0 ? rotated : all.filter((file, at) => at <= firstRead || readTo(file));
  return known.map((file) => {
    const {path, packing, changedMs} = file;
    const size = readTo(file) ?? sizeOf(file);
    const toBytes = packing === 'program' && readTo(file) === undefined ? Infinity : size;
    return {log, path, packing, changedMs, fromBytes: 0, toBytes, likelyBytes: size};
  });
}

function currentOf(log: string): Rotated | undefined {
  try {
    const file = LogFile.open(log);
    const {identity, born = '0'} = file.cursor();
    file.close();
    const {mtimeMs: changedMs, uid: owner} = fs.statSync(log);
    return {path: log, identity, born, changedMs, owner, packing: 'none'};
  } catch {
    return undefined;
  }
}

/**
 * Unpacked. RFC 1952 section 2.3.1: the last four bytes of a gzip file are the size, modulo 4 GiB. Of a
 * damaged file they are anything, and must not use up the bytes of all others.
 */
function sizeOf({path, packing}: Rotated): number {
  let descriptor: number | undefined;
  try {
    descriptor = openToRead(path);
    const {size} = fs.fstatSync(descriptor);
    if (packing === 'program') return size * likelyPacked;
    if (packing !== 'gzip' || size < trailerBytes) return size;
    const trailer = Buffer.alloc(trailerBytes);
    fs.readSync(descriptor, trailer, 0, trailerBytes, size - trailerBytes);
    return Math.min(trailer.readUInt32LE(0), size * mostPacked);
  } catch {
    return 0; // gone meanwhile, or not to be read
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

const trailerBytes = 4;
/** How many times smaller xz, zstd and bzip2 make a log of a mailer, about. A ratio. */
const likelyPacked = 20;
/** How many times smaller gzip makes anything. A ratio: the limit of its method. */
const mostPacked = 1032;

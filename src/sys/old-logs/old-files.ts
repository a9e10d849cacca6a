/**
 * Finds the old part of each followed log: its rotated files, and the log itself up to the place where
 * following begins. Decides which parts are read at a first start, within bounds. `daemon/learner.ts`
 * reads them.
 */
import fs from 'node:fs';
import type {LogPosition} from '../../log/position.js';
import {openToRead} from '../disk/regular-file.js';
import {isPattern, logsLike} from '../follow/glob.js';
import {type FollowedFile, isOf, LogFile} from '../follow/log-file.js';
import {PackedFile} from '../follow/packed-file.js';
import {type Rotated, trustedRotated} from '../follow/rotated.js';

export interface OldFile {
  /** The followed log to which this file belongs. */
  readonly log: string;
  readonly path: string;
  readonly packing: 'none' | 'gzip' | 'program';
  readonly changedMs: number;
  /** The part that is read, in unpacked bytes. `toBytes` is Infinity if the packed file does not show its size. */
  readonly fromBytes: number;
  readonly toBytes: number;
}

interface OldFiles {
  /** Oldest first. */
  readonly files: readonly OldFile[];
  /** Files left out because they changed too long ago. A count. */
  readonly tooOld: number;
  /** Files left out because the bound of bytes was reached. A count. */
  readonly tooMuch: number;
  /** Files left out because no program here unpacks them. A count. */
  readonly unreadable: number;
}

interface OldLogsBounds {
  /** Files that changed longer ago than this are not read. Ms. */
  readonly ageMs: number;
  /** Bytes that are read of all files, unpacked. The newest come first. */
  readonly bytes: number;
}

/** Turns paths and patterns into paths. A pattern stands for the logs that exist now. */
export const logsOf = (patterns: readonly string[]): string[] => [
  ...new Set(patterns.flatMap((path) => (isPattern(path) ? logsLike(path) : [path]))),
];

/** The present end of a log, as a position for the follower; undefined: the log cannot be opened. */
export function endOf(log: string, nowMs: number): LogPosition | undefined {
  let file: LogFile | undefined;
  try {
    file = LogFile.open(log);
    file.skipToEnd();
    file.seen(nowMs);
    return [file.cursor()];
  } catch {
    return undefined; // the follower logs why
  } finally {
    file?.close();
  }
}

/** @param positionOf how far each log has been read: the follower reads everything after that */
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
    // A file of unknown size is read whole or not at all.
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

/** @throws the system's error when the file cannot be opened */
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

/** Merges the files of several logs by time. Files of one log keep their order, which their times alone do not show. */
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

/** A file with the likely number of its unpacked bytes. */
type Sized = OldFile & {readonly likelyBytes: number};
type Found = Omit<Sized, 'packing'> & {readonly packing: Rotated['packing']};

function filesOf(log: string, position: LogPosition): Found[] {
  // Only trusted files: from a file of another user we would learn mailers and names that do not exist.
  const rotated = trustedRotated(log);
  const current = currentOf(log);
  const all = [
    ...rotated.filter(({identity}) => identity !== current?.identity),
    ...(current === undefined ? [] : [current]),
  ];
  const readTo = (file: Rotated) => position.find((cursor) => isOf(cursor, file))?.offset;
  // Files newer than one that was read in part have not been read yet: the follower reads them.
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
 * The unpacked size of a file, in bytes. The last four bytes of a gzip file are its size modulo 4 GiB (RFC 1952,
 * section 2.3.1). In a damaged file they can be any number, so they are bounded: otherwise one file could use up
 * the bytes of all others.
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
    return 0; // the file is gone, or we may not read it
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

const trailerBytes = 4;
/** About how many times smaller xz, zstd and bzip2 make a log of a mailer. A ratio. */
const likelyPacked = 20;
/** At most how many times smaller gzip makes a file. A ratio: the limit of its method. */
const mostPacked = 1032;

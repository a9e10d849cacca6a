/**
 * Finds the rotated files of a log, and puts them in order. Does not know which lines of them were
 * read.
 */
import fs from 'node:fs';
import {basename, dirname, extname, join} from 'node:path';
import {canUnpack, packingIn} from '../disk/unpack.js';
import {bornOf, identityOf} from './log-file.js';

export interface Rotated {
  readonly path: string;
  readonly identity: string;
  readonly born: string;
  readonly changedMs: number;
  /** The user who owns the file. */
  readonly owner: number;
  /** `program`: another program unpacks it. `other`: it cannot be read. */
  readonly packing: 'none' | 'gzip' | 'program' | 'other';
}

/** The endings that logrotate appends to a name: `.1`, `-20261121`, `.1-20261121`. */
const rotatedEnding = /^[.-]\d+(?:[.-]\d+)*$/;
const packedEnding = /\.(?:gz|xz|zst|bz2|lz4|lzma|Z)$/;
/** More digits than this are a date or a time, not a count of rotations. */
const mostCountDigits = 5;

/** The order of a file by its name: a count is larger for an older file, a date smaller. Other names have no order. */
interface Turn {
  readonly kind: 'count' | 'date' | 'other';
  readonly numbers: readonly number[];
}

interface Member extends Rotated {
  readonly turn: Turn;
}

/**
 * All rotated files, oldest first. The counts or dates in their names decide, because packing may change the
 * times. Files with different kinds of names are ordered by their last change. If a file exists packed and
 * plain, the packing has not ended, and the plain file counts.
 */
export function rotatedFiles(path: string): Rotated[] {
  const members = places(path).flatMap((place) => membersOf(place));
  const kinds = ['count', 'date', 'other'] as const;
  return merged(
    kinds.map((kind) => members.filter(({turn}) => turn.kind === kind).sort(olderFirst)),
  );
}

/** The logs to which a rotated file may belong: rotation adds to the end of a name, or before the extension. */
export function rotatedStems(name: string): {
  readonly behind: string | undefined;
  readonly before: string | undefined;
} {
  const plain = name.replace(packedEnding, '');
  const behind = plain.replace(/(?:[.-]\d+)+$/, '');
  const extension = extname(plain);
  const inner = plain.slice(0, plain.length - extension.length);
  // `relay-2.log` beside `relay.log` is another log.
  const before = inner.replace(/(?:\.\d{1,5}|[.-]\d{6,}|-\d{4}-\d\d-\d\d)$/, '');
  return {
    behind: behind === name ? undefined : behind,
    before: before === inner ? undefined : `${before}${extension}`,
  };
}

/** Whether the name is that of a packed file, to which no program writes any more. */
export function isPackedName(name: string): boolean {
  return packedEnding.test(name);
}

/** The path itself, and the target of a link at the path. */
function places(path: string): string[] {
  try {
    return [...new Set([path, fs.realpathSync(path)])];
  } catch {
    return [path];
  }
}

function membersOf(path: string): Member[] {
  const [folder, name] = [dirname(path), basename(path)];
  const names = namesIn(folder);
  const plain = new Set(names);
  return names.flatMap((sibling): Member[] => {
    const unpackedName = sibling.replace(packedEnding, '');
    const turn = turnOf(name, unpackedName);
    if (turn === undefined || (sibling !== unpackedName && plain.has(unpackedName))) return [];
    try {
      const stat = fs.statSync(join(folder, sibling), {bigint: true});
      if (!stat.isFile()) return [];
      const changedMs = Number(stat.mtimeNs) / 1e6;
      const [identity, born] = [identityOf(stat), bornOf(stat)];
      const packing = packingOf(join(folder, sibling));
      const owner = Number(stat.uid);
      return [{path: join(folder, sibling), identity, born, changedMs, owner, packing, turn}];
    } catch {
      return [];
    }
  });
}

/**
 * The users whose rotated files are read: root, our own user, and the user who writes the log. Any other
 * user who may write into the folder could make up a file. Packed, it could have more than we can unpack in time.
 */
export function trustedOwners(path: string): ReadonlySet<number> {
  const owners = new Set([0, process.getuid?.() ?? 0]);
  const stat = fs.statSync(path, {throwIfNoEntry: false});
  return stat === undefined ? owners : owners.add(stat.uid);
}

/** The rotated files that are read, oldest first. */
export function trustedRotated(path: string): Rotated[] {
  const trusted = trustedOwners(path);
  return rotatedFiles(path).filter(({owner}) => trusted.has(owner));
}

/** The packing by the first bytes, because the name may lack the ending. A file with the ending that is not packed is damaged. */
function packingOf(path: string): Rotated['packing'] {
  const ending = packedEnding.exec(path)?.[0];
  const packing = ending === '.gz' ? 'gzip' : packingIn(path);
  if (packing === undefined && ending === undefined) return 'none';
  if (packing === 'gzip') return 'gzip';
  return packing !== undefined && canUnpack(packing) ? 'program' : 'other';
}

/**
 * `mail.log` becomes `mail.log.1`, or `mail.1.log` if logrotate's configuration sets the extension.
 */
function endingOf(name: string, sibling: string): string | undefined {
  if (sibling.startsWith(name)) return sibling.slice(name.length);
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  if (extension === '' || !sibling.startsWith(stem) || !sibling.endsWith(extension))
    return undefined;
  const ending = sibling.slice(stem.length, -extension.length);
  // `relay-2.log` beside `relay.log` is another log.
  return /^-\d{1,5}$/.test(ending) ? undefined : ending;
}

function turnOf(name: string, sibling: string): Turn | undefined {
  const ending = endingOf(name, sibling);
  if (ending === undefined || !rotatedEnding.test(ending)) return undefined;
  const parts = ending.slice(1).split(/[.-]/);
  const numbers = parts.map(Number);
  const digits = parts.join('').length;
  if (parts.length === 1 && digits <= mostCountDigits) return {kind: 'count', numbers};
  const isDate = parts[0]!.length >= 4 && digits > mostCountDigits;
  return {kind: isDate ? 'date' : 'other', numbers};
}

function olderFirst(a: Member, b: Member): number {
  const [one, two] = [a.turn.numbers, b.turn.numbers];
  if (a.turn.kind === 'count') return two[0]! - one[0]! || a.changedMs - b.changedMs;
  if (a.turn.kind === 'other') return a.changedMs - b.changedMs;
  const place = one.findIndex((number, index) => number !== (two[index] ?? -1));
  return place === -1 ? one.length - two.length : one[place]! - (two[place] ?? -1);
}

/** Each list keeps its order. */
function merged(lists: Member[][]): Rotated[] {
  const left = lists.filter((list) => list.length > 0);
  const all: Rotated[] = [];
  while (left.length > 0) {
    left.sort((a, b) => a[0]!.changedMs - b[0]!.changedMs);
    all.push(left[0]!.shift()!);
    if (left[0]!.length === 0) left.shift();
  }
  return all;
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

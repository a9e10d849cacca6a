/**
 * Finds which rotated files hold lines that were not read, given the places up to which the log was
 * read, and opens them there. Knows a file by its number and by the bytes before the place, so also
 * a copy and a packed one. When to look is decided in `follow.ts`.
 */
import type {Cursor} from '../../log/position.js';
import type {FileEvent, UnreadEvent} from '../../log/source-event.js';
import {type FollowedFile, isOf, isProof, LogFile} from './log-file.js';
import {PackedFile} from './packed-file.js';
import {type Rotated, rotatedFiles, trustedOwners} from './rotated.js';

/** How far a file's time may lie behind ours. Ms: the kernel stamps files by its last tick. */
const tickSlackMs = 20;
/** The same for whole seconds. Ms: some packers carry the time over so. */
const secondSlackMs = 1000;
/**
 * A rotation that runs meanwhile makes names vanish, and moves a file from a name that was not read
 * yet to one that was. Then it looks at all of them again, this many times.
 */
const mostLooks = 5;

interface Search {
  /** The name that is followed. */
  readonly path: string;
  /** How far each file has been read, oldest first; the last one had the log's name. */
  readonly cursors: readonly Cursor[];
  /** Those of files that are open: they are looked for only to know what came after them. */
  readonly held: ReadonlySet<Cursor>;
  /** Of these nothing was read yet: copies that were being made, perhaps, so a place may be in them. */
  readonly blank: ReadonlySet<Cursor>;
  /** The file that has the name now. */
  readonly current: LogFile | undefined;
  readonly report: (event: UnreadEvent) => void;
}

export interface Unread {
  /** Its name at the time. */
  readonly path: string;
  readonly file: FollowedFile;
  /** Whose file it is; undefined for one that has not been read at all. */
  readonly cursor: Cursor | undefined;
}

interface Result {
  /** Opened at the place; oldest first. */
  readonly files: readonly Unread[];
  /** What stands behind these is lost, or in a file that cannot be read. */
  readonly missing: readonly Cursor[];
}

export async function findUnread(search: Search): Promise<Result> {
  for (let look = 1; ; look++) {
    const family = familyOf(search);
    const finder = new Finder(search, family);
    try {
      const {events, ...result} = await finder.find();
      if (look === mostLooks || namesOf(familyOf(search)) === namesOf(family)) {
        for (const event of events) search.report(event);
        return result;
      }
      finder.close();
    } catch (error) {
      finder.close();
      if (look === mostLooks || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** All files of the log but the one that has its name. */
const familyOf = ({path, current}: Search): readonly Rotated[] =>
  rotatedFiles(path).filter(({identity}) => identity !== current?.identity);

const namesOf = (family: readonly Rotated[]): string =>
  JSON.stringify(family.map(({path, identity}) => [path, identity]));

/** By bytes that prove it; or by so few as stand before a place near the start. */
type KnownBy = 'proof' | 'start';

/** One look at the folder. */
class Finder {
  readonly #search: Search;
  readonly #family: readonly Rotated[];
  /** Of users who do not write the log: nothing of them is read. */
  readonly #foreign: readonly Rotated[];
  readonly #found = new Map<Rotated, Unread>();
  /** Breaks at or before a place that was looked for: whether it holds it cannot be known. */
  readonly #damaged = new Map<Rotated, FileEvent>();

  constructor(search: Search, family: readonly Rotated[]) {
    const trusted = trustedOwners(search.path);
    this.#search = search;
    this.#family = family.filter(({owner}) => trusted.has(owner));
    this.#foreign = family.filter(({owner}) => !trusted.has(owner));
  }

  async find(): Promise<Result & {readonly events: readonly UnreadEvent[]}> {
    const {cursors, current, held, blank} = this.#search;
    const newest = cursors.at(-1);
    const missing: Cursor[] = [];
    for (const cursor of cursors.filter((one) => !blank.has(one))) {
      const isCurrents = current?.matches(cursor) || (cursor === newest && current?.holds(cursor));
      if (!isCurrents && !(await this.#findCursor(cursor))) missing.push(cursor);
    }
    for (const cursor of blank) await this.#findCursor(cursor);
    for (const cursor of missing.filter((one) => isWeak(one) && !held.has(one))) {
      if (await this.#findWeak(cursor)) missing.splice(missing.indexOf(cursor), 1);
    }
    const isBegun = (cursor: Cursor): boolean => cursor.offset === 0 && !held.has(cursor);
    const begun = missing.filter(isBegun);
    const candidates = this.#candidates(begun);
    const lost = missing.filter((cursor) => !isBegun(cursor));
    for (const rotated of candidates) await this.#openUnread(rotated);
    const spared = missing.filter((cursor) => held.has(cursor)).length;
    // One stands for all: a user who may write into the folder can put thousands there.
    const foreign = this.#foreign
      .filter((rotated) => newest === undefined || hasChangedSince(rotated, newest))
      .slice(-1);
    const events: UnreadEvent[] = [
      ...this.#damaged.values(),
      ...unreadable(candidates, spared),
      ...foreign.map(({path, owner}) => ({kind: 'otherOwner', path, owner}) as const),
    ];
    const files = this.#family.flatMap((rotated) => this.#found.get(rotated) ?? []);
    return {files, missing: [...begun.slice(candidates.length), ...lost], events};
  }

  close(): void {
    for (const {file} of this.#found.values()) file.close();
  }

  /** First by number, under whatever name it has now; then by what it holds. */
  async #findCursor(cursor: Cursor): Promise<boolean> {
    const left = this.#family.filter((rotated) => !this.#found.has(rotated));
    const isIt = (rotated: Rotated): boolean => isOf(cursor, rotated);
    const isLater = (rotated: Rotated): boolean => hasChangedSince(rotated, cursor);
    // What changed before the place was taken cannot well hold what is behind it, but clocks err.
    const others = isProof(cursor) ? left.filter((rotated) => !isIt(rotated)) : [];
    const inOrder = [
      ...left.filter(isIt),
      ...others.filter(isLater),
      ...others.filter((rotated) => !isLater(rotated)),
    ];
    return this.#takeFirst(inOrder, cursor, 'proof');
  }

  /** Of what has changed since and is the file of no other place, the start tells enough. */
  async #findWeak(cursor: Cursor): Promise<boolean> {
    const left = this.#family.filter(
      (rotated) => !this.#found.has(rotated) && hasChangedSince(rotated, cursor),
    );
    return this.#takeFirst(left, cursor, 'start');
  }

  async #takeFirst(among: readonly Rotated[], cursor: Cursor, by: KnownBy): Promise<boolean> {
    for (const rotated of among) {
      const file = await this.#openAt(rotated, cursor, by);
      if (file === undefined) continue;
      this.#found.set(rotated, {path: rotated.path, file, cursor});
      return true;
    }
    return false;
  }

  async #openAt(rotated: Rotated, cursor: Cursor, by: KnownBy): Promise<FollowedFile | undefined> {
    const {path} = this.#search;
    if (rotated.packing === 'other' || this.#damaged.has(rotated)) return undefined;
    if (rotated.packing === 'none') return this.#openPlainAt(rotated, cursor, by);
    const file = opened(() => PackedFile.open(rotated.path, path));
    const found = await file?.seek(cursor, (event) => this.#damaged.set(rotated, event));
    if (found === 'here') return file;
    file?.close();
    return undefined;
  }

  #openPlainAt(rotated: Rotated, cursor: Cursor, by: KnownBy): FollowedFile | undefined {
    const file = opened(() => LogFile.open(rotated.path, this.#search.path));
    // That of an open file can be no other one: nothing need be read, nor can fail.
    if (this.#search.held.has(cursor) && isOf(cursor, rotated)) return file;
    try {
      if (file?.matches(cursor) || file?.[by === 'proof' ? 'holds' : 'startsAs'](cursor)) {
        file.resumeAt(cursor);
        return file;
      }
    } catch (error) {
      const {message: why} = error as Error;
      const damage = {kind: 'damaged', path: rotated.path, atBytes: cursor.offset, why} as const;
      this.#damaged.set(rotated, damage);
    }
    file?.close();
    return undefined;
  }

  /**
   * What is none of the files that were read, and has changed since the log last was known to have
   * its name. And what may be the file of a place at the very
   * start: that is not known again when it is packed.
   */
  #candidates(begun: readonly Cursor[]): Rotated[] {
    const {cursors, current} = this.#search;
    const newest = cursors.at(-1);
    if (newest === undefined) return [];
    const left = this.#family.filter(
      (rotated) => !this.#found.has(rotated) && !this.#damaged.has(rotated),
    );
    const firstRead = this.#family.findIndex((rotated) => this.#found.has(rotated));
    const isSettled = isProof(newest) && (current?.matches(newest) || current?.holds(newest));
    // Without its time, only what stands behind a file that is known is known to be later.
    const isLater = (rotated: Rotated): boolean =>
      newest.sinceMs === undefined
        ? firstRead !== -1 && this.#family.indexOf(rotated) > firstRead
        : hasChangedSince(rotated, newest);
    const isUnread = (rotated: Rotated): boolean => !isSettled && isLater(rotated);
    const mayBeBegun = (rotated: Rotated): boolean =>
      begun.some((cursor) => cursor.sinceMs !== undefined && hasChangedSince(rotated, cursor));
    const certain = left.filter(isUnread);
    const others = left.filter((rotated) => !isUnread(rotated) && mayBeBegun(rotated));
    const taken = new Set([...certain, ...(begun.length > 0 ? others.slice(-begun.length) : [])]);
    return left.filter((rotated) => taken.has(rotated));
  }

  async #openUnread(rotated: Rotated): Promise<void> {
    const {path} = this.#search;
    if (rotated.packing === 'other' || (await this.#isCopy(rotated))) return;
    if (this.#damaged.has(rotated)) return; // found out just now: said, and not read
    const file = opened(() =>
      rotated.packing === 'none'
        ? LogFile.open(rotated.path, path)
        : PackedFile.open(rotated.path, path),
    );
    if (file === undefined) return;
    this.#found.set(rotated, {path: rotated.path, file, cursor: undefined});
  }

  #headOf({path, packing}: Rotated): string | undefined {
    const file = packing === 'none' ? opened(() => LogFile.open(path)) : undefined;
    const head = file?.probe();
    file?.close();
    return head !== undefined && isProof(head) ? head.guard : undefined;
  }

  /** Of a file that is read anyway: `copytruncate` has made it, and not truncated yet. */
  async #isCopy(rotated: Rotated): Promise<boolean> {
    const {cursors, current} = this.#search;
    const files = [current, ...[...this.#found.values()].map(({file}) => file)];
    const heads = files.flatMap((file) => (file instanceof LogFile ? file.probe() : []));
    const own = this.#headOf(rotated);
    // Also one that is being made: it holds the start of the file.
    if (heads.some(({guard}) => own !== undefined && guard.startsWith(own))) return true;
    for (const cursor of [...cursors, ...heads].filter(isProof)) {
      const copy = await this.#openAt(rotated, cursor, 'proof');
      copy?.close();
      if (copy !== undefined) return true;
    }
    return false;
  }
}

/** @param spared how many of them may be packed files of logs that are open */
function unreadable(candidates: readonly Rotated[], spared: number): UnreadEvent[] {
  const others = candidates.filter(({packing}) => packing === 'other').slice(spared);
  return others.map(({path}) => ({kind: 'unreadablePacking', path}));
}

/** @returns undefined when it may not be read; throws when it is not there any more */
function opened<File>(open: () => File): File | undefined {
  try {
    return open();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    return undefined;
  }
}

/** Behind the start, by so little that its guard, which is all of the start, proves nothing. */
function isWeak({offset, guard, sinceMs}: Cursor): boolean {
  const isAllOfStart = offset > 0 && guard.length === 2 * offset;
  return isAllOfStart && !isProof({guard}) && sinceMs !== undefined;
}

function hasChangedSince({changedMs}: Rotated, {sinceMs = 0}: Cursor): boolean {
  // A time that is yet to come is that of a clock that was wrong.
  if (sinceMs > Date.now()) return true;
  const slackMs = changedMs % secondSlackMs === 0 ? secondSlackMs : tickSlackMs;
  return changedMs >= sinceMs - slackMs;
}

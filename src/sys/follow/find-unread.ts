/**
 * Finds the rotated files that have unread lines, and opens them there. Gets the places up to which the log was
 * read. Recognises a file by its inode number, and by the bytes before the place, so it also finds
 * a copy and a packed file. `follow.ts` decides when to look.
 */
import type {Cursor} from '../../log/position.js';
import type {FileEvent, UnreadEvent} from '../../log/source-event.js';
import {type FollowedFile, isOf, isProof, LogFile} from './log-file.js';
import {PackedFile} from './packed-file.js';
import {type Rotated, rotatedFiles, trustedOwners} from './rotated.js';

/** A file's time may be so far behind ours. Ms: the kernel uses the time of its last tick for files. */
const tickSlackMs = 20;
/** The same for whole seconds. Ms: some packers keep only these. */
const secondSlackMs = 1000;
/**
 * A rotation at the same time makes names vanish, and may move a file from a name that was not read
 * yet to one that was. Then the search begins again, at most so many times.
 */
const mostLooks = 5;

/**
 * How much of older packed files is unpacked in the search for one place. Bytes: seconds, in which no new line is read. Of
 * files that changed later everything is searched.
 */
export const mostSearchedBytes = 256 * 1024 * 1024;

interface Search {
  /** The name of the followed log. */
  readonly path: string;
  /** How far each file has been read, oldest first; the last one had the log's name. */
  readonly cursors: readonly Cursor[];
  /** Cursors of open files. They are searched only to know which files came after them. */
  readonly held: ReadonlySet<Cursor>;
  /** Cursors of files of which nothing was read yet. Such a file may be a copy in the making, so a place may be in it. */
  readonly blank: ReadonlySet<Cursor>;
  /** The file that has the name now. */
  readonly current: LogFile | undefined;
  readonly report: (event: UnreadEvent) => void;
}

export interface Unread {
  /** The file's name at that time. */
  readonly path: string;
  readonly file: FollowedFile;
  /** The cursor that belongs to the file; undefined if nothing of the file was read. */
  readonly cursor: Cursor | undefined;
}

interface Result {
  /** The files, opened at their places; oldest first. */
  readonly files: readonly Unread[];
  /** The lines behind these cursors are lost, or in a file that cannot be read. */
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

/** All files of the log except the one that has its name. */
const familyOf = ({path, current}: Search): readonly Rotated[] =>
  rotatedFiles(path).filter(({identity}) => identity !== current?.identity);

const namesOf = (family: readonly Rotated[]): string =>
  JSON.stringify(family.map(({path, identity}) => [path, identity]));

/** `proof`: enough bytes are the same. `start`: the place is near the start, so only a few bytes could be compared. */
type KnownBy = 'proof' | 'start';

/** One look at the folder. */
class Finder {
  readonly #search: Search;
  readonly #family: readonly Rotated[];
  /** Files of users who do not write the log. They are not read. */
  readonly #foreign: readonly Rotated[];
  readonly #found = new Map<Rotated, Unread>();
  /** Files that are damaged at or before a place, so that it is not known whether they have it. */
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
    // One report stands for all: a user who may write into the folder can put thousands of files there.
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

  /** Searches first by the inode number, whatever the name is now, and then by content. */
  async #findCursor(cursor: Cursor): Promise<boolean> {
    const left = this.#family.filter((rotated) => !this.#found.has(rotated));
    const isIt = (rotated: Rotated): boolean => isOf(cursor, rotated);
    const isLater = (rotated: Rotated): boolean => hasChangedSince(rotated, cursor);
    // A file that changed before the place was noted can hardly have later lines, but clocks err.
    const others = isProof(cursor) ? left.filter((rotated) => !isIt(rotated)) : [];
    const inOrder = [
      ...left.filter(isIt),
      ...others.filter(isLater),
      ...within(
        others.filter((rotated) => !isLater(rotated)),
        cursor.offset,
      ),
    ];
    return this.#takeFirst(inOrder, cursor, 'proof');
  }

  /** For a file that has changed since, and that belongs to no other place, its start is enough to recognise it. */
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
    // The file is open, so its identity is sure. Reading is not needed, and could fail.
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
   * Files that were not read before, and that have changed since the log was last known to have
   * its name. Also files that may belong to a place at the very start: such a file cannot be recognised when it is
   * packed.
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
    // If the time is not known, only files behind a recognised file are surely later.
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
    if (this.#damaged.has(rotated)) return; // found damaged just now: reported, and not read
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

  /** Whether the file is a copy of one that is read anyway: `copytruncate` made it, and has not truncated the log yet. */
  async #isCopy(rotated: Rotated): Promise<boolean> {
    const {cursors, current} = this.#search;
    const files = [current, ...[...this.#found.values()].map(({file}) => file)];
    const heads = files.flatMap((file) => (file instanceof LogFile ? file.probe() : []));
    const own = this.#headOf(rotated);
    // A copy in the making counts too: it has the start of the file.
    if (heads.some(({guard}) => own !== undefined && guard.startsWith(own))) return true;
    for (const cursor of [...cursors, ...heads].filter(isProof)) {
      const copy = await this.#openAt(rotated, cursor, 'proof');
      copy?.close();
      if (copy !== undefined) return true;
    }
    return false;
  }
}

/**
 * The older files that are searched: those that are not packed, and the newest packed ones within the bound.
 *
 * @param older oldest first
 * @param offset how far each of the packed files is unpacked at most. Bytes
 */
export function within<File extends Pick<Rotated, 'packing'>>(
  older: readonly File[],
  offset: number,
): readonly File[] {
  const plain = older.filter(({packing}) => packing === 'none');
  const packed = older.filter(({packing}) => packing !== 'none').reverse();
  // The newest is searched in any case: it is the likely one.
  return [...plain, ...packed.slice(0, Math.max(1, Math.floor(mostSearchedBytes / offset)))];
}

/** @param spared how many of the candidates may be packed files of open logs */
function unreadable(candidates: readonly Rotated[], spared: number): UnreadEvent[] {
  const others = candidates.filter(({packing}) => packing === 'other').slice(spared);
  return others.map(({path}) => ({kind: 'unreadablePacking', path}));
}

/** @returns undefined if the file may not be read; throws if it is gone */
function opened<File>(open: () => File): File | undefined {
  try {
    return open();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    return undefined;
  }
}

/** Whether the cursor is so near the start that its guard, which is the whole start, proves nothing. */
function isWeak({offset, guard, sinceMs}: Cursor): boolean {
  const isAllOfStart = offset > 0 && guard.length === 2 * offset;
  return isAllOfStart && !isProof({guard}) && sinceMs !== undefined;
}

function hasChangedSince({changedMs}: Rotated, {sinceMs = 0}: Cursor): boolean {
  // A time in the future comes from a clock that was wrong.
  if (sinceMs > Date.now()) return true;
  const slackMs = changedMs % secondSlackMs === 0 ? secondSlackMs : tickSlackMs;
  return changedMs >= sinceMs - slackMs;
}

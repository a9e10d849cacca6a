/**
 * The files of one log that are open for reading: the one that has its name, and those before it.
 * Decides how long a renamed file is kept; `follow.ts` decides when to look for others.
 */
import type {Cursor, LogPosition} from '../../log/position.js';
import type {UnreadEvent} from '../../log/source-event.js';
import {findUnread, type Unread} from './find-unread.js';
import {type FollowedFile, isProof, LogFile} from './log-file.js';
import {type Wake, wakeOnFile} from './wake.js';

/** How long a renamed file is read on. Ms: logrotate's postrotate has told rsyslog long before. */
const drainMs = 30_000;

interface Open {
  readonly file: FollowedFile;
  readonly wake: Wake;
  readonly drainedAtMs: number;
}

export class OpenFiles {
  readonly #path: string;
  readonly #report: (event: UnreadEvent) => void;
  readonly #kick: () => void;
  /** Oldest first; the last one has the name now, the others are read on for a while. */
  #open: Open[] = [];
  /**
   * Paths of files that the latest search found damaged: one cut may lead to two searches, and is
   * reported once.
   */
  #damaged: ReadonlySet<string> = new Set();

  /** @param kick is called when one of them has changed */
  constructor(path: string, report: (event: UnreadEvent) => void, kick: () => void) {
    this.#path = path;
    this.#report = report;
    this.#kick = kick;
  }

  /** Oldest first. */
  get files(): readonly FollowedFile[] {
    return this.#open.map(({file}) => file);
  }

  /** The one that has the name, or had it last. */
  get newest(): FollowedFile | undefined {
    return this.#open.at(-1)?.file;
  }

  /** Newest first: the order in which a restart looks for them. */
  position(): LogPosition | undefined {
    if (this.#open.length === 0) return undefined;
    return this.files.map((file) => file.cursor()).reverse();
  }

  /** The others are read on for a while only. */
  giveName(file: FollowedFile): void {
    const known = this.#open.find((open) => open.file === file);
    const wake = known?.wake ?? wakeOnFile(this.#path, this.#kick);
    const others = this.#open.filter((open) => open !== known).map(drainedSoon);
    this.#open = [...others, {file, wake, drainedAtMs: Number.POSITIVE_INFINITY}];
  }

  /**
   * Opens what holds unread lines, in its order among what is open already.
   * @param places of files that are not open, or do not hold them any more
   * @param current what has the name now, if that is not open
   * @returns those of the places that are nowhere
   */
  async findUnread(
    places: readonly Cursor[],
    current: LogFile | undefined,
  ): Promise<readonly Cursor[]> {
    const open = new Map(this.#open.map((one) => [one.file.probe(), one]));
    const held = new Set(open.keys());
    const blank = new Set([...held].filter((cursor) => this.isBlank(open.get(cursor)!.file)));
    const cursors = [...held, ...places];
    const path = this.#path;
    const damaged = new Set<string>();
    const report = (event: UnreadEvent): void => {
      if (event.kind === 'damaged') damaged.add(event.path);
      if (event.kind !== 'damaged' || !this.#damaged.has(event.path)) this.#report(event);
    };
    const {files, missing} = await findUnread({path, cursors, held, blank, current, report});
    this.#damaged = damaged;
    const found = files.map((unread): Open => {
      const known = unread.cursor && open.get(unread.cursor);
      if (known === undefined) return this.#opened(unread);
      unread.file.close();
      return known;
    });
    // One that turned out to be the copy of a place is opened there, and not from its start.
    const isTaken = ({file}: Open): boolean =>
      found.some((one) => one.file.identity === file.identity);
    const others = this.#open.filter((one) => {
      if (found.includes(one)) return false;
      if (isTaken(one)) closeBoth(one);
      return !isTaken(one);
    });
    // What has the name is the newest; what is nowhere any more is older than all that is.
    const hasNewest = current === undefined && others.at(-1) === this.#open.at(-1);
    const newest = hasNewest ? others.splice(-1) : [];
    this.#open = [...others, ...found, ...newest];
    return missing;
  }

  /** Whether nothing was read yet of a file that has been rotated. */
  isBlank(file: FollowedFile): file is LogFile {
    return file !== this.newest && file instanceof LogFile && file.cursor().offset === 0;
  }

  /** Whether such a file holds what another one begins with: a copy, and that one is cut in a moment. */
  isCopy(file: LogFile): boolean {
    const own = file.probe();
    const others = this.files.filter((other) => other !== file && other instanceof LogFile);
    return isProof(own) && others.some((other) => other.probe().guard.startsWith(own.guard));
  }

  close(file: FollowedFile): void {
    for (const open of this.#open) if (open.file === file) closeBoth(open);
    this.#open = this.#open.filter((open) => open.file !== file);
  }

  /**
   * Lets go of renamed files, once all that stands in them has been read. Not before all that is in
   * the position was seen behind their time: a restart takes for unread what has changed since then
   * and is not in the position.
   */
  closeDrained(): void {
    let kept = this.#open.slice(-1);
    for (let count = 0; count < kept.length;) {
      count = kept.length;
      const seenMs = Math.min(...kept.map(({file}) => file.cursor().sinceMs ?? 0));
      const before = kept;
      kept = this.#open.filter((open) => before.includes(open) || open.drainedAtMs > seenMs);
    }
    for (const open of this.#open) if (!kept.includes(open)) closeBoth(open);
    this.#open = kept;
  }

  closeAll(): void {
    for (const open of this.#open) closeBoth(open);
    this.#open = [];
  }

  /** A packed one is kept for a while too: what is in the position is not taken for a new one. */
  #opened({file, path}: Unread): Open {
    return {file, wake: wakeOnFile(path, this.#kick), drainedAtMs: Date.now() + drainMs};
  }
}

/** What is drained already stays so. */
function drainedSoon(open: Open): Open {
  if (open.drainedAtMs !== Number.POSITIVE_INFINITY) return open;
  return {...open, drainedAtMs: Date.now() + drainMs};
}

function closeBoth({file, wake}: Open): void {
  wake.close();
  file.close();
}

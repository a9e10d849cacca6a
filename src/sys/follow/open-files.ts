/**
 * The open files of one log: the file that has its name, and those before it.
 * Decides how long a renamed file is kept; `follow.ts` decides when to look for others.
 */
import type {Cursor, LogPosition} from '../../log/position.js';
import type {UnreadEvent} from '../../log/source-event.js';
import {findUnread, type Unread} from './find-unread.js';
import {type FollowedFile, isProof, LogFile} from './log-file.js';
import {type Wake, wakeOnFile} from './wake.js';

/** A renamed file is read on for so long. Ms: logrotate has signalled rsyslog long before. */
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
  /** Oldest first. The last file has the name; the others are read on for a while. */
  #open: Open[] = [];
  /**
   * Paths of files that the latest search found damaged. One cut may lead to two searches, but is
   * reported once.
   */
  #damaged: ReadonlySet<string> = new Set();

  /** @param kick is called when one of the files has changed */
  constructor(path: string, report: (event: UnreadEvent) => void, kick: () => void) {
    this.#path = path;
    this.#report = report;
    this.#kick = kick;
  }

  /** Oldest first. */
  get files(): readonly FollowedFile[] {
    return this.#open.map(({file}) => file);
  }

  /** The file that has the name, or had it last. */
  get newest(): FollowedFile | undefined {
    return this.#open.at(-1)?.file;
  }

  /** Newest first: the order in which a restart looks for them. */
  position(): LogPosition | undefined {
    if (this.#open.length === 0) return undefined;
    return this.files.map((file) => file.cursor()).reverse();
  }

  /** Gives the name to a file. The others are read on for a while only. */
  giveName(file: FollowedFile): void {
    const known = this.#open.find((open) => open.file === file);
    const wake = known?.wake ?? wakeOnFile(this.#path, this.#kick);
    const others = this.#open.filter((open) => open !== known).map(drainedSoon);
    this.#open = [...others, {file, wake, drainedAtMs: Number.POSITIVE_INFINITY}];
  }

  /**
   * Opens files with unread lines, and sorts them in among the open ones.
   * @param places places in files that are not open, or that no longer have them
   * @param current the file that has the name now, if it is not open
   * @returns the places that were not found
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
    // A file that turned out to be a copy is opened at its place, and not at its start.
    const isTaken = ({file}: Open): boolean =>
      found.some((one) => one.file.identity === file.identity);
    const others = this.#open.filter((one) => {
      if (found.includes(one)) return false;
      if (isTaken(one)) closeBoth(one);
      return !isTaken(one);
    });
    // The file with the name is the newest. Files that are no longer in the folder are the oldest.
    const hasNewest = current === undefined && others.at(-1) === this.#open.at(-1);
    const newest = hasNewest ? others.splice(-1) : [];
    this.#open = [...others, ...found, ...newest];
    return missing;
  }

  /** Whether the file was rotated before anything of it was read. */
  isBlank(file: FollowedFile): file is LogFile {
    return file !== this.newest && file instanceof LogFile && file.cursor().offset === 0;
  }

  /** Whether such a file begins like another open one. Then it is a copy, and the other one will be cut soon. */
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
   * Closes renamed files when everything in them has been read. But first each file in
   * the position must have been seen after their time: a restart regards a file as unread if it changed since then
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

  /** A packed file is kept for a while too, because a file in the position does not count as a new one. */
  #opened({file, path}: Unread): Open {
    return {file, wake: wakeOnFile(path, this.#kick), drainedAtMs: Date.now() + drainMs};
  }
}

/** A file that is already drained stays drained. */
function drainedSoon(open: Open): Open {
  if (open.drainedAtMs !== Number.POSITIVE_INFINITY) return open;
  return {...open, drainedAtMs: Date.now() + drainMs};
}

function closeBoth({file, wake}: Open): void {
  wake.close();
  file.close();
}

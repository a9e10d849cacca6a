/**
 * Follows one log by name, without losing a line over rotation, truncation, absence and restart.
 * Gives batches of whole lines, each with the cursor behind it. A caller that commits the cursor
 * together with what the lines did counts every line once.
 *
 * These rules lost nothing in tests in which npm `tail` and `tail -F` lost thousands: the renamed
 * file is read on for a while (rsyslog writes to it until its SIGHUP), beside the new one; identity
 * is device, inode and the bytes before the offset.
 */
import fs from 'node:fs';
import {dirname} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import type {Line} from '../../log/line.js';
import type {LogPosition} from '../../log/position.js';
import type {FollowEvent} from '../../log/source-event.js';
import {type FollowedFile, identityOf, isProof, LogFile} from './log-file.js';
import {OpenFiles} from './open-files.js';
import {rotatedFiles} from './rotated.js';
import {wakeOnName} from './wake.js';

/** A look by ourselves, should a watch be missing or miss something. Ms. */
const tickMs = 1000;

export interface ReadBatch {
  readonly lines: readonly Line[];
  /** Behind the lines; undefined while there is no such file. */
  readonly position: LogPosition | undefined;
  /** Whether all that stood in the log has been given. */
  readonly caughtUp: boolean;
}

/**
 * Where reading begins in the first file that has the name. Decided once, by what is there:
 *
 *     behindAll ── there is no such file yet ───────────────────▶ atStart
 *     behindAll ── a file has the name: go behind what is in it ─▶ atStart
 *     atCursors ── a file has the name: go to its cursor ────────▶ atStart
 *     atCursors ── none has; a rotated file with unread lines is
 *                  read on in its place ─────────────────────────▶ atStart
 *
 * `atStart` is the end of it: every later file is new, and read from its first line.
 */
type Beginning =
  /** Only what is written from now on. */
  | {readonly kind: 'behindAll'}
  /** Where an earlier run has stopped, in one file or more. */
  | {readonly kind: 'atCursors'; readonly cursors: LogPosition}
  | {readonly kind: 'atStart'};

const atStart: Beginning = {kind: 'atStart'};

interface Look {
  readonly lines: readonly Line[];
  /**
   * Whether each of the files was read. If one was not, its size proves nothing: what was cut and
   * written again may be shorter than the half line that was read before.
   */
  readonly looked: 'all' | 'some';
}

export class Follower {
  readonly #path: string;
  readonly #report: (event: FollowEvent) => void;
  readonly #wakeOnName: typeof wakeOnName;
  readonly #open: OpenFiles;
  #beginning: Beginning;
  #problem: string | undefined;
  /** The rotated files among which, without the log itself, nothing that was read was found. */
  #lookedThrough: string | undefined;
  /** Files that the latest look could not read. */
  readonly #failed = new Set<FollowedFile>();
  /** The last report about such a file: it comes once, not at every look. */
  readonly #saidOf = new WeakMap<FollowedFile, string>();
  #folderChangedMs: number | undefined;
  #kicked = false;
  #wakeUp: (() => void) | undefined;

  /**
   * @param resume where to begin; `end`: with what is written from now on
   * @param wake how to learn immediately that another file has the name; not needed, for it also
   * looks
   */
  constructor(
    path: string,
    resume: LogPosition | 'end',
    report: (event: FollowEvent) => void,
    wake: typeof wakeOnName = wakeOnName,
  ) {
    this.#path = path;
    this.#beginning = resume === 'end' ? {kind: 'behindAll'} : {kind: 'atCursors', cursors: resume};
    this.#report = report;
    this.#wakeOnName = wake;
    this.#open = new OpenFiles(path, report, () => this.lookNow());
  }

  /** Has the next look done now, rather than when something is known to have happened. */
  lookNow(): void {
    this.#kicked = true;
    this.#wakeUp?.();
  }

  /** Ends when the signal is given, with all files closed. */
  async *batches(signal: AbortSignal): AsyncGenerator<ReadBatch> {
    const kick = (): void => this.lookNow();
    signal.addEventListener('abort', kick);
    const nameWake = this.#wakeOnName(this.#path, kick);
    try {
      while (!signal.aborted) {
        this.#kicked = false;
        await this.#lookAtName();
        const {lines, looked} = await this.#readOldest();
        const isUnread = (file: FollowedFile): boolean => !this.#failed.has(file) && hasMore(file);
        const caughtUp = looked === 'all' && !this.#open.files.some(isUnread);
        if (caughtUp) this.#open.closeDrained();
        yield {lines, position: this.#open.position(), caughtUp};
        // A long backlog, or much to look at, must not keep timers and sockets waiting.
        if (caughtUp) await this.#pause(signal);
        else await setImmediate();
      }
    } finally {
      signal.removeEventListener('abort', kick);
      nameWake.close();
      this.#open.closeAll();
    }
  }

  /** The next lines, of the oldest file first: the log's own order, also over a rotation. */
  async #readOldest(): Promise<Look> {
    this.#failed.clear();
    const {files} = this.#open;
    for (const file of files) {
      try {
        if (isCut(file)) {
          if (this.#problem === undefined) {
            this.lookNow();
            return {lines: [], looked: 'some'};
          }
          // The log reports that its fate is unknown: the next tick tries again.
          this.#failed.add(file);
          continue;
        }
        if (this.#open.isBlank(file)) {
          if (this.#open.isCopy(file)) {
            this.#open.close(file);
            continue;
          }
          // In this very moment, so that what it is a copy of is not known by its start any more.
          if (this.#problem === undefined && files.some(isCut)) {
            this.lookNow();
            return {lines: [], looked: 'some'};
          }
        }
        const lines = await file.read(this.#report);
        this.#saidOf.delete(file);
        if (lines.length > 0 || file.hasMore()) {
          return {lines, looked: file === files.at(-1) ? 'all' : 'some'};
        }
      } catch (error) {
        // A disk or a network drive that fails: the place stays as it is, and the other files go on.
        this.#failed.add(file);
        const {message: why} = error as Error;
        if (this.#saidOf.get(file) !== why) {
          this.#report({kind: 'unreadable', path: this.#path, why});
        }
        this.#saidOf.set(file, why);
      }
    }
    return {lines: [], looked: 'all'};
  }

  /** A file that was cut starts again; its unread lines may be in a copy. */
  async #restart(file: LogFile): Promise<void> {
    const place = file.cursor();
    const missing = await this.#open.findUnread([place], undefined);
    const event = file.restart();
    this.#report(missing.includes(place) ? event : {kind: 'rotated', path: this.#path});
  }

  /** Opens what has the name now, if that is another file than before. */
  async #lookAtName(): Promise<void> {
    const atMs = Date.now();
    try {
      for (const file of this.#open.files) if (isCut(file)) await this.#restart(file);
      const identity = identityOf(fs.statSync(this.#path, {bigint: true}));
      const current = this.#open.newest;
      if (current?.identity !== identity) await this.#follow(identity, atMs);
      else {
        await this.#lookForCopies(current);
        current.seen(atMs);
      }
      this.#problem = undefined;
    } catch (error) {
      this.#sayOnce(error);
      // The new file comes with its first line; what is unread stands in the old one meanwhile.
      if (this.#beginning.kind === 'atCursors' && this.#open.newest === undefined) {
        await this.#openOlder([...this.#beginning.cursors].reverse());
      }
    }
  }

  /**
   * A file of which too little was read shows no sign of having been copied and cut: then the folder
   * does, by having changed.
   */
  async #lookForCopies(current: FollowedFile): Promise<void> {
    const {mtimeMs: changedMs} = fs.statSync(dirname(this.#path));
    const isSame = changedMs === this.#folderChangedMs;
    if (!isSame && !isProof(current.cursor())) {
      const before = this.#open.files.length;
      await this.#open.findUnread([], undefined);
      if (this.#open.files.length > before) this.#report({kind: 'rotated', path: this.#path});
    }
    this.#folderChangedMs = changedMs;
  }

  async #follow(identity: string, atMs: number): Promise<void> {
    if (this.#hasNameAgain(identity)) return;
    const file = LogFile.open(this.#path);
    if (this.#hasNameAgain(file.identity)) {
      file.close();
      return;
    }
    file.seen(atMs);
    try {
      await (this.#open.newest === undefined ? this.#begin(file) : this.#succeed(file));
    } catch (error) {
      file.close(); // tried again at the next look
      throw error;
    }
    this.#open.giveName(file);
    this.#report({kind: 'following', path: this.#path, atBytes: file.cursor().offset});
  }

  /** A link that is turned back to a file that is read on. */
  #hasNameAgain(identity: string): boolean {
    const known = this.#open.files.find((file) => file.identity === identity);
    if (known === undefined) return false;
    this.#report({kind: 'rotated', path: this.#path});
    this.#open.giveName(known);
    return true;
  }

  /** Another file takes the name: the old one is read on for a while, and what came between. */
  async #succeed(file: LogFile): Promise<void> {
    const last = this.#open.newest!;
    const place = last.cursor();
    await this.#open.findUnread([], file);
    this.#report({kind: 'rotated', path: this.#path});
    if (!file.holds(place)) return;
    // A copy of the log was put in its place (rsync): it goes on from there.
    file.resumeAt(place);
    this.#open.close(last);
  }

  /** Moves the first file to where reading ended; opens its predecessors where that was in them. */
  async #begin(file: LogFile): Promise<void> {
    if (this.#beginning.kind === 'behindAll') file.skipToEnd();
    if (this.#beginning.kind === 'atCursors') await this.#goOn(file, this.#beginning.cursors);
    this.#beginning = atStart;
  }

  async #goOn(file: LogFile, cursors: LogPosition): Promise<void> {
    const [newest] = cursors;
    if (newest === undefined) return;
    const missing = await this.#open.findUnread([...cursors].reverse(), file);
    const mine = file.holds(newest) ? newest : cursors.find((cursor) => file.matches(cursor));
    if (mine !== undefined) file.resumeAt(mine);
    if (missing.length > 0) this.#report({kind: 'predecessorGone', path: this.#path});
  }

  /** While nothing has the name: what was renamed is read on, once it is known. */
  async #openOlder(cursors: LogPosition): Promise<void> {
    const now = JSON.stringify(rotatedFiles(this.#path));
    if (now === this.#lookedThrough) return;
    try {
      const missing = await this.#open.findUnread(cursors, undefined);
      this.#lookedThrough = now;
      // The file itself may come back, with its file system.
      if (missing.length === cursors.length) this.#open.closeAll();
      const last = this.#open.newest;
      if (last === undefined) return;
      if (missing.length > 0) this.#report({kind: 'predecessorGone', path: this.#path});
      this.#open.giveName(last); // it stands for the name until there is another file
      this.#beginning = atStart;
    } catch (error) {
      this.#sayOnce(error);
    }
  }

  #sayOnce(error: unknown): void {
    const {message: why, code} = error as NodeJS.ErrnoException;
    if (this.#problem === why) return;
    this.#problem = why;
    // A log that is made later is new from its first line.
    if (this.#beginning.kind === 'behindAll' && code === 'ENOENT') this.#beginning = atStart;
    this.#report({kind: 'unreadable', path: this.#path, why});
  }

  async #pause(signal: AbortSignal): Promise<void> {
    if (this.#kicked || signal.aborted) {
      await setImmediate();
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, tickMs);
      this.#wakeUp = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = undefined;
  }
}

/** What cannot be read is not known to be cut. */
function isCut(file: FollowedFile): file is LogFile {
  try {
    return file instanceof LogFile && file.isCut();
  } catch {
    return false;
  }
}

/** A file that cannot be asked (a network drive) is reported when it is read. */
function hasMore(file: FollowedFile): boolean {
  try {
    return file.hasMore();
  } catch {
    return false;
  }
}

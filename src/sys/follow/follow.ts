/**
 * Follows one log by name, without losing a line over rotation, truncation, absence and restart.
 * Gives batches of whole lines, each with the cursor behind it. A caller that commits the cursor
 * together with what the lines did counts every line once.
 *
 * A renamed file is read on for a while beside the new one, because rsyslog writes to it until its SIGHUP. A file is
 * identified by device, inode and the bytes before the offset. With these rules no line was lost in tests in which npm
 * `tail` and `tail -F` lost thousands.
 */
import fs from 'node:fs';
import {dirname} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {unreadLog} from '../../hearing/unread.js';
import type {Line} from '../../log/line.js';
import type {LogPosition} from '../../log/position.js';
import type {FollowEvent} from '../../log/source-event.js';
import {type FollowedFile, identityOf, isProof, LogFile} from './log-file.js';
import {OpenFiles} from './open-files.js';
import {rotatedFiles} from './rotated.js';
import {wakeOnName} from './wake.js';

/** Interval of looks without a wake-up, in case a watch is missing or misses something. Ms. */
const tickMs = 1000;

export interface ReadBatch {
  readonly lines: readonly Line[];
  /** The position behind the lines; undefined while there is no such file. */
  readonly position: LogPosition | undefined;
  /** Whether all lines of the log have been given. */
  readonly caughtUp: boolean;
  /** `live`: the lines were written after the log was opened, and all older lines had been given. */
  readonly read: 'live' | 'backlog';
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
  /** The places where an earlier run stopped, in one or more files. */
  | {readonly kind: 'atCursors'; readonly cursors: LogPosition}
  | {readonly kind: 'atStart'};

const atStart: Beginning = {kind: 'atStart'};

interface Look {
  readonly lines: readonly Line[];
  /**
   * Whether each of the files was read. The size of a file that was not read proves nothing: after it was cut and
   * written again, it may be shorter than the half line that was read before.
   */
  readonly looked: 'all' | 'some';
}

export class Follower {
  readonly #path: string;
  readonly #report: (event: FollowEvent) => void;
  readonly #wakeOnName: typeof wakeOnName;
  readonly #open: OpenFiles;
  #beginning: Beginning;
  #read: ReadBatch['read'] = 'backlog';
  #problem: string | undefined;
  /** The rotated files that were searched, while there was no log, without finding a place. */
  #lookedThrough: string | undefined;
  /** Files that the latest look could not read. */
  readonly #failed = new Set<FollowedFile>();
  /** The last report about such a file. It is made once, not at every look. */
  readonly #saidOf = new WeakMap<FollowedFile, string>();
  #folderChangedMs: number | undefined;
  #kicked = false;
  #wakeUp: (() => void) | undefined;

  /**
   * @param resume where to begin; `end`: with lines that are written from now on
   * @param wake reports at once that another file has the name. Optional, because the follower also looks in intervals
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

  /** Makes the next look happen now, without waiting for an event. */
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
        const read = this.#read;
        if (caughtUp) this.#read = 'live';
        yield {lines, position: this.#open.position(), caughtUp, read};
        // A long backlog must not keep timers and sockets waiting.
        if (caughtUp) await this.#pause(signal);
        else await setImmediate();
      }
    } finally {
      signal.removeEventListener('abort', kick);
      nameWake.close();
      this.#open.closeAll();
    }
  }

  /** The next lines, from the oldest file first. So lines keep the order of the log, even over a rotation. */
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
          // It is not known what happened to the file, so the next tick tries again.
          this.#failed.add(file);
          continue;
        }
        if (this.#open.isBlank(file)) {
          if (this.#open.isCopy(file)) {
            this.#open.close(file);
            continue;
          }
          // The log was cut at this very moment, so its start no longer shows what the new file is a copy of.
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
        // A disk or a network drive fails. The place stays as it is, and the other files go on.
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

  /** Opens the file that has the name now, if it is another one than before. */
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
      // The new file counts from its first line on. Until then the unread lines are in the old one.
      if (this.#beginning.kind === 'atCursors' && this.#open.newest === undefined) {
        await this.#openOlder([...this.#beginning.cursors].reverse());
      }
    }
  }

  /**
   * If too little of a file was read, the file itself does not show that it was copied and cut. Then a change of the
   * folder is the sign.
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

  /** Whether a link leads again to a file that is still being read. */
  #hasNameAgain(identity: string): boolean {
    const known = this.#open.files.find((file) => file.identity === identity);
    if (known === undefined) return false;
    this.#report({kind: 'rotated', path: this.#path});
    this.#open.giveName(known);
    return true;
  }

  /** Another file has the name now. Reads the old file on for a while, and files that came between the two. */
  async #succeed(file: LogFile): Promise<void> {
    const last = this.#open.newest!;
    const place = last.cursor();
    await this.#open.findUnread([], file);
    this.#report({kind: 'rotated', path: this.#path});
    if (!file.holds(place)) return;
    // A copy of the log took its place (rsync), so go on at the same place in it.
    file.resumeAt(place);
    this.#open.close(last);
  }

  /** Moves the first file to the place where reading ended. If places are in its predecessors, opens these too. */
  async #begin(file: LogFile): Promise<void> {
    if (this.#beginning.kind === 'behindAll') {
      file.skipToEnd();
      this.#read = 'live';
    }
    if (this.#beginning.kind === 'atCursors') {
      await this.#goOn(file, this.#beginning.cursors);
      // Decided here, because lines may be written before the first read, and the log may have been absent until now.
      this.#read = [file, ...this.#open.files].some(hasMore) ? 'backlog' : 'live';
    }
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

  /** While no file has the name: reads renamed files on, once they are found. */
  async #openOlder(cursors: LogPosition): Promise<void> {
    const now = JSON.stringify(rotatedFiles(this.#path));
    if (now === this.#lookedThrough) return;
    try {
      const missing = await this.#open.findUnread(cursors, undefined);
      this.#lookedThrough = now;
      // The file itself may come back when its file system is mounted again.
      if (missing.length === cursors.length) this.#open.closeAll();
      const last = this.#open.newest;
      if (last === undefined) return;
      if (missing.length > 0) this.#report({kind: 'predecessorGone', path: this.#path});
      this.#open.giveName(last); // it counts as the log until there is another file
      this.#beginning = atStart;
    } catch (error) {
      this.#sayOnce(error);
    }
  }

  #sayOnce(error: unknown): void {
    const {code} = error as NodeJS.ErrnoException;
    const why = unreadLog(this.#path, error as NodeJS.ErrnoException);
    if (this.#problem === why) return;
    this.#problem = why;
    // A log that is created later is new from its first line on.
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

/** A file that cannot be read does not count as cut. */
function isCut(file: FollowedFile): file is LogFile {
  try {
    return file instanceof LogFile && file.isCut();
  } catch {
    return false;
  }
}

/** If the size of a file is not available (a network drive), the error is reported when the file is read. */
function hasMore(file: FollowedFile): boolean {
  try {
    return file.hasMore();
  } catch {
    return false;
  }
}

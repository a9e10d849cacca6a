/**
 * Follows one log by name, without losing a line over rotation, truncation, absence and restart.
 * Gives batches of whole lines, each with the cursor behind it; whoever commits the cursor together
 * with what the lines did counts every line once.
 *
 * The rules lost nothing where npm `tail` and `tail -F` lose thousands: the renamed file is read on
 * for a while (rsyslog writes to it until its SIGHUP), beside the new one; identity is device,
 * inode and the bytes before the offset.
 */
import fs from 'node:fs';
import {setImmediate} from 'node:timers/promises';
import type {Line} from '../log/line.js';
import type {Cursor, LogPosition} from '../state/state.js';
import {type FileEvent, identityOf, LogFile} from './log-file.js';
import {type Rotated, rotatedFiles} from './rotated.js';
import {type Wake, wakeOnFile, wakeOnName} from './wake.js';

/** How long a renamed file is read on. Ms: logrotate's postrotate has told rsyslog long before. */
const drainMs = 30_000;
/** A look by ourselves, should a watch be missing or miss something. Ms. */
const tickMs = 1000;

export type FollowEvent =
  | FileEvent
  | {readonly kind: 'following'; readonly path: string; readonly atBytes: number}
  | {readonly kind: 'unreadable'; readonly path: string; readonly why: string}
  | {readonly kind: 'rotated'; readonly path: string}
  /** The file that was read last is nowhere to be found. */
  | {readonly kind: 'predecessorGone'; readonly path: string};

export interface Batch {
  readonly lines: readonly Line[];
  /** Behind the lines; undefined while there is no such file. */
  readonly position: LogPosition | undefined;
  /** Whether all that stood in the log has been given. */
  readonly caughtUp: boolean;
}

interface Open {
  readonly file: LogFile;
  readonly wake: Wake;
  readonly drainedAtMs: number;
}

export class Follower {
  readonly #path: string;
  readonly #report: (event: FollowEvent) => void;
  /** Oldest first; the last one has the name now, the others are read on for a while. */
  #open: Open[] = [];
  #resume: LogPosition | 'end' | 'start';
  #problem: string | undefined;
  /** Files that the latest look could not read. */
  readonly #failed = new Set<LogFile>();
  /** What was last told of such a file: it is told once, not at every look. */
  readonly #saidOf = new WeakMap<LogFile, string>();
  #kicked = false;
  #wakeUp: (() => void) | undefined;

  /** @param resume where to begin; `end`: with what is written from now on */
  constructor(path: string, resume: LogPosition | 'end', report: (event: FollowEvent) => void) {
    this.#path = path;
    this.#resume = resume;
    this.#report = report;
  }

  /** Ends when the signal is given, with all files closed. */
  async *batches(signal: AbortSignal): AsyncGenerator<Batch> {
    const kick = (): void => this.#kick();
    signal.addEventListener('abort', kick);
    const nameWake = wakeOnName(this.#path, kick);
    try {
      while (!signal.aborted) {
        this.#kicked = false;
        this.#lookAtName();
        const lines = this.#readOldest();
        const caughtUp = !this.#open.some(({file}) => !this.#failed.has(file) && file.hasMore());
        if (caughtUp) this.#closeDrained();
        yield {lines, position: this.#position(), caughtUp};
        if (caughtUp) await this.#pause(signal);
        else await setImmediate(); // a long backlog must not keep timers and sockets waiting
      }
    } finally {
      signal.removeEventListener('abort', kick);
      nameWake.close();
      for (const open of this.#open) closeBoth(open);
      this.#open = [];
    }
  }

  /** The next lines, of the oldest file first: the log's own order, also over a rotation. */
  #readOldest(): Line[] {
    this.#failed.clear();
    for (const {file} of this.#open) {
      try {
        const lines = file.read(this.#report);
        if (lines.length > 0) return lines;
        this.#saidOf.delete(file);
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
    return [];
  }

  /** Opens what has the name now, if that is another file than before. */
  #lookAtName(): void {
    const current = this.#open.at(-1);
    try {
      const identity = identityOf(fs.statSync(this.#path, {bigint: true}));
      if (current?.file.identity !== identity) this.#follow(identity, current);
      this.#problem = undefined;
    } catch (error) {
      this.#sayOnce(error);
      // The new file comes with its first line; what is unread stands in the old one meanwhile.
      if (typeof this.#resume === 'object' && current === undefined) this.#openPredecessors();
    }
  }

  #openPredecessors(): void {
    const cursors = typeof this.#resume === 'object' ? this.#resume : [];
    const rotated = rotatedFiles(this.#path);
    const opened = [...cursors].reverse().flatMap((one) => this.#predecessor(one, rotated) ?? []);
    // The last one stands for the name until there is another file.
    const last = opened.pop();
    if (last === undefined) return; // the file itself may come back, with its file system
    this.#open = [...opened, {...last, drainedAtMs: Number.POSITIVE_INFINITY}];
    this.#resume = 'start';
  }

  /** Lets go of renamed files, once all that stands in them has been read. */
  #closeDrained(): void {
    const nowMs = Date.now();
    for (const old of this.#open.filter(({drainedAtMs}) => drainedAtMs <= nowMs)) closeBoth(old);
    this.#open = this.#open.filter(({drainedAtMs}) => drainedAtMs > nowMs);
  }

  #follow(identity: string, current: Open | undefined): void {
    const known = this.#open.find(({file}) => file.identity === identity);
    if (known === undefined) {
      this.#openName(current);
      return;
    }
    // An older file has its name again.
    this.#report({kind: 'rotated', path: this.#path});
    const drainedAtMs = Date.now() + drainMs;
    const others = this.#open.filter((other) => other !== known);
    this.#open = [
      ...others.map((other) => (other === current ? {...other, drainedAtMs} : other)),
      {...known, drainedAtMs: Number.POSITIVE_INFINITY},
    ];
  }

  #openName(current: Open | undefined): void {
    const file = LogFile.open(this.#path);
    const open: Open = {
      file,
      wake: wakeOnFile(this.#path, () => this.#kick()),
      drainedAtMs: Number.POSITIVE_INFINITY,
    };
    const older = this.#open.filter((other) => other !== current);
    if (current === undefined) {
      this.#open = [...this.#safelyResumed(open), open];
    } else {
      this.#report({kind: 'rotated', path: this.#path});
      this.#open = [...older, {...current, drainedAtMs: Date.now() + drainMs}, open];
    }
    this.#report({kind: 'following', path: this.#path, atBytes: file.cursor().offset});
  }

  #safelyResumed(open: Open): Open[] {
    const resume = this.#resume;
    try {
      return this.#resumed(open.file);
    } catch (error) {
      this.#resume = resume; // tried again at the next look
      closeBoth(open);
      throw error;
    }
  }

  /** Moves the first file to where reading ended; gives its predecessors where that was in them. */
  #resumed(file: LogFile): Open[] {
    const resume = this.#resume;
    this.#resume = 'start';
    if (resume === 'start') return [];
    if (resume === 'end') {
      file.skipToEnd();
      return [];
    }
    const [newest, ...older] = resume;
    const rotated = rotatedFiles(this.#path).filter(({identity}) => identity !== file.identity);
    const opened = older.reverse().flatMap((cursor) => this.#predecessor(cursor, rotated) ?? []);
    const gone = (): void => this.#report({kind: 'predecessorGone', path: this.#path});
    if (opened.length < older.length) gone();
    if (newest === undefined) return opened;
    if (file.matches(newest)) {
      file.resumeAt(newest);
      return opened;
    }
    const predecessor = this.#predecessor(newest, rotated);
    if (predecessor === undefined) {
      gone();
      return opened;
    }
    // Rotated again since: what came between is all unread.
    const known = new Set([...resume, predecessor.file].map(({identity}) => identity));
    const place = rotated.findIndex(({identity}) => identity === predecessor.file.identity);
    const between = rotated.slice(place + 1).filter(({identity}) => !known.has(identity));
    const unread = between.flatMap((one) => this.#openRotated(one) ?? []);
    return [...opened, predecessor, ...unread];
  }

  /** The rotated file the cursor was made for, under whatever name it has now, or a copy of it. */
  #predecessor(cursor: Cursor, rotated: readonly Rotated[]): Open | undefined {
    const isIt = ({identity}: Rotated): boolean => identity === cursor.identity;
    const inOrder = [...rotated.filter(isIt), ...rotated.filter((one) => !isIt(one))];
    for (const one of inOrder) {
      const open = this.#openRotated(one, cursor);
      if (open !== undefined) return open;
    }
    return undefined;
  }

  /** @returns undefined when it cannot be opened, or is not what the cursor was made for */
  #openRotated({path, identity}: Rotated, cursor?: Cursor): Open | undefined {
    let file: LogFile | undefined;
    try {
      file = LogFile.open(path, this.#path);
      // A copy (copytruncate) has another identity and the same bytes; few bytes prove nothing.
      const known = cursor && (identity === cursor.identity || cursor.guard.length >= 2 * 32);
      if (cursor === undefined || (known && file.matches({...cursor, identity}))) {
        if (cursor !== undefined) file.resumeAt(cursor);
        const wake = wakeOnFile(path, () => this.#kick());
        return {file, wake, drainedAtMs: Date.now() + drainMs};
      }
    } catch {
      // Gone, or not to be read.
    }
    file?.close();
    return undefined;
  }

  /** Newest first: the order in which a restart looks for them. */
  #position(): LogPosition | undefined {
    if (this.#open.length === 0) return undefined;
    return this.#open.map(({file}) => file.cursor()).reverse();
  }

  #sayOnce(error: unknown): void {
    const {message: why, code} = error as NodeJS.ErrnoException;
    if (this.#problem === why) return;
    this.#problem = why;
    // A log that is made later is new from its first line.
    if (this.#resume === 'end' && code === 'ENOENT') this.#resume = 'start';
    this.#report({kind: 'unreadable', path: this.#path, why});
  }

  #kick(): void {
    this.#kicked = true;
    this.#wakeUp?.();
  }

  async #pause(signal: AbortSignal): Promise<void> {
    if (this.#kicked || signal.aborted) return;
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

function closeBoth({file, wake}: Open): void {
  wake.close();
  file.close();
}

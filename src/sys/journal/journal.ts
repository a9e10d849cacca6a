/**
 * Follows the systemd journal through journalctl(1), without losing an entry or giving one twice
 * over restarts of journald, of journalctl and of ourselves. Gives batches of records, each with
 * the cursor behind them. A caller that commits the cursor together with what the records did
 * counts each once. `log/journal-entry.ts` decides what an entry means, `journalctl.ts` how
 * journalctl is called.
 *
 * Each round has two children. The first prints the stored entries and ends; then we have caught up.
 * The second follows. A round ends with its child, or when a folder of the journal was
 * created or removed, or after a while in any case. The next round goes on at the cursor.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {Backoff} from '../../base/mechanisms/backoff.js';
import {AtMostEvery} from '../../base/mechanisms/elapsed.js';
import {isSameEntry, readJournalEntry} from '../../log/journal-entry.js';
import type {JournalPosition} from '../../log/position.js';
import type {LogRecord} from '../../log/record.js';
import type {JournalEvent} from '../../log/source-event.js';
import {
  endOfJournal,
  journalctl,
  journalFolders,
  type JournalPlace,
  ownMachineId,
  type ReadMode,
  readParameters,
} from './journalctl.js';
import {type CommandEnd, startCommand} from '../run/command.js';
import {LineCutter} from '../run/line-cutter.js';

/** Length of an entry as JSON. Bytes: sendmail's are below 4 KB, and a hostile one can have any length. */
const mostEntryBytes = 64 * 1024;
/** A child is replaced after this time. Ms: it keeps vacuumed files open, and may have missed a change. */
const renewMs = 10 * 60_000;
/**
 * How long a child that prints stored entries may print nothing. Ms: journalctl finds them by an index. After a failure
 * it is twice as long, so that a slow disk does not keep us from ever coming further.
 */
export const silence = {firstMs: 60_000, lastMs: renewMs};
/** Between two looks at the folders. Ms. */
const lookMs = 2000;
/** Pauses after a failure. */
const retry = {firstMs: 250, lastMs: 30_000};
/** Between two reports of entries that were left out. Ms. */
const skippedReportMs = 60_000;

export interface JournalBatch {
  readonly records: readonly LogRecord[];
  /** The position behind the records. It is a real position from the first batch on, even if no entry came yet. */
  readonly position: JournalPosition | undefined;
  /** Whether all stored entries have been given. */
  readonly caughtUp: boolean;
}

export class JournalFollower {
  readonly #identifiers: readonly string[];
  readonly #report: (event: JournalEvent) => void;
  readonly #place: JournalPlace;
  readonly #machineId = ownMachineId();
  readonly #silence: Backoff;
  #mostSilentMs: number;
  #resume: JournalPosition | 'end';
  /** The cursor at which a child began. The entry there comes first, if it still exists, and was given before. */
  #known: string | undefined;
  #problem: string | undefined;
  #isFollowingTold = false;
  #skipped = 0;
  readonly #skippedReports = new AtMostEvery(skippedReportMs);

  /**
   * @param resume where to begin; `end`: with entries that are written from now on
   * @param bounds smaller in tests
   */
  constructor(
    identifiers: readonly string[],
    resume: JournalPosition | 'end',
    report: (event: JournalEvent) => void,
    place: JournalPlace = {kind: 'machine'},
    bounds = silence,
  ) {
    this.#silence = new Backoff(bounds);
    this.#mostSilentMs = this.#silence.failed();
    this.#identifiers = identifiers;
    this.#resume = resume;
    this.#report = report;
    this.#place = place;
  }

  /** Ends when the signal is given, with no child left. */
  async *batches(signal: AbortSignal): AsyncGenerator<JournalBatch> {
    const pause = new Backoff(retry);
    while (!signal.aborted) {
      const startMs = performance.now();
      const why = yield* this.#round(signal);
      if (performance.now() - startMs >= retry.lastMs) {
        pause.succeeded();
        this.#problem = undefined;
      }
      if (why === undefined) continue;
      this.#tellProblem(why);
      await sleep(pause.failed(), undefined, {signal}).catch(() => undefined);
    }
  }

  /** @returns why to pause before the next round; undefined: no pause */
  async *#round(signal: AbortSignal): AsyncGenerator<JournalBatch, string | undefined> {
    if (this.#resume === 'end') {
      const end = await endOfJournal(this.#place, signal);
      if (end.kind === 'unreadable') return signal.aborted ? undefined : end.why;
      this.#resume = {cursor: end.cursor};
      // Gives the position at once, so that a crash before the mailer's next line does not skip that line.
      yield {records: [], position: this.#resume, caughtUp: false};
    }
    const {cursor} = this.#resume;
    const stored = yield* this.#read(this.#resume, 'stored', signal);
    if (stored.kind === 'failed' && stored.why.includes('seek to cursor: Invalid argument')) {
      this.#report({kind: 'cursorRefused', cursor});
      this.#resume = 'end';
      return undefined;
    }
    if (stored.kind === 'stopped' && !signal.aborted && this.#resume.cursor === cursor) {
      return noEnd;
    }
    if (stored.kind !== 'done') return whyOf(stored);
    this.#silence.succeeded();
    this.#mostSilentMs = this.#silence.failed();
    const position = this.#resume;
    if (!this.#isFollowingTold) this.#report({kind: 'following', cursor: position.cursor});
    this.#isFollowingTold = true;
    yield {records: [], position, caughtUp: true};
    const followed = yield* this.#read(position, 'follow', signal);
    return followed.kind === 'done' ? `${journalctl} has ended` : whyOf(followed);
  }

  /** Runs one child and gives its entries. */
  async *#read(
    from: JournalPosition,
    mode: ReadMode,
    signal: AbortSignal,
  ): AsyncGenerator<JournalBatch, CommandEnd> {
    const child = new AbortController();
    const stop = (): void => child.abort();
    // Undefined while the caller works: then the child waits for us.
    let waitsSinceMs: number | undefined = performance.now();
    const leash = this.#leash(mode, () => waitsSinceMs, stop);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const parameters = readParameters(this.#place, this.#identifiers, from.cursor, mode);
    const {output, ended} = startCommand(journalctl, parameters, child.signal);
    this.#known = from.cursor;
    let isOver = false;
    try {
      const cutter = new LineCutter(mostEntryBytes, 'utf8');
      for await (const chunk of output) {
        waitsSinceMs = undefined;
        const cut = cutter.take(chunk);
        const lines = cut.filter((each) => each.kind === 'line');
        this.#skip(cut.length - lines.length, 'too long for a mailer');
        const records = lines.flatMap(({text}) => this.#take(text) ?? []);
        const position = this.#position;
        if (lines.length > 0) yield {records, position, caughtUp: mode === 'follow'};
        waitsSinceMs = performance.now();
      }
      isOver = true;
    } finally {
      clearInterval(leash);
      signal.removeEventListener('abort', stop);
      if (!isOver) {
        stop(); // the caller stopped reading in the middle of a batch
        await ended;
      }
    }
    const end = await ended;
    if (signal.aborted) return {kind: 'stopped'};
    return end;
  }

  /**
   * Ends a child that has run for long, or that began when there were other folders. Also one that hangs: it is
   * reported here, because a child that waits for a dead disk does not end even if it is killed.
   *
   * @param waitsSince since when we wait for its output; undefined: we do not
   */
  #leash(mode: ReadMode, waitsSince: () => number | undefined, stop: () => void): NodeJS.Timeout {
    const folders = journalFolders(this.#place);
    const endMs = performance.now() + renewMs;
    const look = (): void => {
      const nowMs = performance.now();
      const silentMs = nowMs - (waitsSince() ?? nowMs);
      const isHanging = mode === 'stored' && silentMs >= this.#mostSilentMs;
      if (isHanging) {
        this.#mostSilentMs = this.#silence.failed();
        this.#tellProblem(noEnd);
      }
      if (isHanging || nowMs >= endMs || journalFolders(this.#place) !== folders) stop();
    };
    return setInterval(look, lookMs);
  }

  /** Reads one entry and moves behind it. */
  #take(line: string): LogRecord | undefined {
    const entry = readJournalEntry(parsed(line), this.#machineId);
    if (entry.cursor !== undefined) {
      const isKnown = this.#known !== undefined && isSameEntry(entry.cursor, this.#known);
      this.#known = undefined;
      if (isKnown) return undefined;
      this.#resume = {cursor: entry.cursor};
    }
    if (entry.kind === 'record') return entry.record;
    this.#skip(1, entry.why);
    return undefined;
  }

  get #position(): JournalPosition | undefined {
    return this.#resume === 'end' ? undefined : this.#resume;
  }

  /** Counts entries that are left out. Any user may fill the journal with such entries, so one message reports many. */
  #skip(entries: number, why: string): void {
    this.#skipped += entries;
    const nowMs = performance.now();
    if (this.#skipped === 0 || !this.#skippedReports.take(nowMs)) return;
    this.#report({kind: 'skipped', entries: this.#skipped, why});
    this.#skipped = 0;
  }

  #tellProblem(why: string): void {
    if (this.#problem === why) return;
    this.#problem = why;
    this.#isFollowingTold = false;
    this.#report({kind: 'unreadable', why});
  }
}

const noEnd = `${journalctl} gave nothing and did not end`;

const whyOf = (end: Exclude<CommandEnd, {kind: 'done'}>): string | undefined =>
  end.kind === 'stopped' ? undefined : end.why;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

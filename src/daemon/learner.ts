/**
 * Reads the old logs at the first start of an installation, so that the daemon knows which clients
 * deliver mail to which names before it judges any: the rotated files, the log itself up to where
 * following begins, and the journal. Nothing in them blocks a client or counts against one. Works
 * in slices, within bounds, and logs in one line what it learnt. `guard/guard.ts` decides what is
 * learnt from a line, `judge/learning.ts` whether it is enough.
 *
 * First it notes and saves the places where following begins: what is written while it reads the
 * old logs is judged afterwards. If a start finds that an earlier one was killed half-way, it reads
 * them all again.
 *
 * Nothing is followed meanwhile. So a timer ends it, whatever it waits for: a journalctl or an unpacking
 * program that hangs, or a disk that does not answer.
 */
import {countText} from '../base/count.js';
import {durationText} from '../base/duration.js';
import {localTime} from '../base/time-text.js';
import type {Say} from '../base/say.js';
import type {State} from '../guard/state.js';
import {afterReading, isToRead, learningUntilMs, note} from '../judge/learning.js';
import type {LogRecord} from '../log/record.js';
import {journalSource, type SourcePlan} from '../log/source-plan.js';
import {sendmail} from '../mail/sendmail/dialect.js';
import {endOfJournal} from '../sys/journal/journalctl.js';
import {storedSince} from '../sys/old-logs/old-entries.js';
import type {FollowedFile} from '../sys/follow/log-file.js';
import {endOf, logsOf, type OldFile, oldFiles, openOldFile} from '../sys/old-logs/old-files.js';
import {nowMs} from '../sys/run/clock.js';
import {TimeSlice} from '../sys/run/time-slice.js';

export interface LearnBounds {
  /**
   * How old a log may be. Ms: twice as long as a name counts as taking mail, so that a client that
   * delivers once a week is known too.
   */
  readonly ageMs: number;
  /** How much of the logs is read, the newest part. Unpacked bytes: a busy relay's week. */
  readonly bytes: number;
  /** How long learning may take, all in all. Ms: no new client is blocked meanwhile. */
  readonly timeMs: number;
}

const dayMs = 86_400_000;

/** Measured: 184 MB, a million lines, in 21 s on two busy cores. */
const learnBounds: LearnBounds = {
  ageMs: 14 * dayMs,
  bytes: 512 * 1024 * 1024,
  timeMs: 60_000,
};

/**
 * After this many reads without a whole line, the reader gives up: the line has no end, or the file
 * was truncated. A count: 64 MB.
 */
const mostEmptyReads = 1000;

interface LearnerParts {
  /** The program names under which the mailer logs. */
  readonly names: readonly string[];
  readonly state: State;
  readonly guard: {
    /** @returns how many recipients took mail. A count */
    readonly learn: (record: LogRecord, nowMs: number) => number;
    readonly hasLearnt: (nowMs: number) => void;
  };
  readonly plan: SourcePlan;
  /** The record with this machine's own host name; undefined: it is not the mailer's. */
  readonly named: (record: LogRecord) => LogRecord | undefined;
  readonly save: () => void;
  readonly say: Say;
}

export class Learner {
  readonly #parts: LearnerParts;
  readonly #bounds: LearnBounds;
  #untilMs = 0;
  #end: 'all' | 'cut' = 'cut';
  /** Following has begun: what still comes of the old logs is too late. */
  #isOver = false;
  #files = 0;
  #bytes = 0;
  #deliveries = 0;
  #firstMs: number | undefined;
  #firstDeliveryMs: number | undefined;
  readonly #notes: string[] = [];

  /** @param bounds smaller in tests */
  constructor(parts: LearnerParts, bounds = learnBounds) {
    this.#parts = parts;
    this.#bounds = bounds;
  }

  /**
   * Reads the old logs, if this is the first start. If the signal ends it early, the next start reads
   * them all again.
   */
  async run(signal: AbortSignal): Promise<void> {
    const {state, save} = this.#parts;
    if (!isToRead(state.learning)) return;
    const startMs = performance.now();
    this.#untilMs = startMs + this.#bounds.timeMs;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#bounds.timeMs);
    const either = AbortSignal.any([signal, late.signal]);
    try {
      await Promise.race([this.#read(either), firing(either)]);
    } finally {
      clearTimeout(timer);
      this.#isOver = true;
    }
    if (signal.aborted) return;
    const read = this.#end;
    const isLate = late.signal.aborted || this.#isLate;
    if (read === 'cut' && isLate) this.#notes.push(`stopped after ${this.#bound}`);
    this.#parts.guard.hasLearnt(nowMs());
    const firstDeliveryMs = this.#firstDeliveryMs;
    note(state.learning, afterReading({firstDeliveryMs, read}, nowMs()));
    save();
    this.#tell((performance.now() - startMs) / 1000);
  }

  /** What it waits for may never come, so it may never end: `run` goes on at the signal. */
  async #read(signal: AbortSignal): Promise<void> {
    const {state, plan, save} = this.#parts;
    await this.#notePlaces(signal);
    if (signal.aborted) return;
    note(state.learning, {kind: 'reading'});
    save();
    const ends = [await this.#readFiles(signal)];
    if (plan.journal === 'followed') ends.push(await this.#readJournal(signal));
    this.#end = ends.includes('cut') ? 'cut' : 'all';
  }

  async #notePlaces(signal: AbortSignal): Promise<void> {
    const {state, plan} = this.#parts;
    for (const log of logsOf(plan.files)) {
      const end = state.positions.get(log) === undefined ? endOf(log, nowMs()) : undefined;
      if (end !== undefined) state.positions.set(log, end);
    }
    if (plan.journal === 'left' || state.journals.get(journalSource) !== undefined) return;
    const end = await endOfJournal({kind: 'machine'}, signal);
    // After the signal the journal is followed, and has a later cursor.
    if (end.kind !== 'cursor' || signal.aborted) return;
    state.journals.set(journalSource, {cursor: end.cursor});
  }

  async #readFiles(signal: AbortSignal): Promise<'all' | 'cut'> {
    const {state, plan} = this.#parts;
    const positionOf = (log: string) => state.positions.get(log);
    const found = oldFiles(logsOf(plan.files), positionOf, this.#bounds, nowMs());
    const left = [
      [found.tooOld, `older than ${durationText(this.#bounds.ageMs / 1000)}`],
      [found.tooMuch, `beyond ${megabytes(this.#bounds.bytes)}`],
      [found.unreadable, 'not packed by gzip, nor by a program that is here'],
    ] as const;
    for (const [count, why] of left)
      if (count > 0) this.#notes.push(`${countText(count, 'file')} left out: ${why}`);
    for (const file of found.files) {
      if (signal.aborted) return 'cut';
      if ((await this.#readFile(file, signal)) === 'late') return 'cut';
    }
    return signal.aborted ? 'cut' : 'all';
  }

  async #readFile(old: OldFile, signal: AbortSignal): Promise<'read' | 'late'> {
    const frames = sendmail.frames();
    const slice = new TimeSlice();
    let readTo = old.fromBytes;
    try {
      const file = await openOldFile(old);
      const close = closing(file, signal);
      try {
        for (let empty = 0; empty < mostEmptyReads && !signal.aborted && file.hasMore();) {
          const lines = await file.read((event) => {
            if (event.kind === 'damaged') this.#notes.push(`${event.path}: ${event.why}`);
          });
          empty = lines.length === 0 ? empty + 1 : 0;
          const wanted = lines.filter(({offset}) => offset < old.toBytes);
          readTo = Math.max(readTo, wanted.at(-1)?.offset ?? 0);
          for (const line of wanted) {
            const framed = frames.read(line, old.changedMs);
            if (framed.kind === 'record') this.#take(framed.record);
            if (slice.isOver) await slice.next();
          }
          if (this.#isLate) return 'late';
          if (wanted.length < lines.length) break;
          if (slice.isOver) await slice.next();
        }
      } finally {
        close();
      }
      this.#files++;
      this.#bytes += (old.toBytes === Infinity ? readTo : old.toBytes) - old.fromBytes;
    } catch (error) {
      this.#notes.push((error as Error).message);
    }
    return 'read';
  }

  async #readJournal(signal: AbortSignal): Promise<'all' | 'cut'> {
    const sinceMs = nowMs() - this.#bounds.ageMs;
    const slice = new TimeSlice();
    const identifiers = this.#parts.names;
    const why = (message: string): void => void this.#notes.push(message);
    this.#files++;
    for await (const {records, bytes} of storedSince(identifiers, sinceMs, signal, why)) {
      this.#bytes += bytes;
      for (const record of records) {
        this.#take(record);
        if (slice.isOver) await slice.next();
      }
      if (this.#isLate) return 'cut';
      if (this.#bytes < this.#bounds.bytes) continue;
      this.#notes.push(`stopped after ${megabytes(this.#bounds.bytes)}`);
      return 'cut';
    }
    return signal.aborted ? 'cut' : 'all';
  }

  /** By the clock too: a timer comes late where there is much to do. */
  get #isLate(): boolean {
    return performance.now() >= this.#untilMs;
  }

  #take(given: LogRecord): void {
    if (this.#isOver) return;
    const now = nowMs();
    if (given.atMs < now - this.#bounds.ageMs) return;
    const record = this.#parts.named(given);
    if (record === undefined) return;
    this.#firstMs = Math.min(this.#firstMs ?? record.atMs, record.atMs);
    const deliveries = this.#parts.guard.learn(record, now);
    if (deliveries === 0) return;
    this.#deliveries += deliveries;
    this.#firstDeliveryMs = Math.min(this.#firstDeliveryMs ?? record.atMs, record.atMs);
  }

  get #bound(): string {
    return durationText(Math.round(this.#bounds.timeMs / 1000));
  }

  #tell(tookSeconds: number): void {
    const {state, say} = this.#parts;
    const spanMs = nowMs() - (this.#firstMs ?? nowMs());
    const size = `${megabytes(this.#bytes)}, ${countText(Math.max(1, Math.round(spanMs / dayMs)), 'day')}`;
    const head =
      this.#deliveries === 0
        ? 'the old logs contain no delivery'
        : `learnt from ${countText(this.#files, 'old log')} (${size}): ${countText(this.#deliveries, 'recipient')} that took mail, in ${Math.ceil(tookSeconds)}s`;
    const untilMs = learningUntilMs(state.learning, nowMs());
    const day =
      untilMs === undefined
        ? []
        : [`learning until ${localTime(untilMs)}, and clients are judged more mildly until then`];
    say('notice', [head, ...this.#notes, ...day].join('; '));
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / (1024 * 1024))} MB`;

const firing = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), {once: true});
  });

/** The file is closed at the signal too, which ends a read that hangs. @returns closes it, once */
function closing(file: FollowedFile, signal: AbortSignal): () => void {
  let isOpen = true;
  const close = (): void => {
    signal.removeEventListener('abort', close);
    if (isOpen) file.close();
    isOpen = false;
  };
  signal.addEventListener('abort', close);
  return close;
}

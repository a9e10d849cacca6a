/**
 * Reads for `why HOST` what the mailer's log says about clients: the newest part of the followed logs and their
 * rotated files, or of the journal. Age, bytes and time are limited, because a person is waiting. `hosts/seen.ts`
 * decides what concerns the host.
 */
import {countText} from '../../base/count.js';
import {durationText} from '../../base/duration.js';
import type {Config} from '../../config/schema.js';
import {askNobody, Joining} from '../../guard/joining.js';
import {guardSettings} from '../../guard/settings.js';
import {emptyState} from '../../guard/state.js';
import {mailerNames} from '../../hearing/names.js';
import {whyUnread, withHelp} from '../../hearing/unread.js';
import type {SeenClients} from '../../hosts/seen.js';
import type {LogRecord} from '../../log/record.js';
import {planSources} from '../../log/source-plan.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import {quietMs} from '../../sys/disk/text-file.js';
import {LogFile} from '../../sys/follow/log-file.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {storedSince} from '../../sys/old-logs/old-entries.js';
import {endOf, logsOf, oldFiles, type OldFile, openOldFile} from '../../sys/old-logs/old-files.js';
import {monotonicMs, nowMs} from '../../sys/run/clock.js';
import {hostName} from '../../sys/run/machine.js';
import {TimeSlice} from '../../sys/run/time-slice.js';

interface ReadBounds {
  /** The greatest age of a file, or of a journal entry. Ms. */
  readonly ageMs: number;
  /** The newest part of the log that is read, unpacked. */
  readonly bytes: number;
  /** The time limit. Ms. */
  readonly timeMs: number;
}

/** A week, like what `allow` and `unblock` are asked about; it takes some seconds, at 20 MB each. */
const readBounds: ReadBounds = {
  ageMs: 7 * 86_400_000,
  bytes: 128 * 1024 * 1024,
  timeMs: 15_000,
};

/** After this many reads without data, the file has no more. A count. */
const mostEmptyReads = 100;

interface ReadLog {
  readonly places: readonly string[];
  /** Of the first line read. Ms since the epoch; null: no line was read. */
  readonly sinceMs: number | null;
  /** What was not read, and why. */
  readonly unread: readonly string[];
}

export async function readLog(
  seen: SeenClients,
  config: Config,
  bounds: ReadBounds = readBounds,
): Promise<ReadLog> {
  const plan = planSources(config.syslogMsgsFile, config.attribution, {
    quietMs: (path) => quietMs(path, nowMs()),
    hasJournal: hasJournal(),
    hasPlace: () => false,
  });
  const reading = new Reading(seen, config, bounds);
  await reading.files(plan.files);
  if (plan.journal === 'followed') await reading.journal();
  return reading.result;
}

class Reading {
  readonly #seen: SeenClients;
  readonly #joining: Joining;
  readonly #names: readonly string[];
  readonly #bounds: ReadBounds;
  readonly #endMs: number;
  readonly #places: string[] = [];
  readonly #unread: string[] = [];
  #sinceMs: number | null = null;
  #records = 0;

  constructor(seen: SeenClients, config: Config, bounds: ReadBounds) {
    this.#seen = seen;
    this.#bounds = bounds;
    this.#endMs = monotonicMs() + bounds.timeMs;
    // One log line is enough for a hint, even where evidence would need proof.
    const settings = guardSettings({...config, attribution: 'any'}, hostName(), 'past', sendmail);
    this.#joining = new Joining(settings, emptyState('unsaved'));
    this.#names = mailerNames(config.mailerSyslogName, sendmail);
  }

  get result(): ReadLog {
    return {places: this.#places, sinceMs: this.#sinceMs, unread: this.#unread};
  }

  async files(patterns: readonly string[]): Promise<void> {
    const logs = logsOf(patterns);
    const {files, tooMuch, unreadable} = oldFiles(
      logs,
      (log) => endOf(log, nowMs()),
      this.#bounds,
      nowMs(),
    );
    if (tooMuch > 0) this.#unread.push(`the log: ${countText(tooMuch, 'older file')} not read`);
    if (unreadable > 0) {
      this.#unread.push(`the log: ${countText(unreadable, 'file')} that nothing here unpacks`);
    }
    for (const log of logs) {
      if (!files.some((file) => file.log === log))
        this.#unread.push(`the log: ${log}: nothing read: ${unreadText(log, this.#bounds.ageMs)}`);
    }
    for (const file of files) {
      if (!this.#isInTime()) return;
      try {
        await this.#file(file);
        this.#places.push(file.path);
      } catch (error) {
        this.#unread.push(`the log: ${(error as Error).message}`);
      }
    }
  }

  async journal(): Promise<void> {
    const stop = new AbortController();
    const fail = (why: string): void => void this.#unread.push(`the journal: ${why}`);
    const sinceMs = nowMs() - this.#bounds.ageMs;
    for await (const {records} of storedSince(this.#names, sinceMs, stop.signal, fail)) {
      for (const record of records) this.#take(record);
      if (!this.#isInTime()) break;
    }
    this.#places.push('the journal');
  }

  async #file(old: OldFile): Promise<void> {
    const frames = sendmail.frames();
    const file = await openOldFile(old);
    const turn = new TimeSlice();
    try {
      for (let empty = 0; empty < mostEmptyReads && file.hasMore() && this.#isInTime();) {
        const lines = await file.read(() => undefined);
        empty = lines.length === 0 ? empty + 1 : 0;
        // A plain file would be read without a pause, and the daemon's and the DNS's answers would seem to time
        // out.
        await turn.next();
        for (const line of lines.filter(({offset}) => offset < old.toBytes)) {
          const framed = frames.read(line, old.changedMs);
          if (framed.kind === 'record') this.#take(framed.record);
        }
      }
    } finally {
      file.close();
    }
  }

  #take(record: LogRecord): void {
    const {atMs} = record;
    if (atMs < nowMs() - this.#bounds.ageMs) return;
    this.#sinceMs = Math.min(this.#sinceMs ?? atMs, atMs);
    const reading = this.#joining.read(record);
    // Runs on every line, so it sweeps only now and then.
    if (++this.#records % sweepRecords === 0) this.#joining.forgetSilent(atMs);
    if (reading.kind === 'ignored') return;
    const {event, outcomes} = this.#joining.join(reading, nowMs(), askNobody);
    this.#seen.take(reading.record.message, event, outcomes, atMs);
  }

  /** Reports the end of the time limit once. */
  #isInTime(): boolean {
    if (monotonicMs() < this.#endMs) return true;
    const why = `the log: not read to its end in ${durationText(Math.round(this.#bounds.timeMs / 1000))}`;
    if (!this.#unread.includes(why)) this.#unread.push(why);
    return false;
  }
}

function unreadText(log: string, ageMs: number): string {
  try {
    LogFile.open(log).close();
    return `empty, or older than ${durationText(ageMs / 1000)}`;
  } catch (error) {
    return withHelp(whyUnread(error as NodeJS.ErrnoException));
  }
}

/** Records between two sweeps. A count. */
const sweepRecords = 10_000;

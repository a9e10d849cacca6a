/**
 * Merges log lines from files, patterns and the journal. Each source has its own position to resume
 * from, and none waits for another. `log/source-plan.ts` decides which sources there are.
 */
import type {Say} from '../base/say.js';
import type {Config} from '../config/schema.js';
import type {State} from '../guard/state.js';
import {type ClockOffset, StampOffsets} from '../log/clock/stamp-offsets.js';
import {Duplicates} from '../log/duplicates.js';
import {wantedSettings} from '../hearing/names.js';
import type {WantedSettings} from '../hearing/words.js';
import {Ear} from '../hearing/live/ear.js';
import {heardLine} from '../hearing/reading.js';
import type {HeardLine} from '../hearing/heard.js';
import type {HearingView, SourceView} from '../hearing/view.js';
import type {ReadRecord} from '../guard/outcome.js';
import type {Framed, LineFrames} from '../log/frames.js';
import type {LogRecord} from '../log/record.js';
import {journalSource, planSources, type SourcePlan} from '../log/source-plan.js';
import {sameHost} from '../log/syslog.js';
import {sendmail} from '../mail/sendmail/dialect.js';
import {reportFollow, reportJournal, reportOffset} from '../report/source-text.js';
import {servedPorts} from '../sessions/served-ports.js';
import {quietMs} from '../sys/disk/text-file.js';
import type {ReadBatch} from '../sys/follow/follow.js';
import {followAll, mostFiles} from '../sys/follow/follow-many.js';
import {isPattern} from '../sys/follow/glob.js';
import {JournalFollower} from '../sys/journal/journal.js';
import {hasJournal} from '../sys/journal/journalctl.js';
import {nowMs} from '../sys/run/clock.js';
import {hostName} from '../sys/run/machine.js';

export interface SourceBatch {
  readonly records: readonly SourcedRecord[];
  /** Records the position after these records in the state. */
  readonly savePlace: () => void;
  /** `none`: there is no position yet, or it has not moved. */
  readonly place: 'first' | 'moved' | 'none';
  /** Whether every source has delivered all that it had at the start. */
  readonly caughtUp: boolean;
}

interface SourcedRecord {
  readonly record: LogRecord;
  /** The source that delivered it. */
  readonly source: string;
  /** Where it stands in the source, for people. */
  readonly place: string;
}

/**
 * Log positions that are remembered. A count: those of the followed logs, and some of logs that may come
 * back.
 */
const mostPlaces = 4 * mostFiles;

/** How far another host's clock may be ahead of ours. Ms. */
const dayMs = 86_400_000;

export class LogSources {
  readonly #config: Config;
  readonly #state: State;
  readonly #say: Say;
  readonly #plan: SourcePlan;
  readonly #ownHost = hostName();
  readonly #duplicates: Duplicates | undefined;
  readonly #offsets = new StampOffsets();
  /** Sources that have not been caught up with yet. */
  readonly #behind: Set<string>;
  readonly #names: readonly string[];
  readonly #ear: Ear;

  constructor(config: Config, state: State, say: Say) {
    this.#config = config;
    this.#state = state;
    this.#say = say;
    const plan = planSources(config.syslogMsgsFile, config.attribution, {
      quietMs: (path) => quietMs(path, nowMs()),
      hasJournal: hasJournal(),
      hasPlace: (source) =>
        source === journalSource
          ? state.journals.size > 0
          : state.positions.get(source) !== undefined,
    });
    this.#plan = plan;
    const isOne = plan.journal === 'left' && plan.files.length === 1 && !plan.files.some(isPattern);
    this.#duplicates = isOne ? undefined : new Duplicates();
    this.#behind = new Set([
      ...(plan.files.length > 0 ? ['files'] : []),
      ...(plan.journal === 'followed' ? [journalSource] : []),
    ]);
    const wanted = wantedSettings(config, sendmail);
    this.#names = wanted.names;
    this.#ear = this.#makeEar(wanted);
  }

  #makeEar(wanted: WantedSettings): Ear {
    const {host} = wanted;
    const isHere = host === undefined || sameHost(host, this.#ownHost);
    return new Ear({
      dialect: sendmail,
      wanted,
      plan: this.#plan,
      sourcesAre: this.#config.syslogMsgsFile.includes('auto') ? 'auto' : 'named',
      positionOf: (path) => this.#state.positions.get(path),
      ports: isHere ? servedPorts(this.#config.mailerPorts, this.#state) : [],
      say: this.#say,
    });
  }

  /** Whether the daemon hears the mailer. */
  get hearing(): HearingView {
    const view = this.#ear.view();
    return {...view, sources: view.sources.map((each) => withOffset(each, this.#offsets.view))};
  }

  /** Takes what the guard made of a delivered record. */
  heard({source, record}: SourcedRecord, reading: ReadRecord): void {
    this.#ear.take(source, heardLine(record, reading));
  }

  /** The program names under which the mailer logs. */
  get names(): readonly string[] {
    return this.#names;
  }

  get plan(): SourcePlan {
    return this.#plan;
  }

  /** Delivers batches until the signal fires. @param take is done with a batch when it returns */
  async follow(signal: AbortSignal, take: (batch: SourceBatch) => void): Promise<void> {
    // If one source fails, all end: the daemon must not go on with half of its sources.
    const end = new AbortController();
    const either = AbortSignal.any([signal, end.signal]);
    const loops = [
      ...(this.#plan.files.length > 0 ? [this.#followFiles(either, take)] : []),
      ...(this.#plan.journal === 'followed' ? [this.#followJournal(either, take)] : []),
    ];
    this.#ear.listen(either);
    try {
      await Promise.all(loops);
    } finally {
      end.abort();
      await Promise.allSettled(loops);
    }
  }

  async #followFiles(signal: AbortSignal, take: (batch: SourceBatch) => void): Promise<void> {
    const {positions} = this.#state;
    const frames = new Map<string, LineFrames>();
    const report = (event: Parameters<typeof reportFollow>[0]): void => {
      const {level, message} = reportFollow(event);
      this.#say(level, message);
    };
    const resume = (path: string) => positions.get(path) ?? 'end';
    for await (const {path, batch} of followAll(this.#plan.files, resume, report, signal)) {
      const {lines, position, caughtUp, read} = batch;
      const framesOf = frames.get(path) ?? sendmail.frames();
      frames.set(path, framesOf);
      const records = lines.flatMap((line): SourcedRecord[] => {
        const framed = framesOf.read(line, nowMs());
        if (framed.kind === 'none') {
          this.#ear.take(path, {kind: 'noFrame', text: line.text, why: framed.why});
          return [];
        }
        const place = `${line.source}:${line.offset}`;
        return this.#wanted(path, framed.record, place).map((given) => ({
          ...given,
          record: this.#timed(path, given.record, framed, framesOf, read),
        }));
      });
      const isFirst = positions.get(path) === undefined;
      const hasMoved = position !== undefined && (isFirst || lines.length > 0);
      take({
        records,
        savePlace: () => {
          if (!hasMoved) return;
          positions.set(path, position);
          const gone = this.#forgetGone();
          if (gone !== undefined) frames.delete(gone);
        },
        place: hasMoved ? (isFirst ? 'first' : 'moved') : 'none',
        caughtUp: this.#caughtUp('files', caughtUp ? 'yes' : 'no'),
      });
    }
  }

  /** Sets the time at which the line was written, whatever time zone its stamp has. */
  #timed(
    path: string,
    record: LogRecord,
    framed: Framed,
    frames: LineFrames,
    read: ReadBatch['read'],
  ): LogRecord {
    const atMs = nowMs();
    const zone = framed.kind === 'record' ? framed.zone : undefined;
    const beganMs = frames.beganMs(record.message, atMs + dayMs);
    const {record: timed, changed} = this.#offsets.take(path, record, {zone, beganMs, read}, atMs);
    if (changed !== undefined) {
      const {level, message} = reportOffset(changed);
      this.#say(level, message);
    }
    return timed;
  }

  async #followJournal(signal: AbortSignal, take: (batch: SourceBatch) => void): Promise<void> {
    const {journals} = this.#state;
    const follower = new JournalFollower(
      this.#names,
      journals.get(journalSource) ?? 'end',
      (event) => {
        const {level, message} = reportJournal(event);
        this.#say(level, message);
        if (event.kind === 'following') this.#ear.journal(undefined);
        if (event.kind !== 'unreadable') return;
        this.#ear.journal(event.why);
        // Nobody knows when the journal will be readable again; expired blocks must end meanwhile.
        const caughtUp = this.#caughtUp(journalSource, 'yes');
        take({records: [], savePlace: () => undefined, place: 'none', caughtUp});
      },
    );
    for await (const {records, position, caughtUp} of follower.batches(signal)) {
      const isFirst = journals.get(journalSource) === undefined;
      take({
        records: records.flatMap((record) => this.#wanted(journalSource, record, journalSource)),
        savePlace: () => position && journals.set(journalSource, position),
        place: position === undefined ? 'none' : isFirst ? 'first' : 'moved',
        caughtUp: this.#caughtUp(journalSource, caughtUp ? 'yes' : 'no'),
      });
    }
  }

  /**
   * If too many positions are remembered, forgets the one that has not moved for the longest time,
   * provided that its log is gone.
   */
  #forgetGone(): string | undefined {
    const {positions} = this.#state;
    const oldest = positions.size > mostPlaces ? positions.oldestKey() : undefined;
    if (oldest === undefined) return undefined;
    const isGone = quietMs(oldest, nowMs()) === undefined;
    if (isGone) positions.delete(oldest);
    // The log exists and is only quiet, so the next call looks at another one.
    else positions.set(oldest, positions.get(oldest)!);
    return isGone ? oldest : undefined;
  }

  /**
   * Returns the record unless it is not wanted or another source delivered it too. Skipped lines are
   * counted here, others in `heard`.
   */
  #wanted(source: string, given: LogRecord, place: string): SourcedRecord[] {
    const record = this.named(given);
    const left = this.#whyLeft(source, given, record);
    if (left === undefined && record !== undefined) return [{record, source, place}];
    if (left !== undefined) this.#ear.take(source, left);
    return [];
  }

  #whyLeft(source: string, given: LogRecord, record: LogRecord | undefined): HeardLine | undefined {
    if (record === undefined) return {kind: 'ignored', record: given, reason: 'otherProgram'};
    const isOurs = record.host === this.#ownHost;
    const inJournal = isOurs && this.#plan.journal === 'followed' && source !== journalSource;
    // The journal has the same line, and knows who wrote it.
    if (this.#config.attribution === 'verified' && inJournal) return {kind: 'copy', record};
    // Pieces are joined for each writer; if a message is joined twice, it still counts once.
    if (this.#duplicates === undefined || sendmail.pieces.mayBePiece(record.message)) {
      return undefined;
    }
    return this.#duplicates.isNew(source, record) ? undefined : {kind: 'copy', record};
  }

  /**
   * The mailer's record, with this machine's one name if the line is from here; undefined: not the
   * mailer's.
   */
  named(given: LogRecord): LogRecord | undefined {
    if (!this.#names.includes(given.program)) return undefined;
    const isOurs = given.host === this.#ownHost || sameHost(given.host, this.#ownHost);
    // One source may write the short host name, another the full one.
    return isOurs && given.host !== this.#ownHost ? {...given, host: this.#ownHost} : given;
  }

  #caughtUp(source: string, isCaughtUp: 'yes' | 'no'): boolean {
    // Once is enough: from then on a source is never more than a moment behind.
    if (isCaughtUp === 'yes') this.#behind.delete(source);
    return this.#behind.size === 0;
  }
}

/** If several hosts write to one log, the host whose clock is furthest off is shown. */
function withOffset(view: SourceView, offsets: readonly ClockOffset[]): SourceView {
  const own = offsets.filter(({source}) => source === view.source);
  const furthest = own.sort((a, b) => Math.abs(b.seconds) - Math.abs(a.seconds))[0];
  return furthest === undefined ? view : {...view, offsetSeconds: furthest.seconds};
}

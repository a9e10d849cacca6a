/**
 * One reading of old logs for one policy or several. Each line is read and joined once, and each policy judges
 * the result. Only policies that read the log differently (other names of the mailer, another host, another
 * attribution) have a joining of their own.
 */
import type {Progress} from '../face/progress.js';
import type {Config} from '../../config/schema.js';
import {guardSettings, type GuardSettings} from '../../guard/settings.js';
import type {Outcome} from '../../guard/outcome.js';
import {askNobody, Joining} from '../../guard/joining.js';
import {emptyState, type State} from '../../guard/state.js';
import {wantedSettings} from '../../hearing/names.js';
import {OfflineEar} from '../../hearing/offline.js';
import {learningMs} from '../../judge/learning.js';
import type {LineFrames} from '../../log/frames.js';
import type {Line} from '../../log/line.js';
import type {LogRecord} from '../../log/record.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import {ClientScope} from '../../net/client-key.js';
import {AllDealings} from '../../replay/dealings.js';
import {Ledger} from '../../replay/ledger/ledger.js';
import {LogDays} from '../../replay/log-days.js';
import {PolicyRun} from '../../replay/policy-run.js';
import {type LineScan, lineScan} from '../../scan/scanner.js';
import type {Exemptions} from '../../score/exempt.js';
import type {LogInput} from '../../sys/follow/log-input.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {storedSince} from '../../sys/old-logs/old-entries.js';
import {mailEntriesSince} from '../../sys/old-logs/recent.js';
import {nowMs} from '../../sys/run/clock.js';
import {hostName} from '../../sys/run/machine.js';

export interface ReplayPolicy {
  /** For people. */
  readonly name: string;
  readonly config: Config;
  readonly exemptions: Exemptions;
  readonly onOutcome: (outcome: Outcome) => void;
}

/**
 * A time after every log. Evidence that is still pending then was never tied to a client. Ms since the epoch.
 */
const endOfTimeMs = Number.MAX_SAFE_INTEGER;

/** How often expired state is dropped, in log time. Ms: each time, all of it is looked through. */
const sweepMs = 3_600_000;
/** The most hours without a line that are swept. A count: a longer silence, or a wrong stamp, is cut short. */
const mostSweeps = 100;

/** Policies that read the log alike, with the ledgers of those that identify clients alike. */
interface Bench {
  readonly joining: Joining;
  readonly runs: PolicyRun[];
  readonly ledgers: {readonly key: LedgerKey; readonly ledger: Ledger}[];
}

type LedgerKey = Pick<ReplayPolicy, 'exemptions'> & Pick<Config, 'ipv6Prefix'>;

export class LogReading {
  readonly days = new LogDays();
  readonly #slices: 'many' | 'one';
  readonly #benches: readonly Bench[];
  readonly #runs: readonly PolicyRun[];
  readonly #states: State[] = [];
  readonly #scanner: LineScan;
  readonly #ear: OfflineEar;
  /** Journal entries read. A count. */
  #entries = 0;
  #files = 0;
  #sweptMs = 0;
  #beganMs: number | undefined;
  /** Time of the latest line. Ms since the epoch. */
  #atMs = 0;

  /**
   * @param policies at least one; the report about the mailer is the first one's
   * @param slices whether to count clients by slice of the log (`replay/log-days.ts`)
   */
  constructor(
    policies: readonly [ReplayPolicy, ...ReplayPolicy[]],
    slices: 'many' | 'one' = 'one',
  ) {
    this.#slices = slices;
    const benches = new Map<string, Bench>();
    this.#runs = policies.map((policy) => this.#openRun(policy, benches));
    this.#benches = [...benches.values()];
    const [{config}] = policies;
    const wanted = wantedSettings(config, sendmail);
    // A separate joining: a fragment that one joining reads twice would count as two.
    const other = new Joining(settingsOf(config), emptyState('unsaved'));
    this.#ear = new OfflineEar(sendmail, wanted, (record) => other.read(record));
    const names = policies.flatMap((policy) => wantedSettings(policy.config, sendmail).names);
    this.#scanner = lineScan(sendmail.scan, [...new Set(names)]);
  }

  /** The buffer into which pieces of a log are read. */
  get room(): Uint8Array {
    return this.#scanner.room;
  }

  async read(input: LogInput, progress: Progress): Promise<void> {
    const frames = sendmail.frames();
    const {name: source, changedMs} = input;
    let before = 0;
    for await (const piece of input.pieces) {
      this.#ear.piece(piece, changedMs);
      this.#scanner.each(piece.length, (start, end) => {
        const text = piece.toString('latin1', start, end);
        this.#take({source, offset: before + start, text}, frames, changedMs);
      });
      before += piece.length;
      progress.show(input);
    }
    this.#files += 1;
  }

  /** Reads everything that this machine's journal has kept of the mailer. @throws if it cannot be read */
  async readJournal(identifiers: readonly string[]): Promise<void> {
    if (!hasJournal()) throw new Error('journal: this machine keeps none, or it has no journalctl');
    let failure: string | undefined;
    const onFailure = (why: string): void => void (failure = why);
    const never = new AbortController().signal;
    for await (const {records} of storedSince(identifiers, 0, never, onFailure)) {
      for (const record of records) {
        this.#ear.entry(record);
        this.#takeRecord(record, nowMs());
      }
      this.#entries += records.length;
    }
    if (failure !== undefined) throw new Error(`journal: ${failure}`);
    // The query did not include these entries; the mailer may be among them under another name.
    const others = this.#ear.isDeafYet ? await mailEntriesSince(0, never) : [];
    for (const other of others) if (!identifiers.includes(other.program)) this.#ear.entry(other);
    this.#files += 1;
  }

  /** @returns the runs, in the order of the policies */
  end(): readonly PolicyRun[] {
    this.#sweep(endOfTimeMs, this.#atMs);
    const heard = this.#ear.end();
    for (const {replayed} of this.#runs) {
      replayed.lines = this.#scanner.lines + this.#entries;
      replayed.files = this.#files;
      if (heard.why.length > 0) replayed.heard = heard;
      if (this.#beganMs === undefined) continue;
      replayed.limits.beganMs = this.#beganMs;
      replayed.limits.likeDaemonFromMs = this.#beganMs + learningMs;
    }
    return this.#runs;
  }

  #openRun(policy: ReplayPolicy, benches: Map<string, Bench>): PolicyRun {
    const {name, config, exemptions, onOutcome} = policy;
    const settings = settingsOf(config);
    const state = emptyState('unsaved');
    this.#states.push(state);
    const {mailerNames, mailerHost = null, attribution} = settings;
    const key = JSON.stringify([mailerNames, mailerHost, attribution]);
    const bench = benches.get(key) ?? {
      joining: new Joining(settings, state),
      ...{runs: [], ledgers: []},
    };
    benches.set(key, bench);
    const {joining} = bench;
    const ledger = this.#ledgerFor(bench, {exemptions, ipv6Prefix: config.ipv6Prefix});
    const dealings = new AllDealings(ledger);
    const run = new PolicyRun({name, settings, exemptions, state, joining, dealings, onOutcome});
    bench.runs.push(run);
    return run;
  }

  #ledgerFor({ledgers}: Bench, key: LedgerKey): Ledger {
    const {exemptions, ipv6Prefix} = key;
    const like = ledgers.find(
      ({key: other}) => other.exemptions === exemptions && other.ipv6Prefix === ipv6Prefix,
    );
    if (like !== undefined) return like.ledger;
    const scope = new ClientScope(ipv6Prefix);
    scope.ours(exemptions.isOurs);
    const slice = this.#slices === 'many' ? () => this.days.slice : undefined;
    const ledger = new Ledger((client) => scope.textOf(client), slice);
    ledgers.push({key, ledger});
    return ledger;
  }

  #take(line: Line, frames: LineFrames, changedMs: number): void {
    const framed = frames.read(line, changedMs);
    if (framed.kind === 'none') return;
    this.#takeRecord(framed.record, changedMs);
  }

  #takeRecord(record: LogRecord, changedMs: number): void {
    this.#atMs = Math.min(record.atMs, changedMs);
    this.#sweepTo(this.#atMs);
    if (this.#slices === 'many') this.days.hear(this.#atMs);
    for (const {joining, runs, ledgers} of this.#benches) {
      const reading = joining.read(record);
      if (reading.kind === 'ignored') continue;
      const joined = joining.join(reading, changedMs, askNobody);
      if (joined.outcomes.length > 0) {
        for (const {ledger} of ledgers) ledger.hear(joined.outcomes);
      }
      for (const run of runs) run.hear(joined, changedMs, this.#atMs);
    }
  }

  /** Sweeps at full hours, before any later line, so that skipped lines make no difference. */
  #sweepTo(atMs: number): void {
    if (this.#sweptMs === 0) {
      this.#sweptMs = atMs - (atMs % sweepMs);
      this.#beganMs = atMs;
    }
    const due = Math.floor((atMs - this.#sweptMs) / sweepMs);
    if (due > mostSweeps) this.#sweptMs += (due - mostSweeps) * sweepMs;
    while (this.#sweptMs + sweepMs <= atMs) {
      this.#sweptMs += sweepMs;
      this.#sweep(this.#sweptMs, atMs);
    }
  }

  /** A replay does not use the history of blocks. */
  #sweep(untilMs: number, atMs: number): void {
    for (const {joining, runs} of this.#benches) {
      const over = joining.forgetSilent(untilMs);
      for (const run of runs) run.sweep(over, untilMs, atMs);
    }
    for (const {history} of this.#states) history.length = 0;
  }
}

const settingsOf = (config: Config): GuardSettings =>
  guardSettings(config, hostName(), 'past', sendmail);

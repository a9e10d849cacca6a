/**
 * `blocksmtp replay`: the daemon's own pipeline over old logs. Touches nothing; tells who would have
 * been blocked, when and why. The machine is not asked about processes that are long gone, so this
 * is what the log alone can tell, and the output says what that leaves out (`ReplayLimits`).
 *
 * A relay that had no blocker goes on to answer a client that is blocked here. What came while the
 * block would have stood is paid for with it.
 */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Progress} from '../face/progress.js';
import type {Config} from '../../config/schema.js';
import {ExemptionWatch} from '../../score/live/exemption-watch.js';
import {Guard, askNobody} from '../../guard/guard.js';
import type {Outcome} from '../../guard/outcome.js';
import {guardSettings} from '../../guard/settings.js';
import {emptyState, type State} from '../../guard/state.js';
import {wantedSettings} from '../../hearing/names.js';
import {OfflineEar} from '../../hearing/offline.js';
import {learningMs} from '../../judge/learning.js';
import type {LineFrames} from '../../log/frames.js';
import type {Line} from '../../log/line.js';
import {Lines} from '../../log/lines.js';
import type {LogRecord} from '../../log/record.js';
import {journalSource} from '../../log/source-plan.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import {voiceOf} from '../../report/outcome-text.js';
import {type Replayed, replayedText} from '../../report/tables/replayed.js';
import {type LineScan, lineScan} from '../../scan/scanner.js';
import type {Exemptions} from '../../score/exempt.js';
import {canBeReadAgain, type LogInput, openLogInput} from '../../sys/follow/log-input.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {storedSince} from '../../sys/old-logs/old-entries.js';
import {mailEntriesSince} from '../../sys/old-logs/recent.js';
import {nowMs} from '../../sys/run/clock.js';
import {hostName} from '../../sys/run/machine.js';
import type {Log} from '../../sys/talk/log.js';

interface Output {
  readonly print: (text: string) => void;
  readonly progress: Progress;
}

export async function replay(
  files: readonly string[],
  config: Config,
  form: 'text' | 'json',
  log: Log,
  output: Output,
): Promise<ExitCode> {
  const exemptionWatch = new ExemptionWatch(config, log.say);
  exemptionWatch.refresh();
  try {
    const pass = new Pass(config, exemptionWatch.exemptions, log);
    // What can be read once only, and the journal, are taken in the order in which they are given.
    const isSorted = files.every((path) => !isJournal(path) && canBeReadAgain(path));
    for (const path of isSorted ? await sortedByTime(files) : files) {
      if (isJournal(path)) await pass.readJournal(wantedSettings(config, sendmail).names);
      else await pass.read(openLogInput(path, pass.room), output.progress);
    }
    output.progress.end();
    const replayed = pass.end();
    output.print(form === 'json' ? `${JSON.stringify(replayed)}\n` : replayedText(replayed));
    return replayed.heard?.verdict === 'deaf' ? exitCode.no : exitCode.ok;
  } catch (error) {
    log.say('error', (error as Error).message);
    return exitCode.unavailable;
  } finally {
    output.progress.end();
  }
}

/** A file of that name in the present folder is meant by `./journal`. */
const isJournal = (path: string): boolean => path === journalSource;

/** `mail.log*` names the newest first, and evidence that comes late is taken for new. */
async function sortedByTime(files: readonly string[]): Promise<string[]> {
  const begun = new Map<string, number>();
  if (files.length > 1) for (const path of files) begun.set(path, await beginMs(path));
  return [...files].sort((a, b) => (begun.get(a) ?? 0) - (begun.get(b) ?? 0));
}

/** When the first record of a log was written. */
async function beginMs(path: string): Promise<number> {
  const {pieces, changedMs, name} = openLogInput(path);
  const frames = sendmail.frames();
  const lines = new Lines(name);
  for await (const piece of pieces) {
    for (const line of lines.of(piece)) {
      const framed = frames.read(line, changedMs);
      if (framed.kind === 'record') return framed.record.atMs;
    }
  }
  return changedMs;
}

/** Whatever is still held then was never tied to a client. Ms since the epoch. */
const endOfTimeMs = Number.MAX_SAFE_INTEGER;

/** How often what is over is forgotten, in the time of the log. Ms: it is all looked through then. */
const sweepMs = 3_600_000;
/** Of hours in which nothing was said. A count: longer silence, or a stamp gone wrong, is cut short. */
const mostSweeps = 100;

/** One reading of all files. */
class Pass {
  readonly #guard: Guard;
  readonly #state: State = emptyState('unsaved');
  readonly #exemptions: Exemptions;
  readonly #scanner: LineScan;
  readonly #ear: OfflineEar;
  readonly #log: Log;
  readonly #replayed: Replayed = {
    lines: 0,
    files: 0,
    unknownRecipients: 0,
    otherSigns: 0,
    exempt: 0,
    paid: 0,
    unproven: 0,
    unresolved: 0,
    disputed: 0,
    blocks: [],
    brakes: [],
    limits: {beganMs: null, likeDaemonFromMs: null, blocksBegin: 'whenClientNamed', threshold: 0},
  };
  /** Of the journal. A count. */
  #entries = 0;
  #sweptMs = 0;
  /** Of the latest line. Ms since the epoch. */
  #atMs = 0;

  constructor(config: Config, exemptions: Exemptions, log: Log) {
    const settings = guardSettings(config, hostName(), 'past', sendmail);
    this.#guard = new Guard(settings, this.#state);
    this.#exemptions = exemptions;
    const wanted = wantedSettings(config, sendmail);
    // Of its own: a piece of a message that is read twice would be two.
    const other = new Guard(settings, emptyState('unsaved'));
    this.#ear = new OfflineEar(sendmail, wanted, (record) => other.read(record));
    this.#scanner = lineScan(sendmail.scan, wanted.names);
    this.#log = log;
    this.#replayed.limits.threshold = config.threshold;
  }

  /** Where pieces of a log are to be put. */
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
      this.#state.history.length = 0;
      progress.show(input);
    }
    this.#replayed.files += 1;
  }

  /** All that the journal of this machine has kept of the mailer. @throws when it cannot be read */
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
      this.#state.history.length = 0;
    }
    if (failure !== undefined) throw new Error(`journal: ${failure}`);
    // Nobody was asked for these: the mailer may be among them, under another name.
    const others = this.#ear.isDeafYet ? await mailEntriesSince(0, never) : [];
    for (const other of others) if (!identifiers.includes(other.program)) this.#ear.entry(other);
    this.#replayed.files += 1;
  }

  end(): Replayed {
    this.#note(this.#guard.sweep(endOfTimeMs));
    this.#replayed.lines = this.#scanner.lines + this.#entries;
    const heard = this.#ear.end();
    if (heard.why.length > 0) this.#replayed.heard = heard;
    return this.#replayed;
  }

  #take(line: Line, frames: LineFrames, changedMs: number): void {
    const framed = frames.read(line, changedMs);
    if (framed.kind === 'none') return;
    this.#takeRecord(framed.record, changedMs);
  }

  #takeRecord(record: LogRecord, changedMs: number): void {
    this.#atMs = Math.min(record.atMs, changedMs);
    this.#sweepTo(this.#atMs);
    const outcomes = this.#guard.take(record, changedMs, this.#exemptions, askNobody);
    if (outcomes.length > 0) this.#note(outcomes);
  }

  /** At full hours, and before what comes later: so lines that are stepped over make no difference. */
  #sweepTo(atMs: number): void {
    if (this.#sweptMs === 0) {
      this.#sweptMs = atMs - (atMs % sweepMs);
      this.#replayed.limits.beganMs = atMs;
      this.#replayed.limits.likeDaemonFromMs = atMs + learningMs;
    }
    const due = Math.floor((atMs - this.#sweptMs) / sweepMs);
    if (due > mostSweeps) this.#sweptMs += (due - mostSweeps) * sweepMs;
    while (this.#sweptMs + sweepMs <= atMs) {
      this.#sweptMs += sweepMs;
      this.#note(this.#guard.sweep(this.#sweptMs));
    }
  }

  #note(outcomes: readonly Outcome[]): void {
    const replayed = this.#replayed;
    for (const outcome of outcomes) {
      if (outcome.kind === 'counted') {
        const {kind} = outcome.evidence;
        const isUnknown = kind === 'unknownRecipient' || kind === 'undeliverable';
        replayed[isUnknown ? 'unknownRecipients' : 'otherSigns'] += 1;
      } else if (outcome.kind === 'exempt') replayed.exempt += 1;
      else if (outcome.kind === 'paid') replayed.paid += 1;
      else if (outcome.kind === 'unproven') replayed.unproven += 1;
      else if (outcome.kind === 'unresolved') replayed.unresolved += outcome.recipients;
      else if (outcome.kind === 'dispute') replayed.disputed += 1;
      else if (outcome.kind === 'listLost' && outcome.when === 'now') {
        replayed.brakes.push({fromMs: outcome.sinceMs, untilMs: null});
      } else if (outcome.kind === 'listBack') {
        const last = replayed.brakes.at(-1);
        if (last !== undefined) last.untilMs = this.#atMs;
      } else if (outcome.kind === 'block') {
        const {network, fromMs, untilMs, reason} = outcome.block;
        replayed.blocks.push({network, fromMs, untilMs, repeat: outcome.repeat, reason});
      }
      if (outcome.kind === 'counted' || outcome.kind === 'exempt') this.#sayEvidence(outcome);
    }
  }

  #sayEvidence(outcome: Extract<Outcome, {kind: 'counted' | 'exempt'}>): void {
    if (!this.#log.shows('info')) return;
    const voice = voiceOf(outcome, 0);
    if (voice.kind === 'line') this.#log.say(voice.level, voice.message);
  }
}

/**
 * The daemon under one configuration: joins the pure guard to the machine. Lines come in from the
 * follower, blocks go out to the kernel's chains, the state is saved between two batches. Nothing is
 * decided here that `guard.ts` or `firewall/` could decide.
 */
import {nextEndMs, standing} from '../blocks/block.js';
import type {HistoryEntry} from '../blocks/history.js';
import {BlockRules} from '../blocks/live/block-rules.js';
import {EndTimer} from '../blocks/live/end-timer.js';
import {formerChains, noteChain} from '../blocks/live/former-chains.js';
import {chainSpec} from '../blocks/live/settings.js';
import type {Config} from '../config/schema.js';
import type {TrialView} from '../config/trial.js';
import {serve} from '../control/operator.js';
import type {Answer, GuardRequest} from '../control/protocol.js';
import {Committer} from './committer.js';
import {ExemptionWatch} from './exemption-watch.js';
import {keptListIn, nothingKept} from './kept-list.js';
import {MetricsFile} from './metrics-file.js';
import {type SourceBatch, LogSources} from './sources.js';
import type {Unwanted} from '../firewall/backend.js';
import type {AtEnd} from '../firewall/live/keeper.js';
import type {RunCall} from '../firewall/live/part.js';
import type {Step} from '../firewall/live/steps.js';
import {type Ask, Guard, type GuardSettings} from '../guard/guard.js';
import type {Outcome} from '../guard/outcome.js';
import {guardSettings} from '../guard/settings.js';
import type {State} from '../guard/state.js';
import type {Family} from '../net/address.js';
import type {EgressGuard} from '../outgoing/egress/live/hold.js';
import {machineEgress} from '../outgoing/egress/live/on-this-machine.js';
import {Digest} from '../report/digest.js';
import {familiesOf, type Status} from '../report/status.js';
import {brakeView} from '../score/brake.js';
import {nameClient} from '../sessions/attribute.js';
import {Cutter} from '../sessions/live/cutter.js';
import {SessionCuts} from '../sessions/live/session-cuts.js';
import type {Stuck} from '../sessions/reap.js';
import {Candidates, SocketTables} from '../sys/proc/proc.js';
import {atMost} from '../sys/run/at-most.js';
import {nowMs} from '../sys/run/clock.js';
import {hostName} from '../sys/run/machine.js';
import {otherVariant} from '../sys/run/netfilter.js';
import type {Log} from '../sys/talk/log.js';

export interface Parts {
  readonly config: Config;
  readonly state: State;
  /** Saves the state; throws when it cannot. */
  readonly commit: () => void;
  readonly history: (network: string, most: number) => readonly HistoryEntry[];
  /** Runs a program of the firewall. */
  readonly run: RunCall;
  readonly families: readonly Family[];
  /** What to do with rules nobody wants, until the log has been caught up with. */
  readonly surplus: Unwanted;
  readonly log: Log;
  /** Whether the configuration is on trial; default: it is not. */
  readonly trial?: () => TrialView;
  /** Told at each step that a crash could follow; for tests. */
  readonly onStep?: (step: Step) => void;
}

export class Daemon {
  readonly #parts: Parts;
  readonly #settings: GuardSettings;
  readonly #guard: Guard;
  readonly #friends: ExemptionWatch;
  readonly #firewall: BlockRules;
  readonly #onStep: (step: Step) => void;
  readonly #committer: Committer;
  readonly #cuts: SessionCuts;
  /** Whose rules keep outgoing mail back; begun by whoever lives with it. */
  readonly egress: EgressGuard;
  readonly #ask: Ask;
  readonly #digest: Digest;
  #sinceMs: number | undefined;
  readonly #figures: MetricsFile;
  #surplus: Unwanted;
  readonly #endTimer = new EndTimer(() => this.#endBlocks());
  #isStopped = false;

  constructor(parts: Parts) {
    const {config, state, run, families, log} = parts;
    this.#parts = parts;
    this.#onStep = parts.onStep ?? (() => undefined);
    this.#surplus = parts.surplus;
    this.#settings = guardSettings(config, hostName(), 'live');
    this.#guard = new Guard(this.#settings, state);
    this.#digest = new Digest(log.say);
    this.#figures = new MetricsFile(config.metricsFile, log.say);
    const kept = config.dryRun ? nothingKept : keptListIn(config.stateDir);
    this.#friends = new ExemptionWatch(config.whiteList, config.mailerIp, log.say, kept);
    const surroundings = {run, say: log.say, onStep: this.#onStep};
    const spec = chainSpec(config);
    this.#firewall = new BlockRules(config, families, surroundings, formerChains(state, spec));
    this.#committer = new Committer(() => {
      this.#onStep('committing');
      parts.commit();
      this.#onStep('committed');
    }, log.say);
    const save = (): void => this.#committer.now();
    const cutter = new Cutter(config, {
      stands: (network) => (state.blocks.get(network)?.untilMs ?? 0) > nowMs(),
      isExempt: (client) => this.#friends.exemptions.of(client) !== undefined,
      save,
      say: log.say,
    });
    this.#cuts = new SessionCuts(cutter, this.#firewall);
    this.egress = machineEgress(config, families, state, surroundings, save);
    const candidates = new Candidates(new SocketTables(config.mailerPort).find);
    this.#ask = (question) => nameClient(candidates.of(question), question, config.mailerPort);
  }

  /**
   * Puts the blocks of the last run in force; the log is not kept waiting for a slow firewall.
   *
   * @param liftSinceMs those made on evidence since then are lifted instead; default: none
   */
  start(liftSinceMs = Number.POSITIVE_INFINITY): void {
    this.#friends.refresh();
    const undone = this.#guard.liftSince(liftSinceMs, nowMs());
    const lifted = [...undone, ...this.#guard.liftExempt(this.#friends.exemptions, nowMs())];
    const ended = this.#surplus === 'remove' ? this.#guard.endBlocks(nowMs()) : [];
    this.#tell([...lifted, ...ended]);
    // Said of each, or their rules would be kept with the others until the log is caught up with.
    this.#intend(lifted);
    this.#renewIntent();
    const {config, state, families} = this.#parts;
    if (families.length > 0) noteChain(state, chainSpec(config));
    // Known before anything is made: a crash between would leave a chain of which nobody knows.
    this.#committer.now();
    void this.#enforce().then(() => this.#cutStanding());
  }

  /** Follows the log until the signal is given. */
  async follow(signal: AbortSignal): Promise<void> {
    const {config, state, log} = this.#parts;
    this.#sinceMs = nowMs();
    await new LogSources(config, state, log.say).follow(signal, (batch) => this.#takeBatch(batch));
  }

  /** Looks whether whitelist or addresses of the machine have changed. */
  refreshFriends(): void {
    if (this.#friends.refresh() === 'same') return;
    void this.#carryOut(this.#guard.liftExempt(this.#friends.exemptions, nowMs()));
  }

  /** Forgets what is over. */
  cleanse(): Promise<void> {
    // While old lines are being caught up with, what they speak of is not over yet.
    if (this.#surplus === 'remove') void this.#carryOut(this.#guard.sweep(nowMs()));
    this.#committer.after('counted');
    this.#digest.tell();
    return Promise.resolve();
  }

  /** The reaper has ended a process: said, and counted against its client. */
  reaped(stuck: Stuck): void {
    if (this.#isStopped) return;
    void this.#carryOut(this.#guard.reaped(stuck, nowMs(), this.#friends.exemptions));
  }

  /** Looks at the firewall and changes nothing: for a command that only asks. */
  async look(): Promise<void> {
    this.#renewIntent();
    await Promise.all([this.#firewall.look(), this.egress.look()]);
    this.#endTimer.stop();
  }

  /** Compares the firewall with what should be, in both directions. */
  async check(): Promise<void> {
    if (this.#isStopped) return;
    this.#renewIntent();
    await this.#firewall.check();
    await this.egress.check();
    this.#cutStanding();
    this.#figures.write(this.#status());
  }

  /** Answers one request of an operator; a change is in force, or being retried, when it does. */
  async answer(request: GuardRequest): Promise<Answer> {
    if (this.#isStopped) return {kind: 'refused', message: 'the daemon is ending'};
    const view = {
      guard: this.#guard,
      state: this.#parts.state,
      exemptions: this.#friends.exemptions,
      policy: this.#settings.policy,
      history: this.#parts.history,
      status: () => this.#status(),
    };
    // What has just happened belongs to the history that is asked for.
    this.#committer.now();
    const {answer, outcomes} = serve(request, view, nowMs());
    if (outcomes.length === 0) return answer;
    await atMost(longestAnswerMs, this.#carryOut(outcomes));
    // No line of a log could bring back what an operator said: it is safe before he is answered.
    this.#committer.now();
    if (answer.kind !== 'done') return answer;
    const isEnforced = !('network' in request) || this.isEnforced(request.network);
    const unsaved = this.#committer.failure;
    const once = isEnforced ? '' : ', once the firewall takes it: it refuses now';
    const lost =
      unsaved === undefined ? '' : `; NOT saved, lost if the daemon ends now: ${unsaved}`;
    return {...answer, message: `${answer.message}${once}${lost}`};
  }

  get hasWhitelist(): boolean {
    return this.#friends.hasList;
  }

  /** Whether the firewall of the network's family has taken all that was decided. */
  isEnforced(network: string): boolean {
    return this.#firewall.isEnforced(network);
  }

  #status(): Status {
    const {config, state} = this.#parts;
    return {
      sinceMs: this.#sinceMs,
      backend: config.backend,
      families: familiesOf(this.#firewall.enforced),
      egress: {mode: config.outbound, families: familiesOf(this.egress.enforced)},
      blocks: state.blocks.size,
      offenders: state.offenders.size,
      brake: brakeView(state, nowMs()),
      trial: this.#parts.trial?.() ?? {kind: 'none'},
      unsaved: this.#committer.failure,
      outcomes: this.#digest.outcomes,
    };
  }

  /** Something in the state has changed that nobody waits for. */
  noteChange(): void {
    this.#committer.after('counted');
  }

  /** Saves, and leaves the firewall as it is or removes what is ours. */
  async stop(firewall: AtEnd): Promise<'left' | 'removed' | 'failed'> {
    this.#isStopped = true;
    this.#endTimer.stop();
    await this.#cuts.stop();
    const egress = await this.egress.stop(firewall);
    const end = await this.#firewall.stop(firewall);
    this.#digest.tell();
    this.#committer.now();
    this.#committer.stop();
    return egress === 'failed' ? egress : end;
  }

  #takeBatch({records, place, savePlace, caughtUp}: SourceBatch): void {
    const {log} = this.#parts;
    for (const {record, place: stands} of records) {
      const found = this.#guard.take(record, nowMs(), this.#friends.exemptions, this.#ask);
      if (found.length === 0) continue;
      log.say('debug', `the line at ${stands} counts:`);
      void this.#carryOut(found);
    }
    savePlace();
    // At once: without a place to go on from, a start after a crash would skip what was written.
    if (place === 'first') this.#committer.now();
    else if (place === 'moved') this.#committer.after('moved');
    if (caughtUp && this.#surplus === 'keep') {
      this.#surplus = 'remove';
      this.#tell(this.#guard.endBlocks(nowMs()));
      this.#renewIntent();
      void this.#enforce().then(() => this.#replaceOthers());
    }
  }

  /** What another backend has left is no longer needed once ours knows all that the log says. */
  async #replaceOthers(): Promise<void> {
    if (this.#isStopped) return;
    await this.#firewall.replaceOthers(await otherVariant());
  }

  /** Tells what was decided, and has it done; ends when it is in force, or will be tried again. */
  async #carryOut(outcomes: readonly Outcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    this.#onStep('decided');
    const blocked = this.#intend(outcomes);
    // First the kernel, then the words and the disk: each answer to a guesser is one too many.
    const changesFirewall = outcomes.some(({kind}) => kind === 'block' || kind === 'lifted');
    const enforced = changesFirewall ? this.#enforce() : undefined;
    this.#tell(outcomes);
    this.#onStep('told');
    await enforced;
    this.#cuts.cut(blocked);
  }

  /** @returns the networks that should be blocked now, by these outcomes */
  #intend(outcomes: readonly Outcome[]): string[] {
    const blocked: string[] = [];
    for (const outcome of outcomes) {
      if (outcome.kind === 'lifted') this.#firewall.lift(outcome.block.network);
      // One that is over when it is read of is never made.
      if (outcome.kind !== 'block' || outcome.block.untilMs <= nowMs()) continue;
      this.#firewall.set(outcome.block);
      this.#endTimer.expect(outcome.block.untilMs);
      blocked.push(outcome.block.network);
    }
    return blocked;
  }

  #tell(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) this.#digest.hear(outcome, nowMs());
    this.#committer.after('counted');
  }

  /** Also sessions of blocks whose rule had to wait for the firewall, or was away for a while. */
  #cutStanding(): void {
    const {config, state} = this.#parts;
    if (config.dryRun) return;
    this.#cuts.cutStanding(() => [...state.blocks.values()].map(({network}) => network));
  }

  async #enforce(): Promise<void> {
    if (!this.#isStopped) await this.#firewall.enforce(this.#surplus);
  }

  /** Whatever has changed the blocks, time and a clock that was set included. */
  #renewIntent(): void {
    const {blocks} = this.#parts.state;
    this.#firewall.replace(standing(blocks.values(), nowMs()));
    this.#endTimer.expect(nextEndMs(blocks.values()));
  }

  #endBlocks(): void {
    // While old lines are being caught up with, what they speak of is not over yet.
    if (this.#surplus === 'keep') return;
    void this.#carryOut(this.#guard.endBlocks(nowMs()));
    this.#endTimer.expect(nextEndMs(this.#parts.state.blocks.values()));
  }
}

/** The operator's command waits half a minute for its answer; a program that hangs takes longer. Ms. */
const longestAnswerMs = 10_000;

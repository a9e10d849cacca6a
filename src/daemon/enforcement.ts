/**
 * Carries out what the guard has decided: in the kernel, in words, on the disk, and at the open
 * sessions of blocked clients. Knows which blocks should be in force now, and wakes when the next one
 * ends. Decides no block (`guard/`) and no rule (`blocks/`). The daemon has one for as long as it runs,
 * a command that works without a daemon one for its request.
 */
import {ClockSteps} from '../base/clocks/clock-steps.js';
import type {Say} from '../base/say.js';
import {type ChainSpec, isTranslated, submissionsOf} from '../blocks/chain/spec.js';
import {nextEndMs, passes, standing} from '../blocks/block.js';
import {passesOf} from '../blocks/passes.js';
import type {DropsBeside} from '../blocks/beside.js';
import {BlockRules} from '../blocks/live/block-rules.js';
import {EndTimer} from '../blocks/live/end-timer.js';
import {dropsBeside} from '../blocks/live/other-drops.js';
import {formerChains, noteChain} from '../blocks/live/former-chains.js';
import {chainSpec} from '../blocks/live/settings.js';
import type {Config} from '../config/schema.js';
import {Committer} from './committer.js';
import type {Unwanted} from '../firewall/backend.js';
import type {Enforced} from '../firewall/enforced.js';
import type {Variant} from '../firewall/iptables-calls.js';
import type {AtEnd} from '../firewall/live/family-keepers.js';
import type {RunCall} from '../firewall/live/part.js';
import type {Guard} from '../guard/guard.js';
import {followClock, mendFuture} from '../guard/clock-mend.js';
import {endBlocks, liftExempt, liftSince} from '../guard/lifting.js';
import type {Outcome} from '../guard/outcome.js';
import type {State} from '../guard/state.js';
import {sendmail} from '../mail/sendmail/dialect.js';
import type {Address, Family} from '../net/address.js';
import {type Network, networkOf} from '../net/network.js';
import {NetworkSet} from '../net/network-set.js';
import {clockSetText} from '../report/clock-text.js';
import {Digest} from '../report/digest.js';
import type {Exemptions} from '../score/exempt.js';
import {gatePorts, guardedPorts, seenKey, sessionPorts} from '../sessions/served-ports.js';
import {Cutter, type CutterView} from '../sessions/live/cutter.js';
import {SessionCuts} from '../sessions/live/session-cuts.js';
import {clocksNow, sleptMs} from '../sys/run/clock.js';

export interface EnforcementParts {
  readonly config: Config;
  readonly state: State;
  readonly guard: Guard;
  readonly exemptions: () => Exemptions;
  /** Saves the state; throws when it cannot. */
  readonly commit: () => void;
  /** Runs a program of the firewall. */
  readonly run: RunCall;
  /** The other of the two programs called iptables, where it may hold something. */
  readonly otherVariant: () => Promise<Variant | undefined>;
  /** None: no rule is made or removed. */
  readonly families: readonly Family[];
  /**
   * What is done with rules that nobody wants, and with blocks whose time is over. `keep`: they stay
   * until the log has been caught up with (`caughtUp`), for its lines may renew them.
   */
  readonly unwanted: Unwanted;
  /** What is done with the open sessions of clients whose block is in force. */
  readonly sessions: 'cut' | 'leave';
  readonly say: Say;
  readonly onOutcomes?: (outcomes: readonly Outcome[]) => void;
}

export class Enforcement {
  readonly #parts: EnforcementParts;
  /** Where blocks hold. */
  readonly #ports: readonly number[];
  readonly #spec: ChainSpec;
  readonly #rules: BlockRules;
  /** Who is served at the ports for submission although a block keeps it out. */
  #passes = new NetworkSet([]);
  readonly #digest: Digest;
  readonly #committer: Committer;
  readonly #cuts: SessionCuts | undefined;
  readonly #clockSteps = new ClockSteps(clocksNow(), sleptMs());
  readonly #endTimer = new EndTimer(() => this.#endBlocks());
  #unwanted: Unwanted;
  #isStopped = false;

  constructor(parts: EnforcementParts) {
    const {config, state, families, run, say} = parts;
    this.#parts = parts;
    this.#unwanted = parts.unwanted;
    this.#ports = guardedPorts(config.mailerPorts, state.mailerPorts.get(seenKey));
    const settings = {...config, ports: this.#ports};
    this.#spec = chainSpec(settings);
    const former = formerChains(state, this.#spec);
    this.#rules = new BlockRules(settings, families, {run, say}, former);
    this.#digest = new Digest(say);
    this.#committer = new Committer(parts.commit, say);
    this.#cuts = parts.sessions === 'cut' ? this.#makeCuts() : undefined;
  }

  /**
   * The time by which blocks begin and end. Where the clock was set since it was last asked, they are
   * moved along first, so that each keeps the time that it had left. Ms since the epoch.
   */
  now(): number {
    const clocks = clocksNow();
    const stepMs = this.#clockSteps.take(clocks, sleptMs);
    if (stepMs !== 0) this.#followClock(stepMs, clocks.wallMs);
    return clocks.wallMs;
  }

  /**
   * Puts the blocks of the last run in force. Does not wait for the firewall.
   *
   * @param liftSinceMs blocks made on evidence since then are lifted instead; default: none
   */
  start(liftSinceMs = Number.POSITIVE_INFINITY): void {
    const {state, families} = this.#parts;
    const undone = liftSince(state, liftSinceMs, this.now());
    // The clock may have been set back while nobody ran: a block of seconds ends in seconds all the same.
    mendFuture(state, this.now());
    const lifted = [...undone, ...liftExempt(state, this.#parts.exemptions(), this.now())];
    const ended = this.#unwanted === 'remove' ? endBlocks(state, this.now()) : [];
    this.#tell([...lifted, ...ended]);
    // One by one: while the log is caught up with, rules that nobody wants stay.
    this.#intend(lifted);
    this.#renewIntent();
    if (families.length > 0) noteChain(state, this.#spec);
    // Saved before anything is made: after a crash the next start must know of the chain.
    this.save();
    void this.#enforce().then(() => this.cutStanding());
  }

  /** The log says nothing more about the past: what is over ends, and what others have left goes. */
  caughtUp(): void {
    if (this.#unwanted === 'remove') return;
    this.#unwanted = 'remove';
    this.#tell(endBlocks(this.#parts.state, this.now()));
    this.#renewIntent();
    void this.#enforce().then(() => this.#replaceOthers());
  }

  /**
   * Looks again for what other backends have left: another tool may have restored it. Until the log is
   * caught up with, this is still to come.
   */
  lookForOthers(): Promise<void> {
    return this.#unwanted === 'remove' ? this.#replaceOthers() : Promise.resolve();
  }

  /** Whether the client has logged in of late, so that its block does not hold at the ports for submission. */
  letsPass(client: Address): boolean {
    return this.#passes.has(client);
  }

  /** Forgets what is over, and tells what was counted since the last time. */
  sweep(): void {
    // Until the log is caught up with, its lines may speak of what seems to be over.
    if (this.#unwanted === 'remove') void this.carryOut(this.#parts.guard.sweep(this.now()));
    this.noteChange('counted');
    this.#digest.tell();
  }

  /** Ends when what was decided is in force, or will be tried again. */
  async carryOut(outcomes: readonly Outcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    const blocked = this.#intend(outcomes);
    // Who has become exempt inside of a blocked network passes through it (`guard/lifting.ts`).
    if (outcomes.some((each) => each.kind === 'lifted' && each.why === 'exempt')) {
      this.#renewIntent();
    }
    // First the kernel, then the words and the disk: each answer to a guesser is one too many.
    const changesFirewall = outcomes.some(({kind}) => kind === 'block' || kind === 'lifted');
    const enforced = changesFirewall ? this.#enforce() : undefined;
    this.#tell(outcomes);
    await enforced;
    this.#cuts?.cut(blocked);
  }

  /** Compares the firewall with what should be, in both directions, and repairs it. */
  async check(): Promise<void> {
    this.#renewIntent();
    // Which iptables there are may have changed, as the rest of the machine.
    if (this.#unwanted === 'remove') await this.#expectOthers();
    await this.#rules.check();
  }

  /** Looks at the firewall and changes nothing: for a command that only asks. */
  async look(): Promise<void> {
    this.#renewIntent();
    this.#endTimer.stop();
    await this.#rules.look();
  }

  /** Ends the sessions whose block had to wait for the firewall, or whose rule was away for a while. */
  cutStanding(): void {
    const {config, state} = this.#parts;
    if (config.dryRun) return;
    this.#cuts?.cutStanding(() => [...state.blocks.values()].map(({network}) => network));
  }

  /** Saves the state now; a disk that refuses is tried again. */
  save(): void {
    this.#committer.now();
  }

  /** The state has changed, or only the place in the log has moved: it is saved soon. */
  noteChange(change: 'counted' | 'moved'): void {
    this.#committer.after(change);
  }

  /** Why the state could not be saved; undefined: it could. */
  get unsaved(): string | undefined {
    return this.#committer.failure;
  }

  /** How many outcomes of each kind there were. */
  get outcomes(): Readonly<Record<string, number>> {
    return this.#digest.outcomes;
  }

  get enforced(): ReadonlyMap<Family, Enforced> {
    return this.#rules.enforced;
  }

  /** Whether the firewall of the network's family has taken all that was decided. */
  isEnforced(network: string): boolean {
    return this.#rules.isEnforced(network);
  }

  /** Rules that drop it and are no block of ours; undefined: nothing is known of any. */
  async dropsBeside(network: Network, block: 'stands' | 'none'): Promise<DropsBeside | undefined> {
    const {config, families, run} = this.#parts;
    if (!families.includes(network.family)) return undefined;
    const otherVariant = await this.#parts.otherVariant();
    const {backend} = config;
    return dropsBeside({network, spec: this.#spec, backend, block, otherVariant}, run);
  }

  /** Where blocks hold, in ascending order. */
  get ports(): readonly number[] {
    return this.#ports;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** From now on nothing new is enforced, and no session is ended any more. */
  async halt(): Promise<void> {
    this.#isStopped = true;
    this.#endTimer.stop();
    await this.#cuts?.stop();
  }

  /** Leaves the rules as they are, or removes ours; tells what was counted, and saves. */
  async stop(firewall: AtEnd): Promise<'left' | 'removed' | 'failed'> {
    await this.halt();
    const end = await this.#rules.stop(firewall);
    this.#digest.tell();
    this.save();
    this.#committer.stop();
    return end;
  }

  #makeCuts(): SessionCuts {
    const {config, state, exemptions, say} = this.#parts;
    const all = [...this.#ports, ...gatePorts(config)];
    const relay = all.filter((port) => !submissionsOf(this.#ports).includes(port));
    const view: CutterView = {
      stands: (network) => (state.blocks.get(network)?.untilMs ?? 0) > this.now(),
      passes: (client, network) => passes(client, state.blocks.get(network) ?? {}),
      isExempt: (client) => exemptions().of(client) !== undefined,
      isServedAt: (client, port) => !relay.includes(port) && this.#passes.has(client),
      save: () => this.save(),
      say,
    };
    // At others than those of clients the mailer may only sit where packets are translated.
    const seen = isTranslated(this.#spec) ? state.mailerPorts.get(seenKey) : [];
    const ports = sessionPorts(all, seen);
    const cutter = new Cutter({...config, ports}, view, sendmail);
    return new SessionCuts(cutter, this.#rules);
  }

  async #expectOthers(): Promise<void> {
    this.#rules.expectOthers(await this.#parts.otherVariant());
  }

  /** What another backend has left is no longer needed once ours knows all that the log says. */
  async #replaceOthers(): Promise<void> {
    if (this.#isStopped) return;
    await this.#rules.replaceOthers(await this.#parts.otherVariant());
  }

  /** @returns the networks that should be blocked now, by these outcomes */
  #intend(outcomes: readonly Outcome[]): string[] {
    const blocked: string[] = [];
    for (const outcome of outcomes) {
      if (outcome.kind === 'lifted') this.#rules.lift(outcome.block.network);
      if (outcome.kind === 'block' && outcome.insteadOf !== undefined) {
        this.#rules.lift(outcome.insteadOf);
      }
      // A block whose time is over when its lines are read is never made.
      if (outcome.kind !== 'block' || outcome.block.untilMs <= this.now()) continue;
      this.#rules.set(outcome.block);
      this.#endTimer.expect(outcome.block.untilMs);
      blocked.push(outcome.block.network);
    }
    // At once: a user of ours must not be cut off until the next check.
    if (blocked.length > 0) this.#letPass();
    return blocked;
  }

  #tell(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) this.#digest.hear(outcome, this.now());
    this.#parts.onOutcomes?.(outcomes);
    this.noteChange('counted');
  }

  async #enforce(): Promise<void> {
    if (!this.#isStopped) await this.#rules.enforce(this.#unwanted);
  }

  /** Follows the state, whatever has changed its blocks: time, and a clock that was set, included. */
  #renewIntent(): void {
    const {blocks} = this.#parts.state;
    this.#rules.replace(standing(blocks.values(), this.now()));
    this.#letPass();
    this.#endTimer.expect(nextEndMs(blocks.values()));
  }

  #followClock(stepMs: number, nowMs: number): void {
    followClock(this.#parts.state, stepMs, nowMs);
    this.#parts.say('notice', clockSetText(stepMs));
    if (this.#isStopped) return;
    this.#renewIntent();
    this.noteChange('counted');
    // What is believed of the kernel is in times of the clock as it was, and so may be a change that is under way.
    void this.#rules.check();
  }

  #letPass(): void {
    const {blocks, submitters} = this.#parts.state;
    const isSplit = submissionsOf(this.#ports).length > 0;
    const passes = isSplit ? passesOf(submitters.entries(), blocks, this.now()) : new Map();
    this.#passes = new NetworkSet([...passes.keys()].map(networkOf));
    this.#rules.letPass(passes);
  }

  #endBlocks(): void {
    if (this.#unwanted === 'keep') return;
    void this.carryOut(endBlocks(this.#parts.state, this.now()));
    this.#endTimer.expect(nextEndMs(this.#parts.state.blocks.values()));
  }
}

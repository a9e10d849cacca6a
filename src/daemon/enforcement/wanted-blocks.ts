/**
 * Knows which blocks should be in force now, and makes the firewall follow: what comes and goes,
 * what ends with its time, a clock that was set, which clients pass. Decides no block (`guard/`)
 * and no rule (`blocks/`); messages, disk and sessions are for `enforcement.ts`.
 */
import {ClockSteps} from '../../base/clocks/clock-steps.js';
import {type Block, nextEndMs, standing} from '../../blocks/block.js';
import type {DropsBeside} from '../../blocks/beside.js';
import {type ChainSpec, submissionsOf} from '../../blocks/chain/spec.js';
import {BlockRules} from '../../blocks/live/block-rules.js';
import {EndTimer} from '../../blocks/live/end-timer.js';
import {formerChains, noteChain} from '../../blocks/live/former-chains.js';
import {dropsBeside} from '../../blocks/live/other-drops.js';
import {chainSpec} from '../../blocks/live/settings.js';
import {PassList} from '../../blocks/pass-list.js';
import type {Config} from '../../config/schema.js';
import type {Unwanted} from '../../firewall/backend.js';
import type {Variant} from '../../firewall/iptables-calls.js';
import type {RunCall} from '../../firewall/live/part.js';
import {followClock} from '../../guard/clock-mend.js';
import type {Outcome} from '../../guard/outcome.js';
import type {State} from '../../guard/state.js';
import type {Family} from '../../net/address.js';
import type {Network} from '../../net/network.js';
import {guardedPorts, seenKey} from '../../sessions/served-ports.js';
import {clocksNow, sleptMs} from '../../sys/run/clock.js';
import type {Say} from '../../base/say.js';

export interface WantedParts {
  readonly config: Config;
  readonly state: State;
  /** Runs a program of the firewall. */
  readonly run: RunCall;
  /** The other of the two programs called iptables, where it may hold something. */
  readonly otherVariant: () => Promise<Variant | undefined>;
  /** None: no rule is made or removed. */
  readonly families: readonly Family[];
  readonly say: Say;
}

interface WantedEvents {
  /** The time of a block is over. */
  readonly onEnd: () => void;
  /** The clock was set, by so much; all blocks were moved along. Ms. */
  readonly onClockSet: (stepMs: number) => void;
}

export class WantedBlocks {
  readonly #parts: WantedParts;
  readonly #events: WantedEvents;
  /** Where blocks hold, in ascending order. */
  readonly ports: readonly number[];
  readonly spec: ChainSpec;
  readonly rules: BlockRules;
  /** Blocked clients that are still served at the submission ports. */
  readonly passes: PassList;
  /** Whether there are such ports besides the relay's. */
  readonly #isSplit: boolean;
  readonly #clockSteps = new ClockSteps(clocksNow(), sleptMs());
  readonly #endTimer: EndTimer;
  #isStopped = false;

  constructor(parts: WantedParts, events: WantedEvents) {
    const {config, state, families, run, say} = parts;
    [this.#parts, this.#events] = [parts, events];
    this.ports = guardedPorts(config.mailerPorts, state.mailerPorts.get(seenKey));
    const settings = {...config, ports: this.ports};
    this.spec = chainSpec(settings);
    const former = formerChains(state, this.spec);
    this.rules = new BlockRules(settings, families, {run, say}, former);
    this.#isSplit = submissionsOf(this.ports).length > 0;
    this.passes = new PassList(state.submitters, state.blocks);
    this.#endTimer = new EndTimer(events.onEnd);
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

  /** Remembers where its rules will be. Before anything is made: then it is saved. */
  noteChain(): void {
    if (this.#parts.families.length > 0) noteChain(this.#parts.state, this.spec);
  }

  /** Follows the state, whatever has changed its blocks: time, and a clock that was set, included. */
  renew(): void {
    const {blocks} = this.#parts.state;
    this.rules.replace(standing(blocks.values(), this.now()));
    if (this.#isSplit) this.passes.renew(this.now());
    this.rules.letPass(this.passes.passes);
    this.expectEnd();
  }

  /** @returns the networks that should be blocked now, by these outcomes */
  follow(outcomes: readonly Outcome[]): string[] {
    const blocked: Block[] = [];
    for (const outcome of outcomes) {
      if (outcome.kind === 'lifted') this.rules.lift(outcome.block.network);
      if (outcome.kind === 'block' && outcome.insteadOf !== undefined) {
        this.rules.lift(outcome.insteadOf);
      }
      // A block whose time is over when its lines are read is never made.
      if (outcome.kind !== 'block' || outcome.block.untilMs <= this.now()) continue;
      this.rules.set(outcome.block);
      this.#endTimer.expect(outcome.block.untilMs);
      blocked.push(outcome.block);
    }
    // At once: a user of ours must not be cut off until the next check.
    if (this.#isSplit && blocked.length > 0) {
      const passes = this.passes.blocked(blocked, this.now());
      if (passes === 'changed') this.rules.letPass(this.passes.passes);
    }
    return blocked.map(({network}) => network);
  }

  /** Ends when the firewall has followed, or will be tried again. */
  async enforce(unwanted: Unwanted): Promise<void> {
    if (!this.#isStopped) await this.rules.enforce(unwanted);
  }

  /** What another backend has left is no longer needed once ours knows all that the log says. */
  async replaceOthers(): Promise<void> {
    if (this.#isStopped) return;
    await this.rules.replaceOthers(await this.#parts.otherVariant());
  }

  async expectOthers(): Promise<void> {
    this.rules.expectOthers(await this.#parts.otherVariant());
  }

  /** Rules that drop it and are no block of ours; undefined: nothing is known of any. */
  async dropsBeside(network: Network, block: 'stands' | 'none'): Promise<DropsBeside | undefined> {
    const {config, families, run} = this.#parts;
    if (!families.includes(network.family)) return undefined;
    const otherVariant = await this.#parts.otherVariant();
    const {backend} = config;
    return dropsBeside({network, spec: this.spec, backend, block, otherVariant}, run);
  }

  /** Wakes when the next block ends. */
  expectEnd(): void {
    this.#endTimer.expect(nextEndMs(this.#parts.state.blocks.values()));
  }

  /** Ends no block by its time any more. */
  stopTimer(): void {
    this.#endTimer.stop();
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** From now on nothing new is enforced. */
  halt(): void {
    this.#isStopped = true;
    this.stopTimer();
  }

  #followClock(stepMs: number, nowMs: number): void {
    followClock(this.#parts.state, stepMs, nowMs);
    this.#events.onClockSet(stepMs);
    if (this.#isStopped) return;
    this.renew();
    // What is believed of the kernel is in times of the clock as it was, and so may be a change that is under way.
    void this.rules.check();
  }
}

/**
 * Knows which blocks should be in force now, and makes the firewall follow: new and lifted blocks, blocks whose
 * time ends, a clock that was set, clients that pass. Decides no block (`guard/`) and no rule (`blocks/`);
 * `enforcement.ts` handles messages, disk and sessions.
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
  /** Runs a firewall program. */
  readonly run: RunCall;
  /** The other of the two programs called iptables, if it may hold something. */
  readonly otherVariant: () => Promise<Variant | undefined>;
  /** Empty: no rule is made or removed. */
  readonly families: readonly Family[];
  readonly say: Say;
}

interface WantedEvents {
  /** Called when the time of a block is over. */
  readonly onEnd: () => void;
  /** Called when somebody has set the clock; all blocks were moved by that much. Ms. */
  readonly onClockSet: (stepMs: number) => void;
}

export class WantedBlocks {
  readonly #parts: WantedParts;
  readonly #events: WantedEvents;
  /** The ports at which blocks hold, in ascending order. */
  readonly ports: readonly number[];
  readonly spec: ChainSpec;
  readonly rules: BlockRules;
  /** Blocked clients that are still served at the submission ports. */
  readonly passes: PassList;
  /** Whether submission ports are guarded besides the relay's port. */
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
   * The clock by which blocks begin and end. If somebody has set it since the last call, all blocks are moved
   * first, so that each keeps its remaining time. Ms since the epoch.
   */
  now(): number {
    const clocks = clocksNow();
    const stepMs = this.#clockSteps.take(clocks, sleptMs);
    if (stepMs !== 0) this.#followClock(stepMs, clocks.wallMs);
    return clocks.wallMs;
  }

  /** Records where the rules will be. Call it before anything is made, so that it is saved first. */
  noteChain(): void {
    if (this.#parts.families.length > 0) noteChain(this.#parts.state, this.spec);
  }

  /** Makes the firewall follow the state, whatever changed its blocks: also time, or a clock that was set. */
  renew(): void {
    const {blocks} = this.#parts.state;
    this.rules.replace(standing(blocks.values(), this.now()));
    if (this.#isSplit) this.passes.renew(this.now());
    this.rules.letPass(this.passes.passes);
    this.expectEnd();
  }

  /** @returns the networks that these outcomes block now */
  follow(outcomes: readonly Outcome[]): string[] {
    const blocked: Block[] = [];
    for (const outcome of outcomes) {
      if (outcome.kind === 'lifted') this.rules.lift(outcome.block.network);
      if (outcome.kind === 'block' && outcome.insteadOf !== undefined) {
        this.rules.lift(outcome.insteadOf);
      }
      // A block that is over by the time its lines are read is never made.
      if (outcome.kind !== 'block' || outcome.block.untilMs <= this.now()) continue;
      this.rules.set(outcome.block);
      this.#endTimer.expect(outcome.block.untilMs);
      blocked.push(outcome.block);
    }
    // Immediately: a user of ours must not be cut off until the next check.
    if (this.#isSplit && blocked.length > 0) {
      const passes = this.passes.blocked(blocked, this.now());
      if (passes === 'changed') this.rules.letPass(this.passes.passes);
    }
    return blocked.map(({network}) => network);
  }

  /** Ends when the firewall holds what is wanted, or when it will be tried again. */
  async enforce(unwanted: Unwanted): Promise<void> {
    if (!this.#isStopped) await this.rules.enforce(unwanted);
  }

  /**
   * Removes what another backend left, which protects nothing once our own rules include everything that the log
   * says.
   */
  async replaceOthers(): Promise<void> {
    if (this.#isStopped) return;
    await this.rules.replaceOthers(await this.#parts.otherVariant());
  }

  /** Rules that drop the network and are not blocks of ours; undefined: none known. */
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

  /** From now on no block ends by its time. */
  stopTimer(): void {
    this.#endTimer.stop();
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** From now on nothing more is enforced. */
  halt(): void {
    this.#isStopped = true;
    this.stopTimer();
  }

  #followClock(stepMs: number, nowMs: number): void {
    followClock(this.#parts.state, stepMs, nowMs);
    this.#events.onClockSet(stepMs);
    if (this.#isStopped) return;
    this.renew();
    // What we believe about the kernel is in times of the old clock, and so may be a change that is under way.
    void this.rules.check();
  }
}

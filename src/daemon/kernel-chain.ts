/**
 * Brings one family's chain to what should be, and keeps at it. Holds what it believes the kernel
 * has, so that a block costs one call; believes nothing any more as soon as a call fails, and reads
 * anew. Wishes that come while a call is under way are taken together in the next one.
 *
 * Never gives up: what is wanted stays wanted, each try is bounded, and the tries grow rarer.
 */
import type {ChainSpec, ChainState} from '../firewall/chain.js';
import {parseListing, renderBatch} from '../firewall/iptables.js';
import {afterSteps, plan, removalPlan, type Step, type Surplus} from '../firewall/plan.js';
import type {Say} from '../log-level.js';
import type {Family} from '../net/address.js';
import type {CommandResult} from '../sys/command.js';

export interface Netfilter {
  list(family: Family): Promise<CommandResult>;
  restore(family: Family, batch: string): Promise<CommandResult>;
}

/** Waiting after a failure: doubles from the first to the last. Ms. */
export const retryMs = {first: 250, last: 60_000};

/** At the end nobody tries again later. A count: another tool's change spoils one try at most. */
const removalTries = 3;

export class KernelChain {
  readonly #family: Family;
  readonly #spec: ChainSpec;
  readonly #netfilter: Netfilter;
  readonly #say: Say;
  #desired: ReadonlySet<string> = new Set();
  #surplus: Surplus = 'keep';
  #believed: ChainState | undefined;
  #work: Promise<void> | undefined;
  #again = false;
  #failures = 0;
  #everInOrder = false;
  #isStopped = false;
  /** Somebody wants to know what the kernel really has. */
  #isDoubtful = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(family: Family, spec: ChainSpec, netfilter: Netfilter, say: Say) {
    this.#family = family;
    this.#spec = spec;
    this.#netfilter = netfilter;
    this.#say = say;
  }

  /** What should stand from now on. Ends when it does, or when the try has failed. */
  want(desired: ReadonlySet<string>, surplus: Surplus): Promise<void> {
    this.#desired = desired;
    this.#surplus = surplus;
    // While calls fail the tries keep to their pauses, however many wishes come.
    return this.#retry === undefined ? this.#start() : Promise.resolve();
  }

  /** Compares with the kernel itself, and repairs what others have changed. */
  check(): Promise<void> {
    this.#isDoubtful = true;
    return this.#start();
  }

  /** Whether the latest try did all that was wanted. */
  get isInOrder(): boolean {
    return this.#everInOrder && this.#failures === 0;
  }

  /** Removes chain and hook, and ends the tries. */
  async remove(): Promise<'removed' | 'failed'> {
    await this.stop();
    let failure: string | undefined;
    for (let left = removalTries; left > 0; left--) {
      const state = await this.#read();
      failure = typeof state === 'string' ? state : await this.#apply(state, removalPlan(state));
      if (failure === undefined) return 'removed';
    }
    this.#say(
      'error',
      `IPv${this.#family} firewall: chain and hook not removed: ${String(failure)}`,
    );
    return 'failed';
  }

  /** Ends the tries; what stands in the kernel stays. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#again = false;
    this.#clearRetry();
    await this.#work;
  }

  #start(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#clearRetry();
    this.#again = true;
    this.#work ??= this.#run().finally(() => (this.#work = undefined));
    return this.#work;
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      if (this.#isDoubtful) this.#believed = undefined;
      this.#isDoubtful = false;
      // A batch that fails may only have met another reality than was believed: look and try anew.
      const failure = (await this.#try()) && (await this.#try());
      if (failure === undefined) this.#recovered();
      else this.#tryLater(failure);
    }
  }

  /** @returns why it failed, or undefined */
  async #try(): Promise<string | undefined> {
    const repairs = this.#believed === undefined && this.#failures === 0;
    const state = this.#believed ?? (await this.#read());
    if (typeof state === 'string') return state;
    const steps = plan(this.#desired, state, this.#surplus);
    if (repairs) this.#sayDrift(steps);
    return this.#apply(state, steps);
  }

  async #read(): Promise<ChainState | string> {
    const result = await this.#netfilter.list(this.#family);
    return result.kind === 'done' ? parseListing(this.#spec, result.stdout) : result.why;
  }

  async #apply(state: ChainState, steps: readonly Step[]): Promise<string | undefined> {
    this.#believed = undefined;
    if (steps.length > 0) {
      const batch = renderBatch(this.#spec, steps);
      const result = await this.#netfilter.restore(this.#family, batch);
      if (result.kind !== 'done') return result.why;
    }
    this.#believed = afterSteps(state, steps);
    this.#everInOrder = true;
    return undefined;
  }

  #tryLater(why: string): void {
    const count = this.#desired.size;
    const message = `IPv${this.#family} firewall: ${why} (${count} blocks wait; trying again)`;
    this.#say('error', message);
    const waitMs = Math.min(retryMs.first * 2 ** this.#failures, retryMs.last);
    this.#failures += 1;
    this.#clearRetry();
    if (!this.#isStopped) this.#retry = setTimeout(() => void this.#start(), waitMs);
  }

  #clearRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #recovered(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#say('notice', `IPv${this.#family} firewall: in order again, nothing was forgotten`);
  }

  #sayDrift(steps: readonly Step[]): void {
    const kinds = [...new Set(steps.map(({kind}) => kind))];
    if (kinds.length === 0) return;
    const counted = kinds.map((kind) => `${kind} ${steps.filter((s) => s.kind === kind).length}`);
    const message = `IPv${this.#family} firewall: bringing it in order: ${counted.join(', ')}`;
    this.#say(this.#everInOrder ? 'warning' : 'info', message);
  }
}

/**
 * The keepers of one rule set, one for each family, and the leftovers of earlier settings. Decides in
 * which order they work, and when leftovers may be removed. The owner of the rule set decides what
 * there should be, and what may be left over (`blocks/live`, `outgoing/egress/live`).
 */
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import type {Unwanted} from '../backend.js';
import type {Enforced} from '../enforced.js';
import type {Keeper, KeeperTools} from './keeper.js';
import {type Leftover, Leftovers} from './leftover.js';
import type {Family} from '../../net/address.js';

/**
 * What happens to the rules when a life ends. `handOver`: the next life of this process takes them
 * over immediately; `leave`: nobody maintains them until the daemon is started again.
 */
export type AtEnd = 'handOver' | 'leave' | 'remove';

/** What happened to the rules. `failed`: some could not be removed. */
export type RulesEnd = 'left' | 'removed' | 'failed';

/** A keeper, whatever type its backend believes in. */
export type AnyKeeper = Pick<
  Keeper<never, never>,
  'enforce' | 'check' | 'look' | 'isInOrder' | 'enforced' | 'remove' | 'stop'
>;

export class FamilyKeepers {
  readonly #keepers: ReadonlyMap<Family, AnyKeeper>;
  /**
   * Leftovers beside our rules. `removeLeftovers` removes them once our own rules are in force.
   */
  readonly #leftovers: Leftovers;
  readonly #removal = new SingleFlight(() => this.#tryLeftovers());
  #isStopped = false;

  constructor(keepers: ReadonlyMap<Family, AnyKeeper>, tools: KeeperTools) {
    this.#keepers = keepers;
    this.#leftovers = new Leftovers(tools);
  }

  get families(): readonly Family[] {
    return [...this.#keepers.keys()];
  }

  get enforced(): ReadonlyMap<Family, Enforced> {
    return new Map([...this.#keepers].map(([family, keeper]) => [family, keeper.enforced]));
  }

  /** Whether the kernel holds everything decided, for all families. */
  get isInOrder(): boolean {
    return [...this.#keepers.values()].every((keeper) => keeper.isInOrder);
  }

  /** The same for one family; a family without a keeper is in order. */
  isInOrderIn(family: Family): boolean {
    return this.#keepers.get(family)?.isInOrder ?? true;
  }

  /** Ends when the kernel holds what is wanted, or when a keeper will try again later. */
  async enforce(unwanted: Unwanted): Promise<void> {
    await this.#each((keeper) => keeper.enforce(unwanted));
  }

  /** Compares with the kernel, and repairs. */
  async check(): Promise<void> {
    await this.#each((keeper) => keeper.check());
  }

  /** Only reads the kernel, and changes nothing. */
  async look(): Promise<void> {
    await this.#each((keeper) => keeper.look());
  }

  /** These leftovers may exist from now on, and no others; `removeLeftovers` removes them. */
  expectLeftovers(leftovers: readonly Leftover[]): void {
    this.#leftovers.replace(leftovers);
  }

  /** Tries each leftover once, if our rules are in force. Joins a removal that is under way. */
  removeLeftovers(): Promise<void> {
    return this.#removal.join();
  }

  async stop(end: AtEnd): Promise<RulesEnd> {
    // What this backend would remove may belong to the next life.
    this.#isStopped = true;
    await this.#removal.settled();
    if (end !== 'remove') {
      await this.#each((keeper) => keeper.stop());
      return 'left';
    }
    const ends = await this.#each((keeper) => keeper.remove());
    return ends.includes('failed') ? 'failed' : 'removed';
  }

  async #tryLeftovers(): Promise<void> {
    // While our rules are not in force, another backend's may be the only protection.
    await this.#leftovers.remove(() => !this.#isStopped && this.isInOrder);
  }

  #each<Result>(work: (keeper: AnyKeeper) => Promise<Result>): Promise<Result[]> {
    return Promise.all([...this.#keepers.values()].map(work));
  }
}

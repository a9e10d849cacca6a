/**
 * The keepers of one rule set, one for each family, and what earlier settings left beside it:
 * decides in which order they work and when leftovers may go. The owner of the rule set decides
 * what there should be, and what may be left (`blocks/live`, `outgoing/egress/live`).
 */
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import type {Unwanted} from '../backend.js';
import type {Enforced} from '../enforced.js';
import type {Keeper, KeeperTools} from './keeper.js';
import {type Leftover, Leftovers} from './leftover.js';
import type {Family} from '../../net/address.js';

/**
 * What becomes of the rules when a life ends. `handOver`: the next life of this process begins at once
 * and takes them over; `leave`: nobody looks after them until the daemon is started again.
 */
export type AtEnd = 'handOver' | 'leave' | 'remove';

/** What has become of the rules. `failed`: some could not be removed. */
export type RulesEnd = 'left' | 'removed' | 'failed';

/** A keeper, whatever its backend believes. */
export type AnyKeeper = Pick<
  Keeper<never, never>,
  'enforce' | 'check' | 'look' | 'isInOrder' | 'enforced' | 'remove' | 'stop'
>;

export class FamilyKeepers {
  readonly #keepers: ReadonlyMap<Family, AnyKeeper>;
  /** Beside ours: looked for at each check, and removed while ours stands. */
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

  /** Whether all families have taken all that was decided. */
  get isInOrder(): boolean {
    return [...this.#keepers.values()].every((keeper) => keeper.isInOrder);
  }

  /** The same of one family; one that has no keeper has nothing to take. */
  isInOrderIn(family: Family): boolean {
    return this.#keepers.get(family)?.isInOrder ?? true;
  }

  /** Ends when all that should stand does, or will be tried again. */
  async enforce(unwanted: Unwanted): Promise<void> {
    await this.#each((keeper) => keeper.enforce(unwanted));
  }

  /** Compares with the kernel, and repairs. */
  async check(): Promise<void> {
    await this.#each((keeper) => keeper.check());
  }

  /** Only looks, and changes nothing. */
  async look(): Promise<void> {
    await this.#each((keeper) => keeper.look());
  }

  /** From now on these may be left, and no others. Nothing is done yet. */
  expectLeftovers(leftovers: readonly Leftover[]): void {
    this.#leftovers.replace(leftovers);
  }

  /** Tries each leftover once, while ours stands. Takes part in a removal that is under way. */
  removeLeftovers(): Promise<void> {
    return this.#removal.join();
  }

  async stop(end: AtEnd): Promise<RulesEnd> {
    // What is left over for this backend may be the next one's own.
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
    // While ours does not stand, what another backend holds may be all that does.
    await this.#leftovers.remove(() => !this.#isStopped && this.isInOrder);
  }

  #each<Result>(work: (keeper: AnyKeeper) => Promise<Result>): Promise<Result[]> {
    return Promise.all([...this.#keepers.values()].map(work));
  }
}

/**
 * The firewall as the daemon sees it: both families, under the backend that was chosen; and when what
 * other backends and earlier configurations have left behind goes (`leftovers.ts`: what, and in which
 * order). Which change is made is decided in `firewall/`, and carried out by a `Keeper` for each family.
 */
import type {Block} from '../block.js';
import {iptablesBackend} from '../chain/backend.js';
import {Intent} from '../intent.js';
import {type Former, formerOf, leftoversBeside, obstacleOf} from './leftovers.js';
import {chainSettings, type FirewallSettings} from './settings.js';
import {ipsetBackend} from '../sets/ipset.js';
import {nftablesBackend} from '../sets/nftables.js';
import type {Unwanted} from '../../firewall/backend.js';
import type {Enforced} from '../../firewall/enforced.js';
import type {Variant} from '../../firewall/iptables-calls.js';
import {type AtEnd, Keeper, type KeeperTools} from '../../firewall/live/keeper.js';
import {type Leftover, LeftoverRemover} from '../../firewall/live/leftover.js';
import type {Family} from '../../net/address.js';

/** A keeper, whatever its backend believes. */
type AnyKeeper = Pick<
  Keeper<never, never>,
  'enforce' | 'check' | 'look' | 'isInOrder' | 'enforced' | 'remove' | 'stop'
>;

export class BlockRules {
  readonly #settings: FirewallSettings;
  readonly #intents = new Map<Family, Intent>();
  readonly #keepers = new Map<Family, AnyKeeper>();
  readonly #former: Former;
  /** Of an earlier configuration, in the chain that is ours now: gone before the first block stands. */
  #obstacles: readonly Leftover[];
  /** What other backends and other configurations may have left behind. */
  #leftovers: readonly Leftover[] = [];
  #removal: Promise<void> | undefined;
  #isStopped = false;
  readonly #remover: LeftoverRemover;

  constructor(
    settings: FirewallSettings,
    families: readonly Family[],
    surroundings: KeeperTools,
    former: Former = {specs: [], forget: () => undefined},
  ) {
    this.#settings = settings;
    this.#remover = new LeftoverRemover(surroundings);
    this.#former = former;
    this.#obstacles = former.specs
      .filter(({chain}) => chain === settings.iptablesChainName)
      .map((spec) => obstacleOf(spec, families, former));
    for (const family of families) {
      const intent = new Intent(family);
      this.#intents.set(family, intent);
      this.#keepers.set(family, makeKeeper(settings, family, intent, surroundings));
    }
  }

  /** From now on the block should stand; nothing is done yet. */
  set(block: Block): void {
    this.#intents.get(familyOf(block.network))?.set(block);
  }

  /** From now on it should not. */
  lift(network: string): void {
    this.#intents.get(familyOf(network))?.delete(network);
  }

  /** From now on these should stand, and no others. */
  replace(blocks: readonly Block[]): void {
    for (const [family, intent] of this.#intents) {
      intent.replace(blocks.filter(({network}) => familyOf(network) === family));
    }
  }

  /** Ends when all that should stand does, or will be tried again. */
  async enforce(surplus: Unwanted): Promise<void> {
    if (this.#obstacles.length > 0) await this.#removeObstacles();
    await this.#each((keeper) => keeper.enforce(surplus));
  }

  /** Compares with the kernel, and repairs. */
  async check(): Promise<void> {
    if (this.#obstacles.length > 0) await this.#removeObstacles();
    else await this.#each((keeper) => keeper.check());
    await this.#removeLeftovers();
  }

  /** Only looks, for those who ask how things stand. */
  async look(): Promise<void> {
    await this.#each((keeper) => keeper.look());
  }

  /**
   * From now on what other backends have left is removed, once our own holds the blocks.
   *
   * @param otherVariant the other program called iptables, where it may hold something
   */
  async replaceOthers(otherVariant: Variant | undefined): Promise<void> {
    const families = [...this.#keepers.keys()];
    const others = this.#former.specs.filter(
      ({chain}) => chain !== this.#settings.iptablesChainName,
    );
    this.#leftovers = [
      ...families.flatMap((family) => leftoversBeside(this.#settings, family, otherVariant)),
      ...others.map((spec) => formerOf(spec, families, otherVariant, this.#former)),
    ];
    await this.#removeLeftovers();
  }

  /** Whether the network's family has taken all that was decided. */
  isEnforced(network: string): boolean {
    return this.#keepers.get(familyOf(network))?.isInOrder ?? true;
  }

  get enforced(): ReadonlyMap<Family, Enforced> {
    return new Map([...this.#keepers].map(([family, keeper]) => [family, keeper.enforced]));
  }

  async stop(firewall: AtEnd): Promise<'left' | 'removed' | 'failed'> {
    // What is left over for this backend may be the next one's own.
    this.#isStopped = true;
    await this.#removal;
    const keepers = [...this.#keepers.values()];
    if (firewall !== 'remove') {
      await Promise.all(keepers.map((keeper) => keeper.stop()));
      return 'left';
    }
    const ends = await Promise.all(keepers.map((keeper) => keeper.remove()));
    return ends.includes('failed') ? 'failed' : 'removed';
  }

  async #each(work: (keeper: AnyKeeper) => Promise<void>): Promise<void> {
    await Promise.all([...this.#keepers.values()].map(work));
  }

  #removeLeftovers(): Promise<void> {
    this.#removal ??= this.#tryLeftovers().finally(() => (this.#removal = undefined));
    return this.#removal;
  }

  async #tryLeftovers(): Promise<void> {
    for (const leftover of this.#leftovers) {
      if (this.#isStopped) return;
      if ([...this.#keepers.values()].some((keeper) => !keeper.isInOrder)) return;
      if ((await this.#remover.remove(leftover)) === 'stays') continue;
      this.#leftovers = this.#leftovers.filter((each) => each !== leftover);
    }
  }

  /** Before anything stands: to remove them later would take along what is ours now. */
  async #removeObstacles(): Promise<void> {
    this.#removal ??= (async () => {
      for (const obstacle of this.#obstacles) {
        if ((await this.#remover.remove(obstacle)) === 'stays') continue;
        this.#obstacles = this.#obstacles.filter((each) => each !== obstacle);
      }
    })().finally(() => (this.#removal = undefined));
    await this.#removal;
    await this.#each((keeper) => keeper.check());
  }
}

const familyOf = (network: string): Family => (network.includes(':') ? 6 : 4);

function makeKeeper(
  settings: FirewallSettings,
  family: Family,
  intent: Intent,
  surroundings: KeeperTools,
): AnyKeeper {
  const chain = chainSettings(settings, family);
  switch (settings.backend) {
    case 'iptables':
      return new Keeper(family, iptablesBackend(chain), intent, surroundings);
    case 'ipset':
      return new Keeper(family, ipsetBackend(chain), intent, surroundings);
    case 'nftables':
      return new Keeper(family, nftablesBackend(chain.spec, family), intent, surroundings);
  }
}

/**
 * The blocks as firewall rules of this machine, for both families, in the chosen backend. This class
 * knows which blocks there should be, and what earlier settings may have left (`leftovers.ts`). The
 * backends plan each change; `FamilyKeepers` carries it out.
 */
import type {Block} from '../block.js';
import {iptablesBackend} from '../chain/backend.js';
import {Intent} from '../intent.js';
import {allUnder, type Former, leftoversBeside, noFormer} from './leftovers.js';
import {chainSettings, type FirewallSettings} from './settings.js';
import {ipsetBackend} from '../sets/ipset.js';
import {nftablesBackend} from '../sets/nftables.js';
import type {Unwanted} from '../../firewall/backend.js';
import type {Enforced} from '../../firewall/enforced.js';
import type {Variant} from '../../firewall/iptables-calls.js';
import {
  type AnyKeeper,
  type AtEnd,
  FamilyKeepers,
  type RulesEnd,
} from '../../firewall/live/family-keepers.js';
import {Keeper, type KeeperTools, type KeeperWords} from '../../firewall/live/keeper.js';
import {inOrder} from '../../firewall/live/leftover.js';
import type {Family} from '../../net/address.js';

export const blockWords: KeeperWords = {
  part: 'firewall',
  waiting: (count) => `${count} blocks wait; trying again`,
};

export class BlockRules {
  readonly #settings: FirewallSettings;
  readonly #intents: ReadonlyMap<Family, Intent>;
  readonly #former: Former;
  readonly #keepers: FamilyKeepers;

  constructor(
    settings: FirewallSettings,
    families: readonly Family[],
    tools: KeeperTools,
    former: Former = noFormer,
  ) {
    this.#settings = settings;
    this.#former = former;
    this.#intents = new Map(families.map((family) => [family, new Intent(family)]));
    const keepers = new Map(
      [...this.#intents].map(([family, intent]) => [
        family,
        makeKeeper(settings, family, intent, tools, former),
      ]),
    );
    this.#keepers = new FamilyKeepers(keepers, tools);
  }

  /** The block is wanted from now on; `enforce` puts it into the kernel. */
  set(block: Block): void {
    this.#intents.get(familyOf(block.network))?.set(block);
  }

  /** The block is not wanted any more; `enforce` removes it. */
  lift(network: string): void {
    this.#intents.get(familyOf(network))?.delete(network);
  }

  /** These blocks are wanted from now on, and no others. */
  replace(blocks: readonly Block[]): void {
    for (const [family, intent] of this.#intents) {
      intent.replace(blocks.filter(({network}) => familyOf(network) === family));
    }
  }

  /**
   * These clients are served at the submission ports from now on, and no others; `enforce` puts that
   * into the kernel.
   */
  letPass(passes: ReadonlyMap<string, number>): void {
    for (const intent of this.#intents.values()) intent.letPass(passes);
  }

  /** Ends when the kernel holds what is wanted, or when the keepers will try again later. */
  enforce(unwanted: Unwanted): Promise<void> {
    return this.#keepers.enforce(unwanted);
  }

  /** Compares with the kernel, and repairs. Does not look for what others have left. */
  check(): Promise<void> {
    return this.#keepers.check();
  }

  /** Only reads the kernel, for commands that show the state. */
  look(): Promise<void> {
    return this.#keepers.look();
  }

  /**
   * Removes what other backends have left, if our own backend holds the blocks. Somebody may load saved
   * rules again at any time, so the caller repeats this.
   *
   * @param otherVariant the other program called iptables, if it may hold something
   */
  async replaceOthers(otherVariant: Variant | undefined): Promise<void> {
    const {families} = this.#keepers;
    this.#keepers.expectLeftovers([
      ...families.flatMap((family) =>
        leftoversBeside(this.#settings, family, otherVariant, this.#former),
      ),
      ...this.#former.specs.map((spec) =>
        inOrder(allUnder(spec, families, otherVariant, this.#former, this.#settings.backend)),
      ),
    ]);
    await this.#keepers.removeLeftovers();
  }

  /** Whether the kernel holds everything decided for the network's family. */
  isEnforced(network: string): boolean {
    return this.#keepers.isInOrderIn(familyOf(network));
  }

  /** The same for all families. */
  get isInOrder(): boolean {
    return this.#keepers.isInOrder;
  }

  get enforced(): ReadonlyMap<Family, Enforced> {
    return this.#keepers.enforced;
  }

  stop(end: AtEnd): Promise<RulesEnd> {
    return this.#keepers.stop(end);
  }
}

const familyOf = (network: string): Family => (network.includes(':') ? 6 : 4);

function makeKeeper(
  settings: FirewallSettings,
  family: Family,
  goal: Intent,
  tools: KeeperTools,
  {traffic}: Former,
): AnyKeeper {
  const chain = chainSettings(settings, family, traffic);
  const task = {family, goal, words: blockWords};
  switch (settings.backend) {
    case 'iptables':
      return new Keeper({...task, backend: iptablesBackend(chain)}, tools);
    case 'ipset':
      return new Keeper({...task, backend: ipsetBackend(chain)}, tools);
    case 'nftables':
      return new Keeper({...task, backend: nftablesBackend(chain.spec, family)}, tools);
  }
}

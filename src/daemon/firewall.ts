/**
 * The firewall as the daemon sees it: both families, under the backend that was chosen, and whatever
 * other backends have left behind. Which change is made is decided in `firewall/`, by `Keeper` for
 * one family; here only which keepers there are.
 */
import type {Config} from '../config/schema.js';
import type {Part, Surplus} from '../firewall/backend.js';
import type {Block} from '../firewall/block.js';
import type {ChainSpec} from '../firewall/chain.js';
import {iptablesBackend, type Variant} from '../firewall/chain-backend.js';
import type {ChainSettings} from '../firewall/chain-plan.js';
import {Intent} from '../firewall/intent.js';
import {ipsetBackend, setPart} from '../firewall/ipset.js';
import {nftablesBackend} from '../firewall/nftables.js';
import type {Say} from '../log-level.js';
import type {Family} from '../net/address.js';
import {type Enforced, Keeper, removePart, type RunCall, type Surroundings} from './keeper.js';

/** What the firewall needs of the configuration. */
export type FirewallSettings = Pick<
  Config,
  'backend' | 'iptablesChainName' | 'mailerPort' | 'flatChainMax' | 'hookPlace'
>;

/** A keeper, whatever its backend believes. */
type AnyKeeper = Pick<
  Keeper<never>,
  'enforce' | 'check' | 'look' | 'isInOrder' | 'enforced' | 'remove' | 'stop'
>;

export class Firewall {
  readonly #settings: FirewallSettings;
  readonly #surroundings: Surroundings;
  readonly #intents = new Map<Family, Intent>();
  readonly #keepers = new Map<Family, AnyKeeper>();
  /** What other backends may have left behind. */
  #leftovers: readonly Leftover[] = [];
  #removal: Promise<void> | undefined;
  #isStopped = false;
  /** What was said of a leftover: its name → why it stays. */
  readonly #complaints = new Map<string, string>();

  constructor(settings: FirewallSettings, families: readonly Family[], surroundings: Surroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
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
  async enforce(surplus: Surplus): Promise<void> {
    await this.#each((keeper) => keeper.enforce(surplus));
  }

  /** Compares with the kernel, and repairs. */
  async check(): Promise<void> {
    await this.#each((keeper) => keeper.check());
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
    this.#leftovers = [...this.#keepers.keys()].flatMap((family) =>
      leftoversBeside(this.#settings, family, otherVariant),
    );
    await this.#removeLeftovers();
  }

  /** Whether the network's family has taken all that was decided. */
  isEnforced(network: string): boolean {
    return this.#keepers.get(familyOf(network))?.isInOrder ?? true;
  }

  get enforced(): ReadonlyMap<Family, Enforced> {
    return new Map([...this.#keepers].map(([family, keeper]) => [family, keeper.enforced]));
  }

  async stop(firewall: 'leave' | 'remove'): Promise<'left' | 'removed' | 'failed'> {
    // What is left over for this backend may be the next one's own.
    this.#isStopped = true;
    await this.#removal;
    const keepers = [...this.#keepers.values()];
    if (firewall === 'leave') {
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
    const {run, say} = this.#surroundings;
    for (const leftover of this.#leftovers) {
      if (this.#isStopped) return;
      if ([...this.#keepers.values()].some((keeper) => !keeper.isInOrder)) return;
      const failure = await leftover.remove(run, say);
      if (failure === undefined) {
        this.#leftovers = this.#leftovers.filter((each) => each !== leftover);
        continue;
      }
      // Tried at each check, for ever where a kernel cannot do what a program asks of it.
      if (this.#complaints.get(leftover.name) === failure) continue;
      this.#complaints.set(leftover.name, failure);
      say(
        'warning',
        `${leftover.name}: perhaps left behind, not removed: ${failure} (trying again)`,
      );
    }
  }
}

const familyOf = (network: string): Family => (network.includes(':') ? 6 : 4);

export const chainSpec = (config: FirewallSettings): ChainSpec => ({
  chain: config.iptablesChainName,
  port: config.mailerPort,
});

function chainSettings(settings: FirewallSettings, family: Family): ChainSettings {
  const {flatChainMax: flatMax, hookPlace, backend} = settings;
  const carrier = backend === 'ipset' ? 'set' : 'rules';
  return {spec: chainSpec(settings), family, carrier, flatMax, hookPlace};
}

function makeKeeper(
  settings: FirewallSettings,
  family: Family,
  intent: Intent,
  surroundings: Surroundings,
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

/** Something of ours that may be in the kernel, and how it goes. */
interface Leftover {
  readonly name: string;
  /** @returns why it failed, or undefined */
  readonly remove: (run: RunCall, say: Say) => Promise<string | undefined>;
}

function leftoverOf<Actual>(part: Part<Actual>): Leftover {
  return {
    name: part.name,
    remove: async (run, say) => {
      const end = await removePart(part, run);
      if (end.kind === 'removed') say('notice', `${part.name}: left behind, and removed`);
      return end.kind === 'failed' ? end.why : undefined;
    },
  };
}

/** In the order in which they can go: the chain holds the set. */
function leftoversBeside(
  settings: FirewallSettings,
  family: Family,
  otherVariant: Variant | undefined,
): Leftover[] {
  const chain = chainSettings({...settings, backend: 'iptables'}, family);
  const {spec} = chain;
  const {backend} = settings;
  return [
    ...(otherVariant === undefined ? [] : [leftoverOf(iptablesBackend(chain, otherVariant))]),
    ...(backend === 'nftables' ? [leftoverOf(iptablesBackend(chain))] : []),
    ...(backend === 'ipset' ? [] : [leftoverOf(setPart(spec, family))]),
    ...(backend === 'nftables' ? [] : [leftoverOf(nftablesBackend(spec, family))]),
  ];
}

/**
 * Takes all that is ours out of both families, whichever backend has made it.
 *
 * @returns why something stays, one line each
 */
export async function removeAll(
  settings: FirewallSettings,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  {run, say}: Pick<Surroundings, 'run' | 'say'>,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const family of families) {
    // All but the table of nftables first, then that: no backend is left out.
    const {spec} = chainSettings(settings, family);
    const others = leftoversBeside({...settings, backend: 'nftables'}, family, otherVariant);
    for (const part of [...others, leftoverOf(nftablesBackend(spec, family))]) {
      const failure = await part.remove(run, say);
      if (failure !== undefined) failures.push(`${part.name}: not removed: ${failure}`);
    }
  }
  return failures;
}

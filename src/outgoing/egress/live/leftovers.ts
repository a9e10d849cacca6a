/**
 * What the egress guard may have left in the kernel: under other names, of other backends, or at
 * all if there should be none now. `egress-guard.ts` decides when to try.
 */
import type {Config} from '../../../config/schema.js';
import {orNoChain} from '../../../firewall/hidden-chain.js';
import type {Variant} from '../../../firewall/iptables-calls.js';
import type {KeeperTools} from '../../../firewall/live/keeper.js';
import {
  inOrder,
  type Leftover,
  type LeftoverGroup,
  leftoverOf,
  removeGroups,
} from '../../../firewall/live/leftover.js';
import type {State} from '../../../guard/state.js';
import type {Family} from '../../../net/address.js';
import {egressChainBackend} from '../chain.js';
import {egressTableBackend} from '../nftables.js';
import type {EgressMode} from '../rules.js';

/** Names of chains under which something may stand, or be loaded again: settings change while nobody runs. */
export interface EgressFormer {
  readonly chains: () => readonly string[];
  /** From now on something may. Said before the first batch. */
  readonly note: (chain: string) => void;
}

/** Names that are remembered. A count: each costs some calls of programs at every check. */
export const mostFormerGuards = 8;

export const formerEgress = ({egressChains}: State): EgressFormer => ({
  chains: () => [...egressChains.values()].map(({chain}) => chain),
  note: (chain) => {
    // It becomes the newest, so that the one in force is never forgotten.
    if ([...egressChains.values()].at(-1)?.chain !== chain) egressChains.set(chain, {chain});
    if (egressChains.size > mostFormerGuards) egressChains.takeOldest();
  },
});

interface EgressPlace {
  readonly backend: Config['backend'];
  readonly outboundChainName: string;
  /** `none`: nothing is in force, and all goes. */
  readonly mode: EgressMode | 'none';
  readonly families: readonly Family[];
}

/** All that may be left beside what is in force. */
export function egressLeftovers(
  {backend, outboundChainName, mode, families}: EgressPlace,
  otherVariant: Variant | undefined,
  former: EgressFormer,
): Leftover[] {
  return former.chains().flatMap((chain) => {
    const isInForce = mode !== 'none' && chain === outboundChainName;
    return isInForce
      ? families.flatMap((family) => partsOf(chain, family, otherVariant, backend, backend))
      : inOrder(allUnder(chain, families, otherVariant, backend));
  });
}

/** All that any backend may have made under this name. */
const allUnder = (
  chain: string,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  backend: Config['backend'],
): LeftoverGroup => ({
  name: `chain ${chain}`,
  parts: families.flatMap((family) => partsOf(chain, family, otherVariant, 'none', backend)),
  // The name is kept: rules that were saved once may be loaded again.
  onGone: () => undefined,
});

/** @param inForce the backend whose own parts are left out */
function partsOf(
  chain: string,
  family: Family,
  otherVariant: Variant | undefined,
  inForce: Config['backend'] | 'none',
  backend: Config['backend'],
): Leftover[] {
  const chainPart = (variant: Variant): Leftover => {
    const plain = egressChainBackend(chain, family, 'any', variant);
    // As with the chain of the blocks (`blocks/live/leftovers.ts`).
    return backend === 'nftables' ? leftoverOf(orNoChain(plain, chain, family)) : leftoverOf(plain);
  };
  const ownVariants: Variant[] = inForce === 'none' || inForce === 'nftables' ? [''] : [];
  const variants = otherVariant === undefined ? ownVariants : [otherVariant, ...ownVariants];
  return [
    ...variants.map(chainPart),
    ...(inForce === 'nftables' ? [] : [leftoverOf(egressTableBackend(chain, family))]),
  ];
}

/**
 * Takes all of the egress guard out of both families, whichever backend has made it.
 *
 * @param former undefined where nobody knows of other names
 * @returns why something stays, one line each
 */
export function removeEgress(
  {outboundChainName: chain, backend}: Pick<Config, 'outboundChainName' | 'backend'>,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  tools: KeeperTools,
  former: EgressFormer | undefined,
): Promise<readonly string[]> {
  const names = [...new Set([chain, ...(former?.chains() ?? [])])];
  return removeGroups(
    names.map((name) => allUnder(name, families, otherVariant, backend)),
    tools,
  );
}

/**
 * Rules of the egress guard that should not be in the kernel any more: those under other names, those of
 * other backends, or all of them if the guard is off. `egress-guard.ts` decides when to remove them.
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

/** Names of chains that may be in the kernel, or be restored: settings change while no daemon runs. */
export interface EgressFormer {
  readonly chains: () => readonly string[];
  /** From now on this chain may be there. Called before the first batch. */
  readonly note: (chain: string) => void;
}

/** Names that are remembered. A count: each costs some program calls at every check. */
export const mostFormerGuards = 8;

export const formerEgress = ({egressChains}: State): EgressFormer => ({
  chains: () => [...egressChains.values()].map(({chain}) => chain),
  note: (chain) => {
    // The name in force becomes the newest, so that it is never forgotten.
    if ([...egressChains.values()].at(-1)?.chain !== chain) egressChains.set(chain, {chain});
    if (egressChains.size > mostFormerGuards) egressChains.takeOldest();
  },
});

interface EgressPlace {
  readonly backend: Config['backend'];
  readonly outboundChainName: string;
  /** `none`: no rules are wanted, and all are removed. */
  readonly mode: EgressMode | 'none';
  readonly families: readonly Family[];
}

/** Everything that may be left besides what is in force. */
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

/** Everything that any backend may have made under this name. */
const allUnder = (
  chain: string,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  backend: Config['backend'],
): LeftoverGroup => ({
  name: `chain ${chain}`,
  parts: families.flatMap((family) => partsOf(chain, family, otherVariant, 'none', backend)),
  // The name is kept: another tool may have saved the rules, and can restore them.
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
    // For the same reason as with the chain of the blocks (`blocks/live/leftovers.ts`).
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
 * Removes all rules of the egress guard from both families, whichever backend has made them.
 *
 * @param former undefined if earlier names are not known
 * @returns why something stays, one line for each failure
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

/**
 * What other backends, other names and other ports may have left in the kernel, and in which order it
 * must be removed. `block-rules.ts` and `FamilyKeepers` decide when to try.
 */
import {iptablesBackend} from '../chain/backend.js';
import type {ChainSettings} from '../chain/plan.js';
import type {ChainSpec, Traffic} from '../chain/spec.js';
import {chainSpec, type FirewallSettings} from './settings.js';
import {setPart} from '../sets/ipset.js';
import {nftablesBackend} from '../sets/nftables.js';
import {orNoChain} from '../../firewall/hidden-chain.js';
import type {Variant} from '../../firewall/iptables-calls.js';
import type {KeeperTools} from '../../firewall/live/keeper.js';
import {
  type Leftover,
  type LeftoverGroup,
  leftoverOf,
  removeGroups,
} from '../../firewall/live/leftover.js';
import type {Family} from '../../net/address.js';

/**
 * What earlier configurations made. This includes what was removed before: somebody may load it again.
 */
export interface Former {
  /** Under the present name, for other ports or at other hooks. */
  readonly traffic: readonly Traffic[];
  /** Under other names. */
  readonly specs: readonly ChainSpec[];
  /** Called when none of the chain's rules is left. */
  readonly noteGone: (spec: ChainSpec) => void;
}

export const noFormer: Former = {traffic: [], specs: [], noteGone: () => undefined};

/** Everything that any backend may have made under this name. */
export const allUnder = (
  spec: ChainSpec,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  former: Pick<Former, 'noteGone'>,
  backend: FirewallSettings['backend'],
): LeftoverGroup => ({
  name: nameOf(spec),
  parts: families.flatMap((family) => partsOf(spec, family, otherVariant, 'none', backend)),
  onGone: () => former.noteGone(spec),
});

/** For people. */
const nameOf = ({chain, ports}: ChainSpec): string =>
  `chain ${chain} for ${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')}`;

/**
 * The parts in the order in which they can be removed: the chain refers to the set.
 *
 * @param inForce the backend whose own parts stay; `none`: everything goes
 */
function partsOf(
  spec: ChainSpec,
  family: Family,
  otherVariant: Variant | undefined,
  inForce: FirewallSettings['backend'] | 'none',
  backend: FirewallSettings['backend'],
): Leftover[] {
  const chain = anyChain(spec, family);
  // With iptables in use, a table that it cannot read is a failure. With nftables it need not matter.
  const plain = iptablesBackend(chain);
  const own =
    backend === 'nftables' ? leftoverOf(orNoChain(plain, spec.chain, family)) : leftoverOf(plain);
  const hasChain = inForce === 'iptables' || inForce === 'ipset';
  return [
    ...(otherVariant === undefined ? [] : [leftoverOf(iptablesBackend(chain, otherVariant))]),
    ...(hasChain ? [] : [own]),
    ...(inForce === 'ipset' ? [] : [leftoverOf(setPart(spec, family))]),
    ...(inForce === 'nftables' ? [] : [leftoverOf(nftablesBackend(spec, family))]),
  ];
}

/** To remove a chain, only its name and its packets matter. */
const anyChain = (spec: ChainSpec, family: Family): ChainSettings => ({
  ...{spec, family, carrier: 'rules', flatMax: 0, hookPlace: 'any'},
});

/** Leftovers that may exist beside the backend in force. */
export const leftoversBeside = (
  settings: FirewallSettings,
  family: Family,
  otherVariant: Variant | undefined,
  {traffic}: Former,
): Leftover[] =>
  partsOf(chainSpec(settings, traffic), family, otherVariant, settings.backend, settings.backend);

/**
 * Removes everything of ours from both families, whichever backend made it.
 *
 * @param former what was made under other names and ports
 * @returns why something stays, one line for each reason
 */
export function removeAll(
  settings: FirewallSettings,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  tools: KeeperTools,
  former: Former = noFormer,
): Promise<readonly string[]> {
  const specs = [chainSpec(settings, former.traffic), ...former.specs];
  return removeGroups(
    specs.map((spec) => allUnder(spec, families, otherVariant, former, settings.backend)),
    tools,
  );
}

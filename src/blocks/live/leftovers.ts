/**
 * What may be left in the kernel of other backends, other names and other ports, and in which order
 * it goes. When that is tried is decided in `block-rules.ts` and `FamilyKeepers`.
 */
import {chainPlan, iptablesBackend} from '../chain/backend.js';
import type {ChainState, ChainStep} from '../chain/chain.js';
import type {ChainSettings} from '../chain/plan.js';
import type {ChainSpec} from '../chain/spec.js';
import {chainSpec, type FirewallSettings} from './settings.js';
import {setPart} from '../sets/ipset.js';
import {nftablesBackend} from '../sets/nftables.js';
import {orNoChain} from '../../firewall/hidden-chain.js';
import type {Variant} from '../../firewall/iptables-calls.js';
import type {KeeperTools} from '../../firewall/live/keeper.js';
import {
  inOrder,
  type Leftover,
  type LeftoverGroup,
  leftoverOf,
  removeGroups,
} from '../../firewall/live/leftover.js';
import type {Family} from '../../net/address.js';

/** What was made under another name or port, by an earlier configuration. */
export interface Former {
  /** All that are remembered: what was removed once may be loaded again. */
  readonly specs: readonly ChainSpec[];
  /** Of these, whose rules have not been seen gone since they were made. */
  readonly standing: readonly ChainSpec[];
  /** Called when none of its rules stands. */
  readonly noteGone: (spec: ChainSpec) => void;
}

export const noFormer: Former = {specs: [], standing: [], noteGone: () => undefined};

/**
 * What stands in the way of ours, because its chain has the same name. A table of nftables with this
 * name is ours already, and its keeper makes it anew.
 */
export const obstacleOf = (
  spec: ChainSpec,
  families: readonly Family[],
  former: Former,
): Leftover =>
  inOrder({
    name: nameOf(spec),
    parts: families.flatMap((family) => [
      leftoverOf(iptablesBackend(anyChain(spec, family))),
      leftoverOf(setPart(spec, family)),
    ]),
    onGone: () => former.noteGone(spec),
  });

/** All that any backend may have made under this name. */
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
const nameOf = ({chain, port}: ChainSpec): string => `chain ${chain} for port ${port}`;

/**
 * In the order in which they can go: the chain holds the set.
 *
 * @param inForce the backend whose own parts are left out; `none`: all go
 */
function partsOf(
  spec: ChainSpec,
  family: Family,
  otherVariant: Variant | undefined,
  inForce: FirewallSettings['backend'] | 'none',
  backend: FirewallSettings['backend'],
): Leftover[] {
  const chain = anyChain(spec, family);
  // Whoever uses iptables is told that it cannot read its table; to others that need not matter.
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

/** Of a chain that is to go only its name and port matter. */
const anyChain = (spec: ChainSpec, family: Family): ChainSettings => ({
  ...{spec, family, carrier: 'rules', flatMax: 0, hookPlace: 'any'},
});

/**
 * Rules of another port in the chain that is ours now, loaded again after it was made anew: each of them
 * by itself, for the chain and its other rules stay.
 */
export const rulesOfOtherPort = (spec: ChainSpec, families: readonly Family[]): Leftover[] =>
  families.map((family) => {
    const settings = anyChain(spec, family);
    const backend = iptablesBackend(settings);
    const rules = {
      name: `rules for port ${spec.port} in ${backend.name}`,
      read: backend.read,
      removal: (actual: ChainState) => chainPlan(settings, '', actual, singleRules(actual)),
    };
    return leftoverOf(orNoChain(rules, spec.chain, family));
  });

function singleRules({hookCount, chains}: ChainState): ChainStep[] {
  const often = (times: number, step: ChainStep): ChainStep[] =>
    Array.from({length: times}, () => step);
  return [
    ...often(hookCount, {kind: 'deleteHook'}),
    ...[...chains].flatMap(([chain, {drops, matches}]) => [
      ...[...drops].flatMap(([network, times]) => often(times, {kind: 'delete', chain, network})),
      ...often(matches, {kind: 'deleteMatch', chain}),
    ]),
  ];
}

/** What may stand beside that of the backend in force. */
export const leftoversBeside = (
  settings: FirewallSettings,
  family: Family,
  otherVariant: Variant | undefined,
): Leftover[] =>
  partsOf(chainSpec(settings), family, otherVariant, settings.backend, settings.backend);

/**
 * Takes all that is ours out of both families, whichever backend has made it.
 *
 * @param former what was made under other names and ports
 * @returns why something stays, one line each
 */
export function removeAll(
  settings: FirewallSettings,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  tools: KeeperTools,
  former: Former = noFormer,
): Promise<readonly string[]> {
  const specs = [chainSpec(settings), ...former.specs];
  return removeGroups(
    specs.map((spec) => allUnder(spec, families, otherVariant, former, settings.backend)),
    tools,
  );
}

/**
 * What may be left in the kernel of other backends, other names and other ports, and in which order
 * it goes. When that is tried is decided in `block-rules.ts`.
 */
import {iptablesBackend} from '../chain/backend.js';
import type {ChainSettings} from '../chain/plan.js';
import type {ChainSpec} from '../chain/spec.js';
import {chainSpec, type FirewallSettings} from './settings.js';
import {setPart} from '../sets/ipset.js';
import {nftablesBackend} from '../sets/nftables.js';
import type {Variant} from '../../firewall/iptables-calls.js';
import type {KeeperTools} from '../../firewall/live/keeper.js';
import {allOf, type Leftover, leftoverOf} from '../../firewall/live/leftover.js';
import type {Family} from '../../net/address.js';

/** What was made under another name or port, by an earlier configuration; and what to do when it is gone. */
export interface Former {
  readonly specs: readonly ChainSpec[];
  readonly forget: (spec: ChainSpec) => void;
}

/** The chain has the name of ours, so that of nftables' tables is ours, and made anew by its keeper. */
export const obstacleOf = (
  spec: ChainSpec,
  families: readonly Family[],
  former: Former,
): Leftover =>
  allOf(
    nameOf(spec),
    families.flatMap((family) => [
      leftoverOf(iptablesBackend(anyChain(spec, family))),
      leftoverOf(setPart(spec, family)),
    ]),
    () => former.forget(spec),
  );

/** Whatever any backend has made under this name. */
export const formerOf = (
  spec: ChainSpec,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  former: Pick<Former, 'forget'>,
): Leftover =>
  allOf(
    nameOf(spec),
    families.flatMap((family) => partsOf(spec, family, otherVariant, 'none')),
    () => former.forget(spec),
  );

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
): Leftover[] {
  const chain = anyChain(spec, family);
  const hasChain = inForce === 'iptables' || inForce === 'ipset';
  return [
    ...(otherVariant === undefined ? [] : [leftoverOf(iptablesBackend(chain, otherVariant))]),
    ...(hasChain ? [] : [leftoverOf(iptablesBackend(chain))]),
    ...(inForce === 'ipset' ? [] : [leftoverOf(setPart(spec, family))]),
    ...(inForce === 'nftables' ? [] : [leftoverOf(nftablesBackend(spec, family))]),
  ];
}

/** Of a chain that is to go only its name and port matter. */
const anyChain = (spec: ChainSpec, family: Family): ChainSettings => ({
  ...{spec, family, carrier: 'rules', flatMax: 0, hookPlace: 'any'},
});

/** What may stand beside that of the backend in force. */
export const leftoversBeside = (
  settings: FirewallSettings,
  family: Family,
  otherVariant: Variant | undefined,
): Leftover[] => partsOf(chainSpec(settings), family, otherVariant, settings.backend);

/**
 * Takes all that is ours out of both families, whichever backend has made it.
 *
 * @param former what was made under other names and ports
 * @returns why something stays, one line each
 */
export async function removeAll(
  settings: FirewallSettings,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  {run, say}: Pick<KeeperTools, 'run' | 'say'>,
  former: Former = {specs: [], forget: () => undefined},
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const spec of [chainSpec(settings), ...former.specs]) {
    let isGone = true;
    for (const part of families.flatMap((family) => partsOf(spec, family, otherVariant, 'none'))) {
      const failure = await part.remove(run, say);
      if (failure === undefined) continue;
      isGone = false;
      failures.push(`${part.name}: not removed: ${failure}`);
    }
    if (isGone) former.forget(spec);
  }
  return failures;
}

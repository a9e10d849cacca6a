/**
 * What may be left in the kernel of other backends, other names and other ports, and in which order
 * it goes. When that is tried is decided in `firewall.ts`.
 */
import type {Part} from '../firewall/backend.js';
import type {ChainSpec} from '../firewall/chain.js';
import {iptablesBackend, type Variant} from '../firewall/chain-backend.js';
import type {ChainSettings} from '../firewall/chain-plan.js';
import {setPart} from '../firewall/ipset.js';
import {nftablesBackend} from '../firewall/nftables.js';
import type {Say} from '../log-level.js';
import type {Family} from '../net/address.js';
import {chainSpec, type FirewallSettings} from './firewall-settings.js';
import {removePart, type RunCall, type Surroundings} from './keeper.js';

/** What was made under another name or port, by an earlier configuration; and what to do when it is gone. */
export interface Former {
  readonly specs: readonly ChainSpec[];
  readonly forget: (spec: ChainSpec) => void;
}

/** Something of ours that may be in the kernel, and how it goes. */
export interface Leftover {
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

/** One after the other, up to the first that stays; when all are gone the spec is forgotten. */
function allOf(
  spec: ChainSpec,
  parts: readonly Leftover[],
  {forget}: Pick<Former, 'forget'>,
): Leftover {
  return {
    name: `chain ${spec.chain} for port ${spec.port}`,
    remove: async (run, say) => {
      for (const part of parts) {
        const failure = await part.remove(run, say);
        if (failure !== undefined) return `${part.name}: ${failure}`;
      }
      forget(spec);
      return undefined;
    },
  };
}

/** The chain has the name of ours, so that of nftables' tables is ours, and made anew by its keeper. */
export const obstacleOf = (
  spec: ChainSpec,
  families: readonly Family[],
  former: Former,
): Leftover =>
  allOf(
    spec,
    families.flatMap((family) => [
      leftoverOf(iptablesBackend(anyChain(spec, family))),
      leftoverOf(setPart(spec, family)),
    ]),
    former,
  );

/** Whatever any backend has made under this name. */
export const formerOf = (
  spec: ChainSpec,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  former: Pick<Former, 'forget'>,
): Leftover =>
  allOf(
    spec,
    families.flatMap((family) => partsOf(spec, family, otherVariant, 'none')),
    former,
  );

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
  {run, say}: Pick<Surroundings, 'run' | 'say'>,
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

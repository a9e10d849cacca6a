/**
 * What the greeting may have left in the kernel: of other backends, or at all if there should be
 * nothing now. `gate-rules.ts` decides when to try.
 */
import type {Config} from '../../../config/schema.js';
import {orNoChain} from '../../../firewall/hidden-chain.js';
import type {Variant} from '../../../firewall/iptables-calls.js';
import type {KeeperTools} from '../../../firewall/live/keeper.js';
import {type Leftover, leftoverOf, removeGroups} from '../../../firewall/live/leftover.js';
import type {State} from '../../../guard/state.js';
import type {Family} from '../../../net/address.js';
import {gateChainPart, gateSetPart, gateSets} from '../chains.js';
import {gateTableBackend} from '../nftables.js';
import {gateName, type GateMode} from '../spec.js';

/** Whether something of ours may stand, or be loaded again: settings change while nobody runs. */
export interface GateFormer {
  readonly mayStand: () => boolean;
  /** From now on something may. Said before the first batch. */
  readonly note: () => void;
}

export const formerGate = ({greetingRules}: Pick<State, 'greetingRules'>): GateFormer => ({
  mayStand: () => greetingRules.get(gateName) !== undefined,
  note: () => {
    if (greetingRules.get(gateName) === undefined) greetingRules.set(gateName, {chain: gateName});
  },
});

interface GatePlace {
  readonly backend: Config['backend'];
  readonly mode: GateMode | 'off';
  readonly families: readonly Family[];
}

/** All that may be left beside what is in force, in the order in which it can go: chains hold the sets. */
export function gateLeftovers(
  {backend, mode, families}: GatePlace,
  otherVariant: Variant | undefined,
): Leftover[] {
  const inForce = mode === 'off' ? 'none' : backend;
  return families.flatMap((family) => {
    const chains = (variant: Variant): Leftover[] =>
      (['nat', 'filter'] as const).map((table) => {
        const plain = gateChainPart(family, table, variant);
        // As with the chain of the blocks (`blocks/live/leftovers.ts`).
        return backend === 'nftables' && table === 'filter'
          ? leftoverOf(orNoChain(plain, gateName, family))
          : leftoverOf(plain);
      });
    const hasChains = inForce === 'iptables' || inForce === 'ipset';
    return [
      ...(otherVariant === undefined ? [] : chains(otherVariant)),
      ...(hasChains ? [] : chains('')),
      ...(inForce === 'ipset' ? [] : gateSets(family).map((name) => leftoverOf(gateSetPart(name)))),
      ...(inForce === 'nftables' ? [] : [leftoverOf(gateTableBackend(family))]),
    ];
  });
}

/**
 * Takes all of the greeting out of both families, whichever backend has made it.
 *
 * @returns why something stays, one line each
 */
export function removeGate(
  {backend}: Pick<Config, 'backend'>,
  families: readonly Family[],
  otherVariant: Variant | undefined,
  tools: KeeperTools,
): Promise<readonly string[]> {
  const parts = gateLeftovers({backend, mode: 'off', families}, otherVariant);
  return removeGroups([{name: `chain ${gateName}`, parts, onGone: () => undefined}], tools);
}

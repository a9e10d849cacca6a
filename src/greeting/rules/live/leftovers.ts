/**
 * Rules of the greeting that should not be in the kernel any more: those of other backends, or all of
 * them if the greeting is off. `gate-rules.ts` decides when to remove them.
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
import {gateName} from '../../../config/kinds/chain-names.js';
import {type GateMode} from '../spec.js';

/** Whether rules of ours may be in the kernel, or be restored: settings change while no daemon runs. */
export interface GateFormer {
  readonly mayStand: () => boolean;
  /** From now on rules may be there. Called before the first batch. */
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

/** Everything that may be left besides what is in force. Chains come before the sets that they match. */
export function gateLeftovers(
  {backend, mode, families}: GatePlace,
  otherVariant: Variant | undefined,
): Leftover[] {
  const inForce = mode === 'off' ? 'none' : backend;
  return families.flatMap((family) => {
    const chains = (variant: Variant): Leftover[] =>
      (['nat', 'filter'] as const).map((table) => {
        const plain = gateChainPart(family, table, variant);
        // For the same reason as with the chain of the blocks (`blocks/live/leftovers.ts`).
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
 * Removes all rules and sets of the greeting from both families, whichever backend has made them.
 *
 * @returns why something stays, one line for each failure
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

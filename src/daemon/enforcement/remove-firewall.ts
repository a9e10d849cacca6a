/**
 * Removes everything of ours from the kernel, of every backend and every earlier name: for `flush`.
 */
import type {Config} from '../../config/schema.js';
import type {Call} from '../../firewall/backend.js';
import type {Say} from '../../base/say.js';
import type {State} from '../../guard/state.js';
import {machineFamilies, otherVariant, runFirewallCall} from '../../sys/firewall/netfilter.js';
import {formerGate, removeGate} from '../../greeting/rules/live/leftovers.js';
import {formerEgress, removeEgress} from '../../outgoing/egress/live/leftovers.js';
import {chainSpec, likelyTraffic} from '../../blocks/live/settings.js';
import {formerChains} from '../../blocks/live/former-chains.js';
import {noFormer, removeAll} from '../../blocks/live/leftovers.js';
import {guardedPorts, seenKey} from '../../sessions/served-ports.js';

interface Removed {
  readonly failures: readonly string[];
  readonly removed: 'something' | 'nothing';
}

/**
 * @param state knows what was made under other names and ports; undefined: it cannot be read
 * @returns why something stays, one line for each reason; and whether anything was removed
 */
export async function removeFirewall(
  config: Config,
  say: Say,
  state: State | undefined,
): Promise<Removed> {
  let removed: Removed['removed'] = 'nothing';
  // Each removed part logs one notice; nothing else does.
  const hear: Say = (level, message) => {
    if (level === 'notice') removed = 'something';
    say(level, message);
  };
  const surroundings = {run: (call: Call) => runFirewallCall(call), say: hear};
  const ports = guardedPorts(config.mailerPorts, state?.mailerPorts.get(seenKey));
  const settings = {...config, ports};
  const former = state && formerChains(state, chainSpec(settings));
  const [families, variant] = [machineFamilies(), await otherVariant()];
  const formerGuard = state && formerEgress(state);
  const failures = [
    ...(await removeAll(
      settings,
      families,
      variant,
      surroundings,
      former ?? {...noFormer, traffic: likelyTraffic(config.hookChains, config.greetingPort)},
    )),
    ...(await removeEgress(settings, families, variant, surroundings, formerGuard)),
    // If nothing was ever made in the table nat, it is not even listed: that would create it.
    ...(config.greeting === 'off' && state !== undefined && !formerGate(state).mayStand()
      ? []
      : await removeGate(settings, families, variant, surroundings)),
  ];
  return {failures, removed};
}

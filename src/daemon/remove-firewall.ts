/** Takes all that is ours out of the kernel, of every backend and every earlier name: for `flush`. */
import type {Call} from '../firewall/backend.js';
import type {Say} from '../log-level.js';
import type {State} from '../state/state.js';
import {machineFamilies, otherVariant, runFirewallCall} from '../sys/netfilter.js';
import {chainSpec, type FirewallSettings} from './firewall-settings.js';
import {formerChains} from './former-chains.js';
import {removeAll} from './leftovers.js';

/**
 * @param state knows what was made under other names and ports; undefined where it cannot be read
 * @returns why something stays, one line each
 */
export async function removeFirewall(
  settings: FirewallSettings,
  say: Say,
  state: State | undefined,
): Promise<readonly string[]> {
  const surroundings = {run: (call: Call) => runFirewallCall(call), say};
  const former = state && formerChains(state, chainSpec(settings));
  return removeAll(settings, machineFamilies(), await otherVariant(), surroundings, former);
}

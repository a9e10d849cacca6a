/** Takes all that is ours out of the kernel, of every backend: for `flush`, and after a reload that renamed the chain. */
import type {Call} from '../firewall/backend.js';
import type {Say} from '../log-level.js';
import {machineFamilies, otherVariant, runFirewallCall} from '../sys/netfilter.js';
import {type FirewallSettings, removeAll} from './firewall.js';

/** @returns why something stays, one line each */
export async function removeFirewall(
  settings: FirewallSettings,
  say: Say,
): Promise<readonly string[]> {
  const surroundings = {run: (call: Call) => runFirewallCall(call), say};
  return removeAll(settings, machineFamilies(), await otherVariant(), surroundings);
}

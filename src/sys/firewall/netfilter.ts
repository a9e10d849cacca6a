/** Calls the programs of the firewall. Does not make their input, and does not read their output. */
import fs from 'node:fs';
import type {Family} from '../../net/address.js';
import {type CommandResult, runCommand} from '../run/command.js';

/** Time for one call. Ms: it may wait for five seconds for another tool's xtables lock. */
export const callTimeoutMs = 20_000;

export interface FirewallCall {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly input: string;
}

/** @param timeoutMs a program that hangs is given up after this */
export function runFirewallCall(
  {program, parameters, input}: FirewallCall,
  timeoutMs = callTimeoutMs,
): Promise<CommandResult> {
  return runCommand(program, parameters, {input, timeoutMs});
}

/** The address families of this machine. The kernel has the file for IPv6 even if there is no address. */
export function machineFamilies(): Family[] {
  return fs.existsSync('/proc/net/if_inet6') ? [4, 6] : [4];
}

/** The first line of a program's version; undefined if it cannot be run. */
export async function programVersion(program: string): Promise<string | undefined> {
  const said = await runFirewallCall({program, parameters: ['-V'], input: ''});
  return said.kind === 'done' ? (said.stdout.split('\n', 1)[0] ?? '') : undefined;
}

/** Files in which the kernel names the tables of iptables-legacy and ip6tables-legacy. */
const legacyTables = ['/proc/net/ip_tables_names', '/proc/net/ip6_tables_names'];

/**
 * The other variant of iptables, if it may have rules: when an administrator changes
 * `update-alternatives`, the rules of the first variant stay.
 */
export async function otherVariant(): Promise<'-legacy' | '-nft' | undefined> {
  const version = await runFirewallCall({program: 'iptables', parameters: ['-V'], input: ''});
  if (version.kind !== 'done') return undefined;
  if (version.stdout.includes('legacy')) return '-nft';
  // Called without need, iptables-legacy would create its tables.
  return hasLegacyTables() ? '-legacy' : undefined;
}

function hasLegacyTables(): boolean {
  return legacyTables.some((path) => {
    try {
      return fs.readFileSync(path, 'latin1').split('\n').includes('filter');
    } catch {
      return false;
    }
  });
}

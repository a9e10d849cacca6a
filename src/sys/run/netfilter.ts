/** Calls the programs of the firewall. Others make the input, and read the output. */
import fs from 'node:fs';
import type {Family} from '../../net/address.js';
import {type CommandResult, runCommand} from './command.js';

/** Includes five seconds of waiting for another tool's xtables lock. Ms. */
const callTimeoutMs = 20_000;

export interface FirewallCall {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly input: string;
}

/** @param timeoutMs when a program that hangs is given up */
export function runFirewallCall(
  {program, parameters, input}: FirewallCall,
  timeoutMs = callTimeoutMs,
): Promise<CommandResult> {
  return runCommand(program, parameters, {input, timeoutMs});
}

/** Whether this machine speaks IPv6 at all: the kernel shows the file even without an address. */
export function machineFamilies(): Family[] {
  return fs.existsSync('/proc/net/if_inet6') ? [4, 6] : [4];
}

/** The first line of what it says of its version; undefined when it cannot be run. */
export async function programVersion(program: string): Promise<string | undefined> {
  const said = await runFirewallCall({program, parameters: ['-V'], input: ''});
  return said.kind === 'done' ? (said.stdout.split('\n', 1)[0] ?? '') : undefined;
}

/** Where the kernel names the tables that iptables-legacy and ip6tables-legacy have made. */
const legacyTables = ['/proc/net/ip_tables_names', '/proc/net/ip6_tables_names'];

/**
 * The other of the two programs called iptables, where it may hold something: an administrator who
 * has changed `update-alternatives` leaves behind what the first one made.
 */
export async function otherVariant(): Promise<'-legacy' | '-nft' | undefined> {
  const version = await runFirewallCall({program: 'iptables', parameters: ['-V'], input: ''});
  if (version.kind !== 'done') return undefined;
  if (version.stdout.includes('legacy')) return '-nft';
  // Asked without need, iptables-legacy would make tables of its own.
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

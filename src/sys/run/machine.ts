/** Small facts about this machine and this process: name, addresses, rights, program. */
import fs from 'node:fs';
import os from 'node:os';
import {type Address, parseAddress} from '../../net/address.js';

/** Bits of CapEff in /proc/PID/status (linux/capability.h). */
const capabilityBits = {
  CAP_DAC_OVERRIDE: 1n,
  CAP_KILL: 5n,
  CAP_SETGID: 6n,
  CAP_SETUID: 7n,
  CAP_NET_ADMIN: 12n,
  CAP_NET_RAW: 13n,
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
} as const;

/** The rights that this process lacks. */
export function lackingCapabilities(
  names: readonly (keyof typeof capabilityBits)[],
): (keyof typeof capabilityBits)[] {
  const status = fs.readFileSync('/proc/self/status', 'latin1');
  const effective = BigInt(`0x${/^CapEff:\t([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return names.filter((name) => ((effective >> capabilityBits[name]) & 1n) === 0n);
}

/** On a system without users every process counts as root. */
export const isRoot = (): boolean => (process.geteuid?.() ?? 0) === 0;

/** The network namespace of this process: `net:[4026531840]`. */
export const ownNetwork = (): string => fs.readlinkSync('/proc/self/ns/net');

/** The command that starts this program again. */
export const ownWords = (): string[] => [process.execPath, process.argv[1] ?? ''];

export const hostName = (): string => os.hostname();

type LocalAddresses =
  | {readonly kind: 'read'; readonly addresses: readonly Address[]}
  /** We lack a descriptor, or the kernel lacks memory. It says nothing about the addresses. */
  | {readonly kind: 'unreadable'; readonly why: string};

/** The present addresses of all interfaces of this machine. Never fails. */
export function localAddresses(): LocalAddresses {
  try {
    const entries = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
    return {kind: 'read', addresses: entries.flatMap(({address}) => parseAddress(address) ?? [])};
  } catch (error) {
    return {kind: 'unreadable', why: (error as Error).message};
  }
}

/** Calls iptables of either family: reads the filter table, gives it a batch. Understands neither. */
import fs from 'node:fs';
import type {Family} from '../net/address.js';
import {type CommandResult, runCommand} from './command.js';

/** Includes five seconds of waiting for another tool's xtables lock. Ms. */
const callTimeoutMs = 20_000;

const prefix = {4: 'iptables', 6: 'ip6tables'} as const;

export function listFilterTable(family: Family): Promise<CommandResult> {
  return runCommand(`${prefix[family]}-save`, ['-t', 'filter'], {timeoutMs: callTimeoutMs});
}

/** All of the batch or nothing (iptables-restore(8)); the rest of the table stays as it is. */
export function restoreBatch(family: Family, batch: string): Promise<CommandResult> {
  const parameters = ['--noflush', '--wait', '5'];
  return runCommand(`${prefix[family]}-restore`, parameters, {
    input: batch,
    timeoutMs: callTimeoutMs,
  });
}

/** Whether this machine speaks IPv6 at all: the kernel shows the file even without an address. */
export function machineFamilies(): Family[] {
  return fs.existsSync('/proc/net/if_inet6') ? [4, 6] : [4];
}

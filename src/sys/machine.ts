/** Small facts of this machine: its name, its addresses, the time, who we are. */
import os from 'node:os';
import {setTimeout} from 'node:timers/promises';
import {type Address, parseAddress} from '../net/address.js';

export const nowMs = (): number => Date.now();

export const pause = (ms: number): Promise<void> => setTimeout(ms);

export const hostName = (): string => os.hostname();

/** All addresses of this machine, of all interfaces, as they are now. */
export function localAddresses(): Address[] {
  const entries = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
  return entries.flatMap(({address}) => parseAddress(address) ?? []);
}

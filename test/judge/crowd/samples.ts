/** Networks with a fresh table, and clients that ask in turn. */
import {PackedTable} from '../../../src/base/mechanisms/packed-table.js';
import {Networks, type NetworkVerdict} from '../../../src/judge/crowd/networks.js';
import type {Address} from '../../../src/net/address.js';
import {address} from '../../net/samples.js';

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
export const startMs = Date.parse('2026-03-02T10:00:00Z');

export const fresh = (ipv6Prefix = 64): {networks: Networks; table: PackedTable} => {
  const table = new PackedTable(Networks.layout);
  return {networks: new Networks(table, {ipv6Prefix}), table};
};

/** Each asks for so many names, a minute apart. @returns the verdicts, by how many had asked */
export function ask(
  networks: Networks,
  clients: readonly (string | Address)[],
  {names = 1, fromMs = startMs}: {names?: number; fromMs?: number} = {},
): [asked: number, verdict: NetworkVerdict][] {
  return clients.flatMap((one, i) => {
    const client = typeof one === 'string' ? address(one) : one;
    const verdicts = networks.asked(client, names, fromMs + i * minuteMs);
    return verdicts.map((each): [number, NetworkVerdict] => [i + 1, each]);
  });
}

export const hosts = (prefix: string, count: number, first = 1): string[] =>
  Array.from(
    {length: count},
    (_, i) => `${prefix}${(first + i).toString(prefix.includes(':') ? 16 : 10)}`,
  );

/**
 * Reads from `/proc/net/snmp` (kernel, net/ipv4/proc.c) how often a network namespace has opened a TCP
 * connection, of both families (RFC 4022 tcpActiveOpens). The kernel counts one when it already stands
 * in the tables, so while the count is the same no table has a new one that this machine opened.
 */

/** @returns the digits as they stand, for equality only; undefined when there are none */
export function activeOpensOf(snmp: string): string | undefined {
  const [names, counts] = [...snmp.matchAll(/^Tcp: (.*)$/gm)].map(([, row = '']) => row.split(' '));
  const column = names?.indexOf('ActiveOpens') ?? -1;
  const count = counts?.[column];
  return count !== undefined && /^\d+$/.test(count) ? count : undefined;
}

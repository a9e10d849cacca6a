/**
 * Reads from `/proc/net/snmp` (kernel, net/ipv4/proc.c) how many TCP connections of both families a
 * network namespace has opened (RFC 4022 tcpActiveOpens). The kernel counts a connection once it is in
 * the tables. So while the count stays the same, no table has a new connection that this machine
 * opened.
 */

/** @returns the digits, to compare for equality only; undefined: there are none */
export function activeOpensOf(snmp: string): string | undefined {
  const [names, counts] = [...snmp.matchAll(/^Tcp: (.*)$/gm)].map(([, row = '']) => row.split(' '));
  const column = names?.indexOf('ActiveOpens') ?? -1;
  const count = counts?.[column];
  return count !== undefined && /^\d+$/.test(count) ? count : undefined;
}

/** Samples: connections that wait, desired rules, and listings of nft. */
import type {EgressMode} from '../../../src/outgoing/egress/rules.js';
import {type EgressRules, holdSwitchSeconds} from '../../../src/outgoing/egress/rules.js';
import {EgressIntent} from '../../../src/outgoing/egress/releases.js';
import {type Family, parseAddress} from '../../../src/net/address.js';
import type {Connection} from '../../../src/outgoing/connection.js';
import {network} from '../../net/samples.js';

const hosts = {4: ['192.0.2.1', '192.0.2.25'], 6: ['2001:db8::1', '2001:db8::25']} as const;

export const connectionOf = (family: Family, localPort: number, uid = 1000): Connection => ({
  ...{network: 'net:[1]', uid, inode: String(localPort), phase: 'opening'},
  ...{local: parseAddress(hosts[family][0])!, localPort},
  ...{remote: parseAddress(hosts[family][1])!, remotePort: 25},
});

const startMs = Date.UTC(2026, 10, 21, 12);

export function rulesOf(
  family: Family,
  mode: EgressMode,
  released: readonly Connection[] = [],
  networks: readonly string[] = [family === 4 ? '198.51.100.0/24' : '2001:db8:5::/48'],
): EgressRules {
  const destinations = networks.map(network);
  const goal = new EgressIntent({
    ...{chain: 'BLOCKSMTP_OUT', ports: [25, 587], mode, destinations},
    ...{uids: [0, 103], switchSeconds: holdSwitchSeconds},
  });
  for (const connection of released) goal.release(connection, startMs);
  return goal;
}

/** The output of `nft -j list table` of that version, for a table of ours at port 25. */
export function listed(version: '1.0.6' | '1.1.3'): string {
  const names = ['fin', 'syn', 'rst', 'ack'];
  const flags = version === '1.0.6' ? names : {'|': names};
  const in_ = {family: 'ip', table: 'blocksmtp-BLOCKSMTP_OUT'};
  const field = (protocol: string, name: string) => ({payload: {protocol, field: name}});
  const match = (left: unknown, right: unknown) => ({match: {op: '==', left, right}});
  const rule = (chain: string, ...expr: unknown[]) => ({rule: {...in_, chain, handle: 9, expr}});
  const timed = (val: unknown, seconds: number) => ({
    elem: {val, timeout: seconds, expires: seconds - 1},
  });
  const set = (name: string, type: unknown, elem: unknown[]) => ({
    set: {...in_, name, type, handle: 1, flags: ['timeout'], elem},
  });
  const address = 'ipv4_addr';
  const sets = [
    set('ports', 'inet_service', [timed(25, 30)]),
    set(
      'released',
      [address, 'inet_service', address, 'inet_service'],
      [timed({concat: ['192.0.2.1', 4711, '192.0.2.25', 25]}, 130)],
    ),
  ];
  const chains = [
    {chain: {...in_, name: 'guard', handle: 3}},
    {chain: {...in_, name: 'output', type: 'filter', hook: 'output', prio: -10, policy: 'accept'}},
  ];
  const ends = [
    ...[field('ip', 'saddr'), field('tcp', 'sport')],
    ...[field('ip', 'daddr'), field('tcp', 'dport')],
  ];
  const pass = {return: null};
  const rules = [
    rule('guard', match({meta: {key: 'oifname'}}, 'lo'), pass),
    rule('guard', match(field('ip', 'daddr'), {prefix: {addr: '198.51.100.0', len: 24}}), pass),
    rule('guard', match(field('ip', 'daddr'), '203.0.113.25'), pass),
    rule('guard', match({meta: {key: 'skuid'}}, 0), pass),
    rule('guard', match({concat: ends}, '@released'), pass),
    rule('guard', {drop: null}),
    rule(
      'output',
      match({'&': [field('tcp', 'flags'), flags]}, 'syn'),
      ...[match(field('tcp', 'dport'), '@ports'), {jump: {target: 'guard'}}],
    ),
  ];
  const table = {table: {family: 'ip', name: in_.table, handle: 1}};
  const body = version === '1.0.6' ? [...sets, ...chains] : [...chains, ...sets];
  // nft prints a space after each colon and comma, and JSON.stringify does not.
  return JSON.stringify({nftables: [{metainfo: {version}}, table, ...body, ...rules]}).replace(
    '{"nftables":[',
    '{"nftables": [',
  );
}

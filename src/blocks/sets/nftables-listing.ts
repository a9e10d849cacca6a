/**
 * What the kernel holds of the backend `nftables`: our table, as `nft -j` prints it
 * (libnftables-json(5)), and whether it is just as `nftables.ts` makes it.
 */
import type {ChainSpec} from '../chain/spec.js';
import type {Elements} from './set.js';
import type {CallResult, KernelReading} from '../../firewall/backend.js';
import {
  absentOr,
  elementText,
  familyWord,
  inAnyOrder,
  listedIn,
  listTable,
  priority,
  shapeOf,
  type Value,
} from '../../firewall/nft.js';
import type {Family} from '../../net/address.js';

export interface TableState {
  readonly table: 'absent' | 'ours' | 'other';
  readonly elements: Elements;
  readonly readMs: number;
}

export const sets = ['hosts', 'networks'] as const;
export const setOf = (network: string): (typeof sets)[number] =>
  network.includes('/') ? 'networks' : 'hosts';

export function readTable(
  spec: ChainSpec,
  family: Family,
  listing: CallResult | undefined,
  nowMs: number,
): KernelReading<TableState> {
  if (listing === undefined) return {kind: 'call', call: listTable(spec, family)};
  if (listing.kind === 'done') {
    return parseTable(spec, family, listing.stdout, nowMs);
  }
  return absentOr(listing.why, {table: 'absent', elements: new Map(), readMs: nowMs});
}

/** @param text what `nft -j list table` printed */
function parseTable(
  spec: ChainSpec,
  family: Family,
  text: string,
  nowMs: number,
): KernelReading<TableState> {
  const listed = listedIn(text);
  if (listed.kind === 'unreadable') return listed;
  const elements: Elements = new Map();
  let isOurs = shapeOf(listed.items) === expectedShape(spec, family);
  for (const {name, elem = []} of listed.items.flatMap(({set}) => set ?? [])) {
    for (const element of elem) {
      const isTimed = typeof element === 'object' && 'elem' in element;
      const network = networkOf(isTimed ? element.elem.val : element);
      const expires = isTimed ? element.elem.expires : undefined;
      const endMs = expires === undefined ? Number.POSITIVE_INFINITY : nowMs + expires * 1000;
      // In the other set we would look for it in vain when it is to go.
      if (network === undefined || setOf(network) !== name) isOurs = false;
      else elements.set(network, endMs);
    }
  }
  return {kind: 'read', actual: {table: isOurs ? 'ours' : 'other', elements, readMs: nowMs}};
}

function networkOf(value: Value): string | undefined {
  const text =
    typeof value !== 'object'
      ? String(value)
      : value.prefix && `${value.prefix.addr}/${value.prefix.len}`;
  return text === undefined ? undefined : elementText(text);
}

function expectedShape({port}: ChainSpec, family: Family): string {
  const field = (protocol: string, name: string) => ({payload: {protocol, field: name}});
  const match = (left: unknown, right: unknown) => ({match: {op: '==', left, right}});
  const rules = sets.map((set) => [
    'rule',
    'input',
    [
      match(field('tcp', 'dport'), port),
      match(field(familyWord(family), 'saddr'), `@${set}`),
      {drop: null},
    ],
  ]);
  const type = `ipv${family}_addr`;
  const flags = {hosts: 'timeout', networks: 'interval,timeout'};
  const shapes = [
    ['table', ''],
    ...sets.map((set) => ['set', set, type, flags[set], 'any size']),
    ['chain', 'input', 'input', priority, 'accept'],
  ];
  return inAnyOrder([...shapes, ...rules]);
}

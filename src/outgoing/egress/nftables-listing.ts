/**
 * The table of the egress guard in nftables: its rules, as nft(8) reads them and as `nft -j` prints
 * them (libnftables-json(5)). Reads from a listing which of it is in the kernel.
 */
import type {CallResult, KernelReading} from '../../firewall/backend.js';
import {
  absentOr,
  elementText,
  familyWord,
  inAnyOrder,
  type Listed,
  listedIn,
  listTable,
  numbered,
  priority,
  shapeOf,
} from '../../firewall/nft.js';
import {addressBits, type Family} from '../../net/address.js';
import type {EgressRules} from './rules.js';

/** For each element the time when the kernel removes it. Ms since the epoch; infinity: never. */
type TimedElements = ReadonlyMap<string, number>;

export interface EgressElements {
  /** The guarded ports. */
  readonly ports: TimedElements;
  readonly released: TimedElements;
}

export type EgressTable =
  | {readonly kind: 'absent'}
  | (EgressElements & {
      readonly kind: 'table';
      /** The table without its elements, as a text to compare. */
      readonly shape: string;
      readonly readMs: number;
    });

/** One rule, as nft reads it and as it prints it. */
interface Rule {
  readonly chain: 'output' | 'guard';
  readonly text: string;
  readonly expression: readonly unknown[];
}

const flagNames = ['fin', 'syn', 'rst', 'ack'];

function rulesOf({mode, uids, destinations}: EgressRules, family: Family): Rule[] {
  const ip = familyWord(family);
  const field = (protocol: string, name: string) => ({payload: {protocol, field: name}});
  const match = (left: unknown, right: unknown) => ({match: {op: '==', left, right}});
  const passes = (text: string, left: unknown, right: unknown): Rule => ({
    chain: 'guard',
    text: `${text} return`,
    expression: [match(left, right), {return: null}],
  });
  const port = match(field('tcp', 'dport'), '@ports');
  const ends = [
    ...[field(ip, 'saddr'), field('tcp', 'sport')],
    ...[field(ip, 'daddr'), field('tcp', 'dport')],
  ];
  return [
    {
      chain: 'output',
      // New connections only. Packets of established connections do not reach the guard.
      text: `tcp flags & (${flagNames.join(' | ')}) == syn tcp dport @ports jump guard`,
      expression: [
        match({'&': [field('tcp', 'flags'), flagNames]}, 'syn'),
        ...[port, {jump: {target: 'guard'}}],
      ],
    },
    passes('oifname "lo"', {meta: {key: 'oifname'}}, 'lo'),
    ...destinations.map(({text, prefix}) =>
      passes(`${ip} daddr ${text}`, field(ip, 'daddr'), addressValue(text, prefix, family)),
    ),
    ...uids.map((uid) => passes(`meta skuid ${uid}`, {meta: {key: 'skuid'}}, uid)),
    ...(mode === 'reject'
      ? [
          {
            chain: 'guard' as const,
            text: 'tcp dport @ports reject with tcp reset',
            expression: [port, {reject: {type: 'tcp reset'}}],
          },
        ]
      : [
          passes(
            `${ip} saddr . tcp sport . ${ip} daddr . tcp dport @released`,
            {concat: ends},
            '@released',
          ),
          {chain: 'guard' as const, text: 'drop', expression: [{drop: null}]},
        ]),
  ];
}

function addressValue(text: string, prefix: number, family: Family): unknown {
  if (prefix === addressBits[family]) return text;
  return {prefix: {addr: text.split('/', 1)[0], len: prefix}};
}

const setTypes = (family: Family) => {
  const address = `ipv${family}_addr`;
  return {
    ports: ['inet_service'],
    released: [address, 'inet_service', address, 'inet_service'],
  } as const;
};

/** Lines that make the table anew. They remove the old table in the same batch. */
export function createdTable(table: string, family: Family, rules: EgressRules): string[] {
  const sets = Object.entries(setTypes(family));
  return [
    `add table ${table}`,
    `delete table ${table}`,
    `add table ${table}`,
    ...sets.map(
      ([set, types]) => `add set ${table} ${set} { type ${types.join(' . ')}; flags timeout; }`,
    ),
    `add chain ${table} guard`,
    `add chain ${table} output { type filter hook output priority ${priority}; policy accept; }`,
    ...rulesOf(rules, family).map(({chain, text}) => `add rule ${table} ${chain} ${text}`),
  ];
}

/** The value of `EgressTable.shape` when the table is as we make it. */
export function egressShape(rules: EgressRules, family: Family): string {
  const sets = Object.entries(setTypes(family)).map(([set, types]) => [
    ...['set', set],
    ...[types.length === 1 ? types[0] : types, 'timeout', 'any size'],
  ]);
  return inAnyOrder([
    ['table', ''],
    ...sets,
    ['chain', 'guard', undefined, undefined, undefined],
    ['chain', 'output', 'output', priority, 'accept'],
    ...numbered(rulesOf(rules, family)).map(({chain, expression}) => ['rule', chain, expression]),
  ]);
}

export function readEgressTable(
  chain: string,
  family: Family,
  listing: CallResult | undefined,
  nowMs: number,
): KernelReading<EgressTable> {
  if (listing === undefined) return {kind: 'call', call: listTable({chain}, family)};
  if (listing.kind !== 'done') return absentOr(listing.why, {kind: 'absent'});
  const listed = listedIn(listing.stdout);
  if (listed.kind === 'unreadable') return listed;
  const elements = {ports: new Map<string, number>(), released: new Map<string, number>()};
  let shape = egressShapeOf(listed.items);
  for (const {name, elem = []} of listed.items.flatMap(({set}) => set ?? [])) {
    for (const element of elem) {
      const isTimed = typeof element === 'object' && 'elem' in element;
      const key = elementKey(isTimed ? element.elem.val : element);
      const expires = isTimed ? element.elem.expires : undefined;
      const endMs = expires === undefined ? Number.POSITIVE_INFINITY : nowMs + expires * 1000;
      if (name !== 'ports' && name !== 'released') continue;
      if (key === undefined) shape = 'other';
      else elements[name].set(key, endMs);
    }
  }
  return {kind: 'read', actual: {kind: 'table', shape, ...elements, readMs: nowMs}};
}

function egressShapeOf(listed: readonly Listed[]): string {
  const rules = numbered(listed.flatMap(({rule}) => rule ?? []));
  const rest = listed.filter(({rule}) => rule === undefined);
  return shapeOf([...rest, ...rules.map((rule) => ({rule: {...rule, expr: plain(rule.expr)}}))]);
}

/**
 * Makes the output of all versions of nft alike. They print several flags as a list, as one `|` of all, or as `|`
 * within `|`. Some print IPv6 addresses with a dotted quad at the end.
 */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return elementText(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('|' in value) return [plain(value['|'])].flat(9);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/** @returns undefined for an element that we never write, such as a range */
function elementKey(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null || !('concat' in value)) return undefined;
  const parts = value.concat;
  const isGood = (part: unknown): part is string | number =>
    typeof part === 'string' || typeof part === 'number';
  if (!Array.isArray(parts) || !parts.every(isGood)) return undefined;
  return parts.map((part) => elementText(String(part))).join(' . ');
}

/**
 * What the kernel holds of the backend `nftables`: our table, as `nft -j` prints it
 * (libnftables-json(5)), and whether it is just as `nftables.ts` makes it.
 */
import type {Family} from '../net/address.js';
import type {Call, CallResult, Reading} from './backend.js';
import type {ChainSpec} from './chain.js';
import {type Elements, elementText} from './set.js';

export interface TableState {
  readonly table: 'absent' | 'ours' | 'other';
  readonly elements: Elements;
  readonly readMs: number;
}

/** Before the filter tables of others; an accept there does not matter to us, a drop of ours does. */
export const priority = -10;

/** Not the bare name of the chain: that could be one of iptables' own tables, or a word of nft. */
export const tableOf = ({chain}: Pick<ChainSpec, 'chain'>): string => `blocksmtp-${chain}`;

export const sets = ['hosts', 'networks'] as const;
export const setOf = (network: string): (typeof sets)[number] =>
  network.includes('/') ? 'networks' : 'hosts';

export const familyWord = (family: Family): 'ip' | 'ip6' => (family === 4 ? 'ip' : 'ip6');

export function readTable(
  spec: ChainSpec,
  family: Family,
  listing: CallResult | undefined,
  nowMs: number,
): Reading<TableState> {
  if (listing === undefined) return {kind: 'call', call: listTable(spec, family)};
  if (listing.kind === 'done') {
    return parseTable(spec, family, listing.stdout, nowMs);
  }
  return absentOr(listing.why, {table: 'absent', elements: new Map(), readMs: nowMs});
}

export const listTable = (spec: Pick<ChainSpec, 'chain'>, family: Family): Call => ({
  program: 'nft',
  parameters: ['-j', 'list', 'table', familyWord(family), tableOf(spec)],
  input: '',
});

/** @param absent what it is if there is no such table */
export const absentOr = <Actual>(why: string, absent: Actual): Reading<Actual> =>
  why.includes('No such file or directory')
    ? {kind: 'read', actual: absent}
    : {kind: 'unreadable', why};

/** As nft prints it; what else it prints is not looked at. */
export interface Listed {
  readonly table?: {readonly flags?: Flags};
  readonly set?: ListedSet;
  readonly chain?: {
    readonly name: string;
    readonly hook?: string;
    readonly prio?: number;
    readonly policy?: string;
  };
  readonly rule?: {readonly chain: string; readonly expr: unknown};
}

/** Newer ones print a single flag without brackets. */
type Flags = string | readonly string[];

interface ListedSet {
  readonly name: string;
  /** Several of a concatenation. */
  readonly type: string | readonly string[];
  readonly flags?: Flags;
  readonly size?: number;
  readonly elem?: readonly Element[];
}

/** A range, for one, is none of ours. */
type Value =
  | string
  | number
  | {
      readonly prefix?: {readonly addr: string; readonly len: number};
      readonly concat?: readonly unknown[];
    };
type Element = Value | {readonly elem: {readonly val: Value; readonly expires?: number}};

/** @param text what `nft -j list table` printed */
function parseTable(
  spec: ChainSpec,
  family: Family,
  text: string,
  nowMs: number,
): Reading<TableState> {
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

/** @param text what `nft -j list table` printed */
export function listedIn(
  text: string,
):
  | {readonly kind: 'listed'; readonly items: readonly Listed[]}
  | {readonly kind: 'unreadable'; readonly why: string} {
  if (!text.startsWith(listingStart)) {
    return {kind: 'unreadable', why: `nft: expected ${listingStart}...: ${text.slice(0, 80)}`};
  }
  try {
    const {nftables: items} = JSON.parse(text) as {readonly nftables: readonly Listed[]};
    return {kind: 'listed', items};
  } catch {
    // nft 1.0.6 stops in the middle of a table that somebody has put to sleep, and calls it done.
    return {kind: 'listed', items: []};
  }
}

const listingStart = '{"nftables": [';

function networkOf(value: Value): string | undefined {
  const text =
    typeof value !== 'object'
      ? String(value)
      : value.prefix && `${value.prefix.addr}/${value.prefix.len}`;
  return text === undefined ? undefined : elementText(text);
}

/** All but the elements and what the kernel numbers. */
export function shapeOf(listed: readonly Listed[]): string {
  const shapes = listed.flatMap(({table, set, chain, rule}) => {
    if (table !== undefined) return [['table', flagsOf(table)]];
    if (set !== undefined)
      return [['set', set.name, set.type, flagsOf(set), set.size ?? 'any size']];
    if (chain !== undefined) return [['chain', chain.name, chain.hook, chain.prio, chain.policy]];
    return rule === undefined ? [] : [['rule', rule.chain, rule.expr]];
  });
  return inAnyOrder(shapes);
}

/** Versions of nft list sets and chains in one order or the other; that of our rules is nothing. */
export const inAnyOrder = (shapes: readonly unknown[]): string =>
  shapes
    .map((shape) => JSON.stringify(shape))
    .sort()
    .join('\n');

const flagsOf = ({flags = []}: {readonly flags?: Flags}): string => [flags].flat().sort().join();

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

/** How nft is called, and what its listings have in common (libnftables-json(5)). */
import {type Is, isNumber, isRecord, isText, listOf, maybe, shape} from '../base/shape.js';
import type {Call, KernelReading} from './backend.js';
import type {Family} from '../net/address.js';
import {parseNetwork} from '../net/network.js';

/** What our tables are named after. */
interface Named {
  readonly chain: string;
}

export const nft = (lines: readonly string[]): Call => ({
  program: 'nft',
  parameters: ['-f', '-'],
  input: `${lines.join('\n')}\n`,
});

/**
 * Before other filter tables. If ours accepts a packet, theirs still decide; if ours drops it, that
 * is final.
 */
export const priority = -10;

/** Not the bare chain name: that could be a table of iptables, or a keyword of nft. */
export const tableOf = ({chain}: Named): string => `blocksmtp-${chain}`;

export const familyWord = (family: Family): 'ip' | 'ip6' => (family === 4 ? 'ip' : 'ip6');

export const listTable = (spec: Named, family: Family): Call => ({
  program: 'nft',
  parameters: ['-j', 'list', 'table', familyWord(family), tableOf(spec)],
  input: '',
});

/** @param absent the result if there is no such table */
export const absentOr = <Actual>(why: string, absent: Actual): KernelReading<Actual> =>
  isAbsent(why) ? {kind: 'read', actual: absent} : {kind: 'unreadable', why};

/**
 * Recognised by the whole message: a missing library produces the same words, but not as an error of
 * nft.
 */
export const isAbsent = (why: string): boolean =>
  /\bError: (?:Could not process rule: )?No such file or directory\b/.test(why);

/** The parts of nft's output that we read. */
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
    const {nftables: items} = JSON.parse(text) as {readonly nftables: unknown};
    if (!isList(items)) return unreadable('the listing has not the form that nft gives it');
    const isWhole = items.some(({table}) => table !== undefined);
    return isWhole ? {kind: 'listed', items} : unreadable('no table in the listing');
  } catch {
    // nft 1.0.6 stops printing at the flags of a dormant table, and exits with 0.
    return sleepingTable.test(text)
      ? {kind: 'listed', items: []}
      : unreadable('the listing is cut off');
  }
}

const unreadable = (why: string) => ({kind: 'unreadable', why: `nft: ${why}`}) as const;

const sleepingTable =
  /^\{"nftables": \[(?:\{"metainfo": \{[^{}]*\}\}, )?\{"table": \{[^{}]*"flags": [^{}]*$/;

/** Everything except the elements and the numbers that the kernel assigns. */
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

/**
 * Versions of nft list sets and chains in different orders, and the order of our rules does not
 * matter.
 */
export const inAnyOrder = (shapes: readonly unknown[]): string =>
  shapes
    .map((shape) => JSON.stringify(shape))
    .sort()
    .join('\n');

/**
 * An element as we write it: the tools print an IPv4-compatible address (`::192.0.2.7`) in the old
 * notation. A v4-mapped address is never a block of ours, and keeps its text.
 */
export function elementText(printed: string): string {
  if (!printed.includes(':') || !printed.includes('.')) return printed;
  const network = parseNetwork(printed);
  return network?.family === 6 ? network.text : printed;
}

/** Newer versions print a single flag without brackets. */
type Flags = string | readonly string[];

interface ListedSet {
  readonly name: string;
  /** Several for a concatenation. */
  readonly type: string | readonly string[];
  readonly flags?: Flags;
  readonly size?: number;
  readonly elem?: readonly Element[];
}

const listingStart = '{"nftables": [';

const flagsOf = ({flags = []}: {readonly flags?: Flags}): string => [flags].flat().sort().join();

type Element = Value | {readonly elem: {readonly val: Value; readonly expires?: number}};

/** Other kinds, such as a range, are not ours. */
export type Value =
  | string
  | number
  | {
      readonly prefix?: {readonly addr: string; readonly len: number};
      readonly concat?: readonly unknown[];
    };

const isFlags: Is<Flags> = (value): value is Flags => isText(value) || listOf(isText)(value);

const isValue: Is<Value> = (value): value is Value =>
  isText(value) ||
  isNumber(value) ||
  shape<{prefix?: {addr: string; len: number}}>({
    prefix: maybe(shape<{addr: string; len: number}>({addr: isText, len: isNumber})),
  })(value);

const isTimed = shape<{elem: {val: Value; expires?: number}}>({
  elem: shape<{val: Value; expires?: number}>({val: isValue, expires: maybe(isNumber)}),
});

const isElement: Is<Element> = (value): value is Element =>
  isRecord(value) && Object.hasOwn(value, 'elem') ? isTimed(value) : isValue(value);

const isRecordOf =
  (check: (value: Readonly<Record<string, unknown>>) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || (isRecord(value) && check(value));

const [isTable, isSet, isChain] = [
  isRecordOf(({flags}) => maybe(isFlags)(flags)),
  isRecordOf(
    ({name, flags, elem}) =>
      isText(name) && maybe(isFlags)(flags) && maybe(listOf(isElement))(elem),
  ),
  isRecordOf(({name}) => isText(name)),
];

/** Checks the parts of an item that are read here; parts that are only compared may be anything. */
const isListed: Is<Listed> = (value): value is Listed =>
  isRecord(value) &&
  isTable(value['table']) &&
  isSet(value['set']) &&
  isChain(value['chain']) &&
  isRecordOf(({chain}) => isText(chain))(value['rule']);

const isList = listOf(isListed);

/** Numbers the rules of each chain: their order matters, that of everything else does not. */
export function numbered<Item extends {readonly chain: string}>(rules: readonly Item[]): Item[] {
  const counts = new Map<string, number>();
  return rules.map((rule) => {
    const count = (counts.get(rule.chain) ?? 0) + 1;
    counts.set(rule.chain, count);
    return {...rule, chain: `${rule.chain} ${count}`};
  });
}

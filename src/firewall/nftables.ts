/**
 * The backend `nftables`: a table of our own for each family, with a set of addresses and a set of
 * networks, whose blocks the kernel ends itself. Speaks the language of nft(8): a batch is all or
 * nothing, listings come as JSON (libnftables-json(5)).
 *
 * Two sets, because one that holds networks is a tree of intervals, in which many addresses are slow
 * to change. A table of which anything but its blocks is not as we make it is made anew.
 */
import type {Family} from '../net/address.js';
import {type Backend, type Call, type CallResult, countKinds, type Reading} from './backend.js';
import type {ChainSpec} from './chain.js';
import {countStanding, doSetSteps, type Elements, planSet, type SetStep} from './set.js';

export interface TableState {
  readonly table: 'absent' | 'ours' | 'other';
  readonly elements: Elements;
  readonly readMs: number;
}

/** Before the filter tables of others; an accept there does not matter to us, a drop of ours does. */
const priority = -10;

/** Not the bare name of the chain: that could be one of iptables' own tables, or a word of nft. */
const tableOf = ({chain}: ChainSpec): string => `blocksmtp-${chain}`;

const sets = ['hosts', 'networks'] as const;
const setOf = (network: string): (typeof sets)[number] =>
  network.includes('/') ? 'networks' : 'hosts';

export function nftablesBackend(spec: ChainSpec, family: Family): Backend<TableState> {
  const table = `${familyWord(family)} ${tableOf(spec)}`;
  return {
    name: `table ${table}`,
    read: ([listing], nowMs) => readTable(spec, family, listing, nowMs),
    plan: (wish, actual) => {
      const isOurs = actual.table === 'ours';
      // Made anew it holds nothing; what nobody wants is kept for no longer than its table.
      const elements: Elements = isOurs ? actual.elements : new Map<string, number>();
      const steps = planSet({...wish, scope: isOurs ? wish.scope : 'all'}, elements);
      const lines = [
        ...(isOurs ? [] : created(spec, family)),
        ...steps.map((step) => stepLines(table, step)),
      ];
      const changes = countKinds(steps);
      if (!isOurs) changes.set('createTable', 1);
      return {
        calls: lines.length === 0 ? [] : [nft(lines)],
        changes,
        after: () => ({
          table: 'ours',
          elements: doSetSteps(elements, steps, wish.nowMs),
          readMs: wish.nowMs,
        }),
      };
    },
    removal: (actual) => ({
      calls: actual.table === 'absent' ? [] : [nft([`delete table ${table}`])],
      changes: new Map(actual.table === 'absent' ? [] : [['deleteTable', 1]]),
      after: () => ({...actual, table: 'absent', elements: new Map()}),
    }),
    standing: (desired, {table: state, elements, readMs}) =>
      state === 'ours' ? countStanding(desired, elements, readMs) : 0,
  };
}

const familyWord = (family: Family): 'ip' | 'ip6' => (family === 4 ? 'ip' : 'ip6');

const nft = (lines: readonly string[]): Call => ({
  program: 'nft',
  parameters: ['-f', '-'],
  input: `${lines.join('\n')}\n`,
});

/** Whatever stood there goes, in the same batch. */
function created(spec: ChainSpec, family: Family): string[] {
  const ip = familyWord(family);
  const table = `${ip} ${tableOf(spec)}`;
  return [
    `add table ${table}`,
    `delete table ${table}`,
    `add table ${table}`,
    `add set ${table} hosts { type ipv${family}_addr; flags timeout; }`,
    `add set ${table} networks { type ipv${family}_addr; flags interval, timeout; }`,
    `add chain ${table} input { type filter hook input priority ${priority}; policy accept; }`,
    ...sets.map((set) => `add rule ${table} input tcp dport ${spec.port} ${ip} saddr @${set} drop`),
  ];
}

function stepLines(table: string, step: SetStep): string {
  const set = `${table} ${setOf(step.network)}`;
  const remove = `delete element ${set} { ${step.network} }`;
  switch (step.kind) {
    case 'add':
      return `add element ${set} { ${step.network} timeout ${step.seconds}s }`;
    case 'delete':
      // The kernel may have ended it meanwhile, and then would refuse the whole batch.
      return `add element ${set} { ${step.network} timeout 1s }\n${remove}`;
    case 'renew':
      return `add element ${set} { ${step.network} timeout 1s }\n${remove}\nadd element ${set} { ${step.network} timeout ${step.seconds}s }`;
  }
}

function readTable(
  spec: ChainSpec,
  family: Family,
  listing: CallResult | undefined,
  nowMs: number,
): Reading<TableState> {
  if (listing === undefined) {
    const parameters = ['-j', 'list', 'table', familyWord(family), tableOf(spec)];
    return {kind: 'call', call: {program: 'nft', parameters, input: ''}};
  }
  if (listing.kind === 'done') {
    return {kind: 'read', actual: parseTable(spec, family, listing.stdout, nowMs)};
  }
  if (!listing.why.includes('No such file or directory')) {
    return {kind: 'unreadable', why: listing.why};
  }
  return {kind: 'read', actual: {table: 'absent', elements: new Map(), readMs: nowMs}};
}

/** As nft prints it; what else it prints is not looked at. */
interface Listed {
  readonly set?: {readonly name: string; readonly type: string; readonly elem?: readonly Element[]};
  readonly chain?: {readonly name: string; readonly hook?: string; readonly prio?: number};
  readonly rule?: {readonly chain: string; readonly expr: unknown};
}

/** A range, for one, is none of ours. */
type Value = string | {readonly prefix?: {readonly addr: string; readonly len: number}};
type Element = Value | {readonly elem: {readonly val: Value; readonly expires?: number}};

/** @param text what `nft -j list table` printed */
function parseTable(spec: ChainSpec, family: Family, text: string, nowMs: number): TableState {
  const listed = (JSON.parse(text) as {readonly nftables: readonly Listed[]}).nftables;
  const elements: Elements = new Map();
  let isOurs = shapeOf(listed) === expectedShape(spec, family);
  for (const element of listed.flatMap(({set}) => set?.elem ?? [])) {
    const isTimed = typeof element === 'object' && 'elem' in element;
    const network = networkOf(isTimed ? element.elem.val : element);
    const expires = isTimed ? element.elem.expires : undefined;
    const endMs = expires === undefined ? Number.POSITIVE_INFINITY : nowMs + expires * 1000;
    if (network === undefined) isOurs = false;
    else elements.set(network, endMs);
  }
  return {table: isOurs ? 'ours' : 'other', elements, readMs: nowMs};
}

function networkOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return value.prefix && `${value.prefix.addr}/${value.prefix.len}`;
}

/** All but the elements and what the kernel numbers. */
function shapeOf(listed: readonly Listed[]): string {
  const shapes = listed.flatMap(({set, chain, rule}) => {
    if (set !== undefined) return [['set', set.name, set.type]];
    if (chain !== undefined) return [['chain', chain.name, chain.hook, chain.prio]];
    return rule === undefined ? [] : [['rule', rule.chain, rule.expr]];
  });
  return inAnyOrder(shapes);
}

/** Versions of nft list sets and chains in one order or the other; that of our rules is nothing. */
const inAnyOrder = (shapes: readonly unknown[]): string =>
  shapes
    .map((shape) => JSON.stringify(shape))
    .sort()
    .join('\n');

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
  const shapes = [...sets.map((set) => ['set', set, type]), ['chain', 'input', 'input', priority]];
  return inAnyOrder([...shapes, ...rules]);
}

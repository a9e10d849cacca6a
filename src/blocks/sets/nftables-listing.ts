/**
 * Reads our table of the backend `nftables` as `nft -j` prints it (libnftables-json(5)), and
 * decides whether it is exactly as `nftables.ts` makes it.
 */
import {type ChainSpec, isTranslated, portsMet, submissionsOf} from '../chain/spec.js';
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
  /** Blocked clients that are still served at the submission ports. */
  readonly submitters: Elements;
  readonly readMs: number;
}

const droppedSets = ['hosts', 'networks'] as const;
export const submitterSet = 'submitters';
export type SetName = (typeof droppedSets)[number] | typeof submitterSet;

export const setOf = (network: string): (typeof droppedSets)[number] =>
  network.includes('/') ? 'networks' : 'hosts';

/** Whether the elements of each set may be networks. */
export const setsOf = ({ports}: ChainSpec): ReadonlyMap<SetName, 'addresses' | 'networks'> =>
  new Map<SetName, 'addresses' | 'networks'>([
    ['hosts', 'addresses'],
    ['networks', 'networks'],
    ...(submissionsOf(ports).length === 0 ? [] : [[submitterSet, 'networks'] as const]),
  ]);

/**
 * The hooks of netfilter itself: any iptables chain other than INPUT stands for forwarded packets.
 */
export const baseChains = ({hooks}: ChainSpec): readonly ('input' | 'forward')[] => [
  ...(hooks.includes('INPUT') ? (['input'] as const) : []),
  ...(hooks.some((hook) => hook !== 'INPUT') ? (['forward'] as const) : []),
];

/** One rule: it drops packets to these ports from addresses in the set. */
interface DropRule {
  readonly chain: 'input' | 'forward';
  readonly ports: readonly number[];
  readonly set: (typeof droppedSets)[number];
  /** `but`: except from clients that logged in recently. */
  readonly submitters: 'too' | 'but';
}

/** The rules' order does not matter: each names the addresses that it drops. */
export function dropRules(spec: ChainSpec): DropRule[] {
  const submissions = submissionsOf(spec.ports);
  const relay = portsMet(spec).filter((port) => !submissions.includes(port));
  // nft 1.0.6 does not print a set of ports in a conntrack match as it was written, so each port
  // gets a rule.
  const grouped = (ports: readonly number[]): (readonly number[])[] =>
    isTranslated(spec) ? ports.map((port) => [port]) : ports.length === 0 ? [] : [ports];
  return baseChains(spec).flatMap((chain) =>
    droppedSets.flatMap((set): DropRule[] => [
      ...grouped(relay).map((ports) => ({chain, ports, set, submitters: 'too'}) as const),
      ...grouped(submissions).map((ports) => ({chain, ports, set, submitters: 'but'}) as const),
    ]),
  );
}

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
  return absentOr(listing.why, {
    ...{table: 'absent', elements: new Map(), submitters: new Map()},
    readMs: nowMs,
  });
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
  const submitters: Elements = new Map();
  let isOurs = shapeOf(listed.items) === expectedShape(spec, family);
  for (const {name, elem = []} of listed.items.flatMap(({set}) => set ?? [])) {
    for (const element of elem) {
      const isTimed = typeof element === 'object' && 'elem' in element;
      const network = elementNetwork(isTimed ? element.elem.val : element);
      const expires = isTimed ? element.elem.expires : undefined;
      const endMs = expires === undefined ? Number.POSITIVE_INFINITY : nowMs + expires * 1000;
      // A network in the wrong set is not ours to delete later, because we would look in the other
      // set.
      if (network !== undefined && name === submitterSet) submitters.set(network, endMs);
      else if (network === undefined || setOf(network) !== name) isOurs = false;
      else elements.set(network, endMs);
    }
  }
  const table = isOurs ? 'ours' : 'other';
  return {kind: 'read', actual: {table, elements, submitters, readMs: nowMs}};
}

export function elementNetwork(value: Value): string | undefined {
  const text =
    typeof value !== 'object'
      ? String(value)
      : value.prefix && `${value.prefix.addr}/${value.prefix.len}`;
  return text === undefined ? undefined : elementText(text);
}

function expectedShape(spec: ChainSpec, family: Family): string {
  const field = (protocol: string, name: string) => ({payload: {protocol, field: name}});
  const match = (left: unknown, right: unknown, op: '==' | '!=' = '==') => ({
    match: {op, left, right},
  });
  const source = field(familyWord(family), 'saddr');
  const called = (ports: readonly number[]): unknown[] => {
    const right = ports.length === 1 ? ports[0] : {set: ports};
    if (!isTranslated(spec)) return [match(field('tcp', 'dport'), right)];
    return [
      match({meta: {key: 'l4proto'}}, 'tcp'),
      match({ct: {key: 'proto-dst', dir: 'original'}}, right),
      match({ct: {key: 'direction'}}, 'original'),
    ];
  };
  const rules = dropRules(spec).map(({chain, ports, set, submitters}) => [
    'rule',
    chain,
    [
      ...called(ports),
      match(source, `@${set}`),
      ...(submitters === 'but' ? [match(source, `@${submitterSet}`, '!=')] : []),
      {drop: null},
    ],
  ]);
  const type = `ipv${family}_addr`;
  const flags = {addresses: 'timeout', networks: 'interval,timeout'};
  const shapes = [
    ['table', ''],
    ...[...setsOf(spec)].map(([set, kind]) => ['set', set, type, flags[kind], 'any size']),
    ...baseChains(spec).map((chain) => ['chain', chain, chain, priority, 'accept']),
  ];
  return inAnyOrder([...shapes, ...rules]);
}

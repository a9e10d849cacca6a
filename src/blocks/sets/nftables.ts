/**
 * The backend `nftables`: a table of our own for each family, with a set of addresses and a set of
 * networks. The kernel ends the blocks itself. Speaks the language of nft(8): a batch is all or
 * nothing. `nftables-listing.ts` reads what the kernel holds.
 *
 * There are two sets because a set with networks is an interval tree, in which changing many
 * addresses is slow. If anything in a table except its elements differs from what we make, the table
 * is made anew.
 */
import {type ChainSpec, isTranslated} from '../chain/spec.js';
import type {Desired} from '../intent.js';
import {
  baseChains,
  dropRules,
  readTable,
  type SetName,
  setOf,
  setsOf,
  submitterSet,
  type TableState,
} from './nftables-listing.js';
import {countStanding, doSetSteps, driftIn, type Elements, planSet, type SetStep} from './set.js';
import {type Backend, countKinds, type Wish} from '../../firewall/backend.js';
import {familyWord, nft, priority, tableOf} from '../../firewall/nft.js';
import type {Family} from '../../net/address.js';
import {overlaps, parseNetwork} from '../../net/network.js';

export function nftablesBackend(spec: ChainSpec, family: Family): Backend<TableState, Desired> {
  const table = `${familyWord(family)} ${tableOf(spec)}`;
  return {
    name: `table ${table}`,
    read: ([listing], nowMs) => readTable(spec, family, listing, nowMs),
    plan: (wish, actual) => {
      const isOurs = actual.table === 'ours';
      // A new table is empty. Unwanted elements are kept only as long as their table.
      const elements: Elements = isOurs ? actual.elements : new Map<string, number>();
      const planned = planSet({...wish, scope: isOurs ? wish.scope : 'all'}, elements);
      const drift = countKinds(driftIn(wish, elements, planned));
      const steps = withoutOverlap(planned, elements, wish.desired);
      const passing = isOurs ? actual.submitters : new Map<string, number>();
      const passes = planPasses(spec, wish, passing);
      const inSet = (set: SetName): readonly SetStep[] =>
        set === submitterSet ? passes : steps.filter(({network}) => setOf(network) === set);
      const lines = [
        ...(isOurs ? [] : created(spec, family)),
        ...[...setsOf(spec)].flatMap(([name, kind]) => {
          const believed = name === submitterSet ? passing : elements;
          return elementLines(table, {name, kind, elements: believed}, inSet(name), wish.nowMs);
        }),
      ];
      const changes = countKinds(steps);
      if (passes.length > 0) changes.set('pass', passes.length);
      if (!isOurs) for (const counts of [changes, drift]) counts.set('createTable', 1);
      return {
        calls: lines.length === 0 ? [] : [nft(lines)],
        ...{changes, drift},
        after: () => ({
          table: 'ours',
          elements: doSetSteps(elements, steps, wish.nowMs),
          submitters: doSetSteps(passing, passes, wish.nowMs),
          readMs: wish.nowMs,
        }),
      };
    },
    removal: (actual) => ({
      calls: actual.table === 'absent' ? [] : [nft([`delete table ${table}`])],
      changes: new Map(actual.table === 'absent' ? [] : [['deleteTable', 1]]),
      after: () => ({...actual, table: 'absent', elements: new Map(), submitters: new Map()}),
    }),
    standing: (desired, {table: state, elements, readMs}) =>
      state === 'ours' ? countStanding(desired, elements, readMs) : 0,
  };
}

/** Replaces whatever stood there, in one batch. */
function created(spec: ChainSpec, family: Family): string[] {
  const ip = familyWord(family);
  const table = `${ip} ${tableOf(spec)}`;
  return [
    `add table ${table}`,
    `delete table ${table}`,
    `add table ${table}`,
    ...[...setsOf(spec)].map(([set, kind]) => {
      const flags = kind === 'networks' ? 'interval, timeout' : 'timeout';
      return `add set ${table} ${set} { type ipv${family}_addr; flags ${flags}; }`;
    }),
    ...baseChains(spec).map(
      (chain) =>
        `add chain ${table} ${chain} { type filter hook ${chain} priority ${priority}; policy accept; }`,
    ),
    ...dropRules(spec).map(({chain, ports, set, submitters}) => {
      const but = submitters === 'but' ? ` ${ip} saddr != @${submitterSet}` : '';
      return `add rule ${table} ${chain} ${calls(spec, ports)} ${ip} saddr @${set}${but} drop`;
    }),
  ];
}

/**
 * Matches packets to these ports; where packets are translated, by the port that the client called.
 */
function calls(spec: ChainSpec, ports: readonly number[]): string {
  const either = ports.length === 1 ? String(ports[0]) : `{ ${ports.join(', ')} }`;
  return isTranslated(spec)
    ? `meta l4proto tcp ct original proto-dst ${either} ct direction original`
    : `tcp dport ${either}`;
}

/** Passes are few (`blocks/passes.ts`), so each plan looks at all of them. */
function planPasses(spec: ChainSpec, wish: Wish<Desired>, passing: Elements): readonly SetStep[] {
  if (!setsOf(spec).has(submitterSet)) return [];
  const {passes} = wish.desired;
  const desired: Desired = {
    size: passes.size,
    untilMs: (network) => passes.get(network),
    entries: () => passes,
    passes,
  };
  const all = {...wish, desired, scope: 'all', unwanted: 'remove'} as const;
  return withoutOverlap(planSet(all, passing), passing, desired);
}

/**
 * An interval set refuses a network that overlaps an element. So an unwanted element that would be
 * kept for a while, or left to expire, gives way to an overlapping network that is wanted now.
 */
export function withoutOverlap(
  steps: readonly SetStep[],
  elements: Elements,
  desired: Pick<Desired, 'untilMs'>,
): readonly SetStep[] {
  const added = steps.flatMap(({kind, network}) =>
    kind === 'add' && network.includes('/') ? parseNetwork(network)! : [],
  );
  if (added.length === 0) return steps;
  const deleted = new Set(steps.flatMap(({kind, network}) => (kind === 'delete' ? network : [])));
  const inTheWay = [...elements.keys()].filter((text) => {
    if (!text.includes('/') || deleted.has(text) || desired.untilMs(text) !== undefined)
      return false;
    const network = parseNetwork(text)!;
    return added.some((other) => overlaps(network, other));
  });
  return [...inTheWay.map((network): SetStep => ({kind: 'delete', network})), ...steps];
}

/**
 * An element that ends within this time may end before a batch that deletes it reaches the kernel. Ms: reading and
 * changing 100,000 elements on a busy machine takes many seconds.
 */
const endingSoonMs = 60_000;

/** A set before a batch changes it. */
interface ChangedSet {
  readonly name: string;
  readonly kind: 'addresses' | 'networks';
  readonly elements: Elements;
}

/**
 * Few commands with many elements each: nft spends more on a separate command for each element than
 * the kernel spends on the element. Deletions come before additions, as in `planSet`.
 */
export function elementLines(
  table: string,
  {name, kind: kindOfSet, elements}: ChangedSet,
  inSet: readonly SetStep[],
  nowMs: number,
): string[] {
  const words = (verb: 'add' | 'delete', texts: readonly string[]): string[] =>
    texts.length === 0 ? [] : [`${verb} element ${table} ${name} {\n${texts.join(',\n')}\n}`];
  const endsSoon = (network: string): boolean =>
    (elements.get(network) ?? 0) < nowMs + endingSoonMs;
  // Deleting an element that the kernel has ended meanwhile would make the whole batch fail, so it
  // is added first. Not before a network is deleted: nft would take the network that it has just
  // added for an overlap. An element that ends later is not added first, because that takes as long again as
  // its deletion. If another tool has deleted it, the keeper reads the kernel and plans again.
  const ensured = inSet.filter(
    ({kind, network}) =>
      (kind === 'renew' || (kind === 'delete' && kindOfSet === 'addresses')) && endsSoon(network),
  );
  return [
    ...words(
      'add',
      ensured.map(({network}) => `${network} timeout 1s`),
    ),
    ...words(
      'delete',
      inSet.flatMap(({kind, network}) => (kind === 'add' ? [] : network)),
    ),
    ...words(
      'add',
      inSet.flatMap((step) =>
        step.kind === 'delete' ? [] : `${step.network} timeout ${step.seconds}s`,
      ),
    ),
  ];
}

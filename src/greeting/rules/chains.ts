/**
 * The way to the gate for the backends `iptables` and `ipset`: a chain of our own in table nat and
 * one in filter, and for `ipset` the sets that they match. The rule that redirects clients holds an
 * end time, and is renewed while the gate reports. Without reports the redirection ends by itself.
 *
 * The rules that watch for early talk are never repaired in part: the kernel could see the beginning
 * of a session and miss its greeting, and the client would count as early. So these rules are removed,
 * what they noted is flushed, and they are made again.
 */
import type {Desired} from '../../blocks/intent.js';
import {ipset, readSet, renderSet, type SetState} from '../../blocks/sets/ipset.js';
import {doSetSteps, driftIn, planSet} from '../../blocks/sets/set.js';
import {
  type Backend,
  type Call,
  type CallResult,
  countKinds,
  type KernelReading,
  type Part,
  type Plan,
  type Wish,
} from '../../firewall/backend.js';
import {readListing} from '../../firewall/filter-listing.js';
import {
  programOf,
  restoreCalls,
  type TableName,
  type Variant,
} from '../../firewall/iptables-calls.js';
import type {Family} from '../../net/address.js';
import type {HoldWindow} from '../../outgoing/egress/rules.js';
import {type Carrier, filterRules, knownSet, leadWindow, natRules, talkSet} from './chain-texts.js';
import {
  doOwnSteps,
  type HookPlace,
  isHookedRight,
  type OwnChain,
  type OwnRules,
  type OwnStep,
  parseOwn,
  planOwn,
  planOwnRemoval,
  renderOwn,
} from './own-chain.js';
import {gateName} from '../../config/kinds/chain-names.js';
import {
  aliveUntil,
  type GateRules,
  isAliveRight,
  mayLapse,
  mostKnownRules,
  type TalkSet,
  talkSets,
} from './spec.js';

export interface GateChains {
  readonly nat: OwnChain;
  readonly filter: OwnChain;
  /** Known clients; `absent` also if known clients are rules. */
  readonly set: SetState;
  readonly readMs: number;
}

/** @param carrier whether a set holds the known clients, or each has a rule */
export function gateChainsBackend(
  family: Family,
  carrier: Carrier,
  place: HookPlace,
): Backend<GateChains, GateRules> {
  const program = programOf(family, '');
  return {
    name: `${program} chain ${gateName}`,
    read: (results, nowMs) => readChains(family, carrier, results, nowMs),
    plan: (wish, actual) => {
      const filter = planFilter(filterRules(wish.desired, family, carrier), actual.filter, place);
      const nat = planOwn(natWanted(wish, family, carrier, actual.nat), actual.nat, place);
      const known = carrier === 'sets' ? planKnown(wish, family, actual.set) : undefined;
      const anew = filter.how === 'anew' && carrier === 'sets' ? talkCalls(family) : [];
      const steps = [...filter.gone, ...filter.steps, ...nat];
      const drift = countKinds(steps.filter((step) => !isRoutine(step)));
      for (const [kind, count] of known?.drift ?? []) drift.set(kind, count);
      return {
        calls: [
          ...(known?.calls ?? []),
          ...batch(program, 'filter', filter.gone),
          ...anew,
          ...batch(program, 'filter', filter.steps),
          ...batch(program, 'nat', nat),
        ],
        changes: countKinds(steps),
        drift,
        after: () => ({
          nat: doOwnSteps(actual.nat, nat),
          filter: doOwnSteps(actual.filter, [...filter.gone, ...filter.steps]),
          set: known?.after() ?? actual.set,
          readMs: wish.nowMs,
        }),
      };
    },
    removal: (actual) => removalOf(program, family, actual),
    standing: (desired, actual) => {
      const wish = {desired, nowMs: actual.readMs};
      const isSame = (wanted: OwnRules, chain: OwnChain): boolean =>
        planOwn(wanted, chain, place).every(isRoutine);
      const isWhole =
        isSame(natWanted(wish, family, carrier, actual.nat), actual.nat) &&
        isSame(filterRules(desired, family, carrier), actual.filter) &&
        (carrier === 'rules' || desired.mode === 'observe' || actual.set !== 'absent');
      return isWhole ? 1 : 0;
    },
  };
}

/** One of our chains alone, for the removal of what another backend has left. */
export function gateChainPart(family: Family, table: TableName, variant: Variant): Part<OwnChain> {
  const program = programOf(family, variant);
  return {
    name: `${program} -t ${table} chain ${gateName}`,
    read: ([listing]) => readOwn(program, table, family, listing),
    removal: (actual) => {
      const steps = planOwnRemoval(actual);
      return {
        calls: batch(program, table, steps),
        changes: countKinds(steps),
        after: () => doOwnSteps(actual, steps),
      };
    },
  };
}

/** One of our sets alone. It can be removed only when no chain of ours matches it any more. */
export function gateSetPart(name: string): Part<'absent' | 'there'> {
  return {
    name: `set ${name}`,
    read: ([listed]) => {
      const parameters = ['list', '-terse', name];
      if (listed === undefined) {
        return {kind: 'call', call: {program: 'ipset', parameters, input: ''}};
      }
      if (listed.kind === 'done') return {kind: 'read', actual: 'there'};
      const isAbsent = listed.why.includes('The set with the given name does not exist');
      return isAbsent ? {kind: 'read', actual: 'absent'} : {kind: 'unreadable', why: listed.why};
    },
    removal: (actual) => ({
      calls: actual === 'absent' ? [] : [ipset(`destroy ${name}\n`)],
      changes: new Map(actual === 'absent' ? [] : [['deleteSet', 1]]),
      after: () => 'absent',
    }),
  };
}

const talkNames = Object.keys(talkSets) as TalkSet[];

export const gateSets = (family: Family): readonly string[] => [
  knownSet(family),
  ...talkNames.map((name) => talkSet(name, family)),
];

function readChains(
  family: Family,
  carrier: Carrier,
  [natListing, filterListing, saved]: readonly CallResult[],
  nowMs: number,
): KernelReading<GateChains> {
  const program = programOf(family, '');
  const nat = readOwn(program, 'nat', family, natListing);
  if (nat.kind !== 'read') return nat;
  const filter = readOwn(program, 'filter', family, filterListing);
  if (filter.kind !== 'read') return filter;
  const own = {nat: nat.actual, filter: filter.actual, readMs: nowMs};
  if (carrier === 'rules') return {kind: 'read', actual: {...own, set: 'absent'}};
  const set = readSet(knownSet(family), family, saved, nowMs);
  return set.kind === 'read' ? {kind: 'read', actual: {...own, set: set.actual}} : set;
}

const readOwn = (
  program: string,
  table: TableName,
  family: Family,
  listing: CallResult | undefined,
): KernelReading<OwnChain> =>
  readListing(program, listing, (text) => parseOwn(table, family, text), table);

const batch = (program: string, table: TableName, steps: readonly OwnStep[]): Call[] =>
  steps.length === 0 ? [] : restoreCalls(program, renderOwn(table, steps));

function natWanted(
  {desired, nowMs}: Pick<Wish<GateRules>, 'desired' | 'nowMs'>,
  family: Family,
  carrier: Carrier,
  {rules}: OwnChain,
): OwnRules {
  const texts = rules === 'absent' ? [] : rules;
  const standing = texts.map(leadWindow).find((window) => window !== undefined);
  const window = windowNow(desired, standing, nowMs);
  const known = carrier === 'rules' ? ruledOf(desired, nowMs) : [];
  return natRules(desired, family, carrier, known, window);
}

function windowNow(
  desired: GateRules,
  standing: HoldWindow | undefined,
  nowMs: number,
): HoldWindow | undefined {
  const untilMs = aliveUntil(desired, nowMs);
  if (untilMs === undefined) {
    const lapses = desired.unrenewed === 'lapses';
    return lapses && standing !== undefined && mayLapse(standing.untilMs, nowMs)
      ? standing
      : undefined;
  }
  const isRight = standing !== undefined && standing.fromMs <= nowMs;
  if (isRight && isAliveRight(standing.untilMs, untilMs)) return standing;
  return {fromMs: second(nowMs) - windowBackMs, untilMs: second(untilMs)};
}

/**
 * How long before now a new window begins. Ms. A clock that is set back by more than this ends the redirection; it
 * never makes it longer.
 */
const windowBackMs = 5000;

const second = (ms: number): number => Math.ceil(ms / 1000) * 1000;

/**
 * The known clients that have a rule: exempt ones first, then the passes that last longest. In the order in which they
 * came, so that a new one is one more rule at the end.
 */
function ruledOf({known, exempt}: GateRules, nowMs: number): string[] {
  const all = [...known.entries()].filter(([, untilMs]) => untilMs > nowMs);
  if (all.length <= mostKnownRules) return all.map(([network]) => network);
  const there = new Map(all);
  const first = [...exempt].filter((network) => there.delete(network));
  const passes = [...there].sort(([, a], [, b]) => b - a).map(([network]) => network);
  const ruled = new Set([...first, ...passes].slice(0, mostKnownRules));
  return all.flatMap(([network]) => (ruled.has(network) ? network : []));
}

/** Whether a step is daily work and no repair: a pass comes or goes, or the redirection is renewed. */
const isRoutine = (step: OwnStep): boolean =>
  (step.kind === 'addRule' || step.kind === 'deleteRule') &&
  (leadWindow(step.rule) !== undefined || /^-s \S+ -j RETURN$/.test(step.rule));

/** The steps of `gone` come before the sets are flushed, those of `steps` after it. */
interface FilterPlan {
  readonly how: 'stays' | 'anew';
  readonly gone: readonly OwnStep[];
  readonly steps: readonly OwnStep[];
}

function planFilter(wanted: OwnRules, actual: OwnChain, place: HookPlace): FilterPlan {
  const isRight =
    isHookedRight(wanted, actual, place) && planOwn(wanted, actual, place).length === 0;
  if (isRight) return {how: 'stays', gone: [], steps: []};
  const gone = planOwnRemoval(actual);
  if (wanted.rules.length === 0) return {how: 'stays', gone, steps: []};
  return {how: 'anew', gone, steps: planOwn(wanted, doOwnSteps(actual, gone), place)};
}

/** Creates the sets, and flushes what was noted about connections. Early talkers are kept. */
function talkCalls(family: Family): Call[] {
  const inet = family === 4 ? 'inet' : 'inet6';
  const lines = talkNames.flatMap((name) => {
    const {of, size, seconds} = talkSets[name];
    const type = of === 'clients' ? 'hash:ip' : 'hash:ip,port,ip';
    const set = talkSet(name, family);
    const created = `create ${set} ${type} family ${inet} maxelem ${size} timeout ${seconds}`;
    return name === 'early' ? [created] : [created, `flush ${set}`];
  });
  return [ipset(`${lines.join('\n')}\n`)];
}

function planKnown(
  wish: Wish<GateRules>,
  family: Family,
  set: SetState,
): Pick<Plan<SetState>, 'calls' | 'after'> & {readonly drift: ReadonlyMap<string, number>} {
  if (wish.desired.mode !== 'gate') return {calls: [], drift: new Map(), after: () => set};
  const elements = set === 'absent' ? new Map<string, number>() : set;
  const known: Wish<Desired> = {
    ...wish,
    desired: wish.desired.known,
    scope: set === 'absent' ? 'all' : wish.scope,
  };
  const steps = planSet(known, elements);
  return {
    calls: renderSet(knownSet(family), family, set === 'absent' ? 'create' : 'keep', steps),
    drift: countKinds(driftIn(known, elements, steps)),
    after: () => doSetSteps(elements, steps, wish.nowMs),
  };
}

function removalOf(program: string, family: Family, actual: GateChains): Plan<GateChains> {
  const [nat, filter] = [planOwnRemoval(actual.nat), planOwnRemoval(actual.filter)];
  const isSet = actual.set !== 'absent';
  return {
    calls: [
      ...batch(program, 'nat', nat),
      ...batch(program, 'filter', filter),
      ...(isSet ? [ipset(`destroy ${knownSet(family)}\n`)] : []),
    ],
    changes: countKinds([...nat, ...filter]),
    after: () => ({
      nat: doOwnSteps(actual.nat, nat),
      filter: doOwnSteps(actual.filter, filter),
      ...{set: 'absent', readMs: actual.readMs},
    }),
  };
}

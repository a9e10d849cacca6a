/**
 * The egress guard as an iptables chain, for the backends `iptables` and `ipset`. Finds the smallest change from what the
 * kernel has to the desired state. As in the chain of the blocks, a rule that has none of our shapes belongs to the
 * administrator and stays. A rule of our shapes that is not desired is removed.
 */
import {type Backend, countKinds, type Plan} from '../../firewall/backend.js';
import {readListing} from '../../firewall/filter-listing.js';
import {programOf, restoreCalls, type Variant} from '../../firewall/iptables-calls.js';
import type {Family} from '../../net/address.js';
import {
  type EgressChain,
  type EgressRule,
  hookRule,
  parseEgress,
  releaseIn,
  ruleTexts,
  windowIn,
} from './chain-rules.js';
import {type EgressRules, type HoldWindow, windowFor} from './rules.js';

type EgressStep =
  | {readonly kind: 'createChain' | 'flushChain' | 'deleteChain'}
  | {readonly kind: 'insertHook' | 'deleteHook'; readonly port: number}
  /** `at`: the number of rules before the new one. */
  | {readonly kind: 'insertRule'; readonly at: number; readonly rule: string}
  | {readonly kind: 'deleteRule'; readonly rule: string};

/** `any`: the hook may stand after rules that could accept a packet. */
type HookPlace = 'first' | 'any';

export function egressChainBackend(
  chain: string,
  family: Family,
  hookPlace: HookPlace = 'first',
  variant: Variant = '',
): Backend<EgressChain, EgressRules> {
  const program = programOf(family, variant);
  const planOf = (actual: EgressChain, steps: readonly EgressStep[]): Plan<EgressChain> => ({
    calls: steps.length === 0 ? [] : restoreCalls(program, rendered(chain, steps)),
    changes: countKinds(steps),
    after: () => doEgressSteps(actual, steps),
  });
  return {
    name: `${program} chain ${chain}`,
    read: ([listing], nowMs) =>
      readListing(program, listing, (text) => parseEgress(chain, family, text, nowMs)),
    plan: ({desired, changed, nowMs}, actual) => {
      const window = windowFor(windowOf(actual), desired.switchSeconds, nowMs);
      const steps = planEgress(desired, family, hookPlace, window, actual);
      const drift = steps.filter((step) => !isRoutine(step, desired, family, changed, actual));
      return {
        ...planOf(actual, steps),
        changes: countKinds(drift),
        after: () => ({...doEgressSteps(actual, steps), readMs: nowMs}),
      };
    },
    removal: (actual) => planOf(actual, planRemoval(actual)),
    standing: (desired, actual) => countGuarded(desired, family, hookPlace, actual),
  };
}

const windowOf = ({rules}: EgressChain): HoldWindow | undefined =>
  rules === 'absent'
    ? undefined
    : rules.map(({text}) => windowIn(text)).find((window) => window !== undefined);

/** @returns steps that turn `actual` into the desired state; none if they are equal */
export function planEgress(
  desired: EgressRules,
  family: Family,
  hookPlace: HookPlace,
  window: HoldWindow,
  actual: EgressChain,
): EgressStep[] {
  const {rules, hooks} = actual;
  const unhooked = desired.ports.filter((port) => !isHooked(actual, port, hookPlace));
  const wrong = [...hooks].filter(
    ([port]) => unhooked.includes(port) || !desired.ports.includes(port),
  );
  return [
    ...(rules === 'absent' ? [{kind: 'createChain'} as const] : []),
    ...wrong.flatMap(([port, {count}]) => hookDeletions(port, count)),
    ...unhooked.map((port) => ({kind: 'insertHook', port}) as const),
    ...planRules(ruleTexts(desired, family, window), actual),
  ];
}

const hookDeletions = (port: number, count: number): EgressStep[] =>
  Array.from({length: count}, () => ({kind: 'deleteHook', port}));

function isHooked({hooks}: EgressChain, port: number, hookPlace: HookPlace): boolean {
  const place = hooks.get(port)?.place;
  return place === 'first' || (place === 'late' && hookPlace === 'any');
}

/** Keeps our rules that are in the right order. Foreign rules keep their places among them. */
function planRules(wanted: readonly string[], {rules}: EgressChain): EgressStep[] {
  const standing = rules === 'absent' ? [] : rules;
  const own = standing.flatMap(({owner, text}) => (owner === 'ours' ? text : []));
  const kept = keptOf(wanted, own);
  const texts = standing.flatMap(({owner, text}) =>
    owner === 'other' || kept.has(text) ? text : [],
  );
  const firstOwn = standing.findIndex(({owner}) => owner === 'ours');
  let at = Math.max(0, firstOwn);
  const inserted: EgressStep[] = [];
  for (const rule of wanted) {
    if (kept.has(rule)) {
      at = texts.indexOf(rule) + 1;
      continue;
    }
    inserted.push({kind: 'insertRule', at, rule});
    texts.splice(at, 0, rule);
    at += 1;
  }
  const gone = own.filter((rule) => !kept.has(rule));
  return [...gone.map((rule) => ({kind: 'deleteRule', rule}) as const), ...inserted];
}

function keptOf(wanted: readonly string[], own: readonly string[]): ReadonlySet<string> {
  const kept = new Set<string>();
  // iptables deletes the first of two equal rules, so with equal rules all are made again.
  if (new Set(own).size < own.length) return kept;
  let next = 0;
  for (const rule of own) {
    const at = wanted.indexOf(rule, next);
    if (at < 0) continue;
    kept.add(rule);
    next = at + 1;
  }
  return kept;
}

/** Whether a step is daily work and no repair: a release comes or goes, or the hold is renewed. */
function isRoutine(
  step: EgressStep,
  {mode}: EgressRules,
  family: Family,
  changed: ReadonlySet<string>,
  actual: EgressChain,
): boolean {
  if (step.kind !== 'insertRule' && step.kind !== 'deleteRule') return false;
  if (windowIn(step.rule) !== undefined) return mode === 'hold' && windowOf(actual) !== undefined;
  const release = releaseIn(step.rule, family);
  return release !== undefined && changed.has(release);
}

/** Steps that remove everything of ours. A chain with foreign rules, or with foreign jumps to it, stays without ours. */
function planRemoval({rules, hooks, use}: EgressChain): EgressStep[] {
  const unhook = [...hooks].flatMap(([port, {count}]) => hookDeletions(port, count));
  if (rules === 'absent') return unhook;
  if (rules.some(({owner}) => owner === 'other')) {
    const own = rules.filter(({owner}) => owner === 'ours');
    return [...unhook, ...own.map(({text: rule}) => ({kind: 'deleteRule', rule}) as const)];
  }
  const flush: EgressStep = {kind: 'flushChain'};
  return use === 'needed' ? [...unhook, flush] : [...unhook, flush, {kind: 'deleteChain'}];
}

/** Counts the ports whose guard is complete. */
function countGuarded(
  desired: EgressRules,
  family: Family,
  hookPlace: HookPlace,
  actual: EgressChain,
): number {
  const window = windowOf(actual) ?? {fromMs: 0, untilMs: 0};
  const isOver = desired.mode === 'hold' && window.untilMs <= actual.readMs;
  const isWhole =
    actual.rules !== 'absent' && planRules(ruleTexts(desired, family, window), actual).length === 0;
  if (isOver || !isWhole) return 0;
  return desired.ports.filter((port) => isHooked(actual, port, hookPlace)).length;
}

function rendered(chain: string, steps: readonly EgressStep[]): string {
  const lines = steps.map((step) => renderStep(chain, step));
  return ['*filter', ...lines, 'COMMIT', ''].join('\n');
}

function renderStep(chain: string, step: EgressStep): string {
  switch (step.kind) {
    case 'createChain':
      // If the chain exists although the listing did not show it, this refuses the whole batch.
      return `-N ${chain}`;
    case 'flushChain':
      return `-F ${chain}`;
    case 'deleteChain':
      return `-X ${chain}`;
    case 'insertHook':
      return `-I OUTPUT 1 ${hookRule(chain, step.port)}`;
    case 'deleteHook':
      return `-D OUTPUT ${hookRule(chain, step.port)}`;
    case 'insertRule':
      return `-I ${chain} ${step.at + 1} ${step.rule}`;
    case 'deleteRule':
      return `-D ${chain} ${step.rule}`;
  }
}

/** @returns what the kernel has after these steps */
export function doEgressSteps(before: EgressChain, steps: readonly EgressStep[]): EgressChain {
  let rules: 'absent' | EgressRule[] = before.rules === 'absent' ? 'absent' : [...before.rules];
  const hooks = new Map(before.hooks);
  for (const step of steps) {
    switch (step.kind) {
      case 'createChain':
      case 'flushChain':
        rules = [];
        break;
      case 'deleteChain':
        rules = 'absent';
        break;
      case 'insertHook':
        hooks.set(step.port, {place: 'first', count: 1});
        break;
      case 'deleteHook':
        hooks.delete(step.port);
        break;
      case 'insertRule':
        rules = rules === 'absent' ? [] : rules;
        rules.splice(step.at, 0, {text: step.rule, owner: 'ours'});
        break;
      case 'deleteRule':
        rules = withoutFirst(rules === 'absent' ? [] : rules, step.rule);
    }
  }
  return {...before, rules, hooks};
}

function withoutFirst(rules: readonly EgressRule[], gone: string): EgressRule[] {
  const first = rules.findIndex(({text}) => text === gone);
  return rules.filter((_, at) => at !== first);
}

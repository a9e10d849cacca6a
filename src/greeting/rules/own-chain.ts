/**
 * An iptables chain that belongs to us alone, in one table: what it holds, and the smallest change to
 * the desired state. Foreign rules in it are removed. Other chains stay as they are, except for jumps
 * to ours. Does not know what the rules mean (`chain-texts.ts`).
 */
import {canonical, type Hook, hookPlace, readRules, targetOf} from '../../firewall/filter-table.js';
import type {TableName} from '../../firewall/iptables-calls.js';
import {addressBits, type Family} from '../../net/address.js';
import {gateName} from '../../config/kinds/chain-names.js';

/** A jump to our chain. */
interface Jump {
  readonly chain: string;
  readonly match: string;
}

/** The desired rules, and the jumps to them. */
export interface OwnRules {
  readonly hooks: readonly Jump[];
  readonly rules: readonly string[];
}

interface StandingJump extends Jump {
  readonly place: Hook;
  readonly count: number;
}

/** What the kernel has. */
export interface OwnChain {
  readonly rules: readonly string[] | 'absent';
  /** Equal jumps are one entry with a count. */
  readonly jumps: readonly StandingJump[];
  /** `needed`: a foreign chain jumps to ours, so ours can be flushed but not deleted. */
  readonly use: 'ours' | 'needed';
}

export type OwnStep =
  | {readonly kind: 'createChain' | 'flushChain' | 'deleteChain'}
  | {readonly kind: 'insertHook' | 'deleteHook'; readonly jump: Jump}
  | {readonly kind: 'addRule'; readonly rule: string}
  /** By its number, from 1: by its text iptables would delete the first of two equal rules. */
  | {readonly kind: 'deleteRule'; readonly number: number; readonly rule: string};

/** `first`: our jump must stand before any rule that could accept a packet. */
export type HookPlace = 'first' | 'any';

const builtin: Readonly<Record<TableName, readonly string[]>> = {
  filter: ['INPUT', 'OUTPUT', 'FORWARD'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
};

/** @param listing the whole output of `iptables-save -t TABLE` */
export function parseOwn(table: TableName, family: Family, listing: string): OwnChain {
  const rules = readRules(listing, table);
  const jumps = builtin[table].flatMap((chain) => {
    const texts = rules.get(chain) ?? [];
    const ours = new Set(texts.filter((text) => text.endsWith(` -j ${gateName}`)));
    return [...ours].map((text) => ({
      ...{chain, match: text.slice(0, -` -j ${gateName}`.length)},
      ...hookPlace(text, gateName, rules, texts),
    }));
  });
  const isHook = (name: string, text: string): boolean =>
    builtin[table].includes(name) && text.endsWith(` -j ${gateName}`);
  const isNeeded = [...rules].some(([name, texts]) =>
    texts.some((text) => targetOf(text) === gateName && !isHook(name, text)),
  );
  return {
    rules: rules.get(gateName)?.map((text) => asWritten(text, family)) ?? 'absent',
    jumps,
    use: isNeeded ? 'needed' : 'ours',
  };
}

/** The tools print an IPv4-compatible address as `::192.0.2.7`. Turns it into the form that we write. */
function asWritten(text: string, family: Family): string {
  const [, source = '', rest = ''] = /^-s (\S+)( -j RETURN)$/.exec(text) ?? [];
  const network = source === '' ? undefined : canonical(source, family);
  if (network === undefined) return text;
  return `-s ${network.includes('/') ? network : `${network}/${addressBits[family]}`}${rest}`;
}

/** Whether every wanted hook is in its place, and there is no other. */
export function isHookedRight({hooks}: OwnRules, {jumps}: OwnChain, place: HookPlace): boolean {
  return (
    jumps.every((jump) => isWanted(hooks, jump)) &&
    hooks.every((hook) => isGood(jumps, hook, place))
  );
}

const isSame = (a: Jump, b: Jump): boolean => a.chain === b.chain && a.match === b.match;
const isWanted = (hooks: readonly Jump[], jump: Jump): boolean =>
  hooks.some((hook) => isSame(hook, jump));

function isGood(jumps: readonly StandingJump[], hook: Jump, wanted: HookPlace): boolean {
  const place = jumps.find((jump) => isSame(jump, hook))?.place;
  return place === 'first' || (place === 'late' && wanted === 'any');
}

/** @returns steps that turn `actual` into `wanted`; none if they are equal */
export function planOwn(wanted: OwnRules, actual: OwnChain, place: HookPlace): OwnStep[] {
  if (wanted.rules.length === 0 && wanted.hooks.length === 0) return planOwnRemoval(actual);
  const {rules, jumps} = actual;
  const unhooked = wanted.hooks.filter((hook) => !isGood(jumps, hook, place));
  const wrong = jumps.filter((jump) => !isWanted(wanted.hooks, jump) || isWanted(unhooked, jump));
  return [
    ...(rules === 'absent' ? [{kind: 'createChain'} as const] : []),
    ...wrong.flatMap(hookDeletions),
    ...planRules(wanted.rules, rules === 'absent' ? [] : rules),
    ...unhooked.map((jump): OwnStep => ({kind: 'insertHook', jump})),
  ];
}

const hookDeletions = ({chain, match, count}: StandingJump): OwnStep[] =>
  Array.from({length: count}, () => ({kind: 'deleteHook', jump: {chain, match}}));

/** Correct rules at the beginning stay; from the first wrong one on, all are made again. */
function planRules(wanted: readonly string[], standing: readonly string[]): OwnStep[] {
  let same = 0;
  while (same < wanted.length && wanted[same] === standing[same]) same += 1;
  const gone = standing.slice(same).map((rule, i): OwnStep => {
    return {kind: 'deleteRule', number: same + i + 1, rule};
  });
  return [
    ...gone.reverse(),
    ...wanted.slice(same).map((rule): OwnStep => ({kind: 'addRule', rule})),
  ];
}

/** Steps that remove everything of ours. A chain to which others jump stays, empty. */
export function planOwnRemoval({rules, jumps, use}: OwnChain): OwnStep[] {
  const unhooked = jumps.flatMap(hookDeletions);
  if (rules === 'absent') return unhooked;
  const isEmptied = use === 'needed' && rules.length === 0;
  return [
    ...unhooked,
    ...(isEmptied ? [] : [{kind: 'flushChain'} as const]),
    ...(use === 'needed' ? [] : [{kind: 'deleteChain'} as const]),
  ];
}

/** A batch for `iptables-restore --noflush`: the kernel takes all of it or nothing. */
export function renderOwn(table: TableName, steps: readonly OwnStep[]): string {
  return [`*${table}`, ...steps.map(renderStep), 'COMMIT', ''].join('\n');
}

function renderStep(step: OwnStep): string {
  switch (step.kind) {
    case 'createChain':
      // If the chain exists although the listing did not show it, this refuses the whole batch.
      return `-N ${gateName}`;
    case 'flushChain':
      return `-F ${gateName}`;
    case 'deleteChain':
      return `-X ${gateName}`;
    case 'insertHook':
      return `-I ${step.jump.chain} 1 ${step.jump.match} -j ${gateName}`;
    case 'deleteHook':
      return `-D ${step.jump.chain} ${step.jump.match} -j ${gateName}`;
    case 'addRule':
      return `-A ${gateName} ${step.rule}`;
    case 'deleteRule':
      return `-D ${gateName} ${step.number}`;
  }
}

/** @returns what the kernel has after these steps */
export function doOwnSteps(before: OwnChain, steps: readonly OwnStep[]): OwnChain {
  let rules: 'absent' | string[] = before.rules === 'absent' ? 'absent' : [...before.rules];
  let jumps = before.jumps;
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
        jumps = [...jumps, {...step.jump, place: 'first', count: 1}];
        break;
      case 'deleteHook':
        jumps = jumps.filter((jump) => !isSame(jump, step.jump));
        break;
      case 'addRule':
        rules = [...(rules === 'absent' ? [] : rules), step.rule];
        break;
      case 'deleteRule':
        rules = (rules === 'absent' ? [] : rules).filter((_, at) => at !== step.number - 1);
    }
  }
  return {...before, rules, jumps};
}

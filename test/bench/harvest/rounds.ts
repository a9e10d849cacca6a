/**
 * The rounds of one seed: a world with all kinds together for each contender, each botnet alone, the
 * loss of the user list, and kinds beyond reach under other settings. Each seed runs in a thread of its
 * own, so that all cores are used.
 */
import {singleAttackers} from './attackers.js';
import {botnets} from './botnets.js';
import {contender, contenderNames, ours} from './contenders.js';
import {namedInnocents} from './innocents.js';
import {moreInnocents} from './more-innocents.js';
import {dayMs, hourMs, minuteMs, type Outage} from './people.js';
import {Pipeline} from './pipeline.js';
import {
  type AttackResult,
  beginMs,
  type Group,
  type InnocentResult,
  play,
  type WorldResult,
  type WorldSpec,
} from './world.js';

export const attackerKinds = [...singleAttackers, ...botnets];
export const innocentKinds = [...namedInnocents, ...moreInnocents];

export interface Plan {
  readonly days: number;
  readonly holdOut: 'shown' | 'hidden';
  /** The kinds that are played; empty: all. */
  readonly kinds: readonly string[];
  /** `together`: without the botnets alone and the operating curve. `ours`: without the reference rules too. */
  readonly parts: Parts;
}

export const allParts = ['all', 'together', 'ours'] as const;
type Parts = (typeof allParts)[number];

/** One world under one defence, as plain data. */
export interface Round {
  readonly seed: number;
  /** `together`, a botnet's name, `outage 20`, `curve`. */
  readonly world: string;
  readonly contender: string;
  readonly attackers: Readonly<Record<string, AttackResult>>;
  readonly innocents: Readonly<Record<string, InnocentResult>>;
  readonly seconds: number;
  /** Log lines that the pipeline read. A count. */
  readonly lines: number;
}

export const outageMinutes = [20, 180] as const;

/** Hours at which the relay loses its list. Each seed uses another one. */
const outageHours = [2, 9, 10];

export const thresholds = [5, 10, 20] as const;

export function roundsOf(seed: number, plan: Plan): Round[] {
  const {days, parts} = plan;
  const world = {seed, days, ...kindsOf(plan)};
  const names = parts === 'ours' ? [ours] : contenderNames;
  const rounds = ['none', ...names].map((name) => round(world, 'together', name));
  for (const minutes of outageMinutes) {
    const fromMs = beginMs + dayMs + (outageHours[seed % outageHours.length] ?? 0) * hourMs;
    const outage: Outage = {fromMs, untilMs: fromMs + minutes * minuteMs};
    const quiet = {...world, days: 1, attackers: [], outage};
    rounds.push(round(quiet, `outage ${String(minutes)}`, ours));
  }
  if (parts !== 'all') return rounds;
  for (const each of world.attackers.filter(({isBotnet}) => isBotnet === true)) {
    rounds.push(round({...world, attackers: [each]}, each.name, ours));
  }
  const beyond = {...world, ...kindsOf(plan, ['beyond'])};
  for (const name of ['none', ...thresholds.map((each) => `threshold ${String(each)}`)]) {
    rounds.push(round(beyond, 'curve', name));
  }
  return rounds;
}

function kindsOf(
  {holdOut, kinds}: Plan,
  more: readonly Group[] = [],
): Pick<WorldSpec, 'attackers' | 'innocents'> {
  const groups: readonly Group[] = [
    'named',
    'ours',
    ...(holdOut === 'shown' ? (['heldOut'] as const) : []),
    ...more,
  ];
  const chosen = <Kind extends {name: string; group: Group}>(all: readonly Kind[]): Kind[] => {
    const named = all.filter(({name}) => kinds.includes(name));
    return named.length > 0 ? named : all.filter(({group}) => groups.includes(group));
  };
  return {attackers: chosen(attackerKinds), innocents: chosen(innocentKinds)};
}

function round(spec: WorldSpec, world: string, name: string): Round {
  const defence = contender(name);
  const result: WorldResult = play(spec, defence, () => performance.now());
  return {
    seed: spec.seed,
    world,
    contender: name,
    attackers: Object.fromEntries(result.attackers),
    innocents: Object.fromEntries(result.innocents),
    seconds: result.seconds,
    lines: defence instanceof Pipeline ? defence.lines : 0,
  };
}

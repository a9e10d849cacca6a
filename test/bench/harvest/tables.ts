/** The rounds as tables for people. `verdicts.ts` decides what is good enough. */
import {figures} from '../figures.js';
import {ours} from './contenders.js';
import {attackerKinds, innocentKinds, type Round, thresholds} from './rounds.js';
import type {Group} from './world.js';

/** What attackers learned, as percent of what they learn without a defence. */
export class Harvest {
  readonly rounds: readonly Round[];
  readonly #none = new Map<string, Round>();

  constructor(rounds: readonly Round[]) {
    this.rounds = rounds;
    for (const round of rounds) {
      if (round.contender === 'none') this.#none.set(`${round.world} ${String(round.seed)}`, round);
    }
  }

  of(world: string, contender: string): readonly Round[] {
    return this.rounds.filter((each) => each.world === world && each.contender === contender);
  }

  /** Over all seeds together, because the few names of a slow attacker in one seed mean little. */
  yieldOf(kind: string, rounds: readonly Round[]): number | undefined {
    let [learnt, all] = [0, 0];
    for (const round of rounds) {
      // Undefended, a botnet learns alone what it learns among others.
      const world = round.world === 'curve' ? 'curve' : 'together';
      const most = this.#none.get(`${world} ${String(round.seed)}`)?.attackers[kind];
      const got = round.attackers[kind];
      if (most === undefined || got === undefined) continue;
      learnt += got.learnt;
      all += most.learnt;
    }
    return all === 0 ? undefined : (100 * learnt) / all;
  }

  /** The yield of each kind that was played. */
  yields(group: Group, rounds: readonly Round[]): readonly (readonly [string, number])[] {
    return attackerKinds.flatMap(({name, group: its}) => {
      const share = its === group ? this.yieldOf(name, rounds) : undefined;
      return share === undefined ? [] : [[name, share] as const];
    });
  }
}

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

const percent = (share: number | undefined): string =>
  share === undefined ? '' : share.toFixed(share < 9.95 ? 2 : 0);

export function attackerTable(harvest: Harvest, contenders: readonly string[]): string[][] {
  const undefended = harvest.of('together', 'none');
  const head = [
    'attacker, yield %',
    'group',
    'names',
    ...contenders,
    'alone',
    'first drop',
    'asked',
  ];
  const rows = attackerKinds.flatMap(({name, group}) => {
    const most = undefended.flatMap(({attackers}) => attackers[name]?.learnt ?? []);
    if (most.length === 0) return [];
    const mine = harvest.of('together', ours).flatMap(({attackers}) => attackers[name] ?? []);
    const first = mine.flatMap(({firstDropMs}) => firstDropMs ?? []);
    const asked = mine.map(({firstDropMs, asked: all, askedBefore}) =>
      firstDropMs === undefined ? all : askedBefore,
    );
    return [
      [
        name,
        group,
        mean(most).toFixed(0),
        ...contenders.map((each) => percent(harvest.yieldOf(name, harvest.of('together', each)))),
        percent(harvest.yieldOf(name, harvest.of(name, ours))),
        first.length < mine.length / 2 ? 'never' : minutes(figures(first).median),
        figures(asked).median.toFixed(0),
      ],
    ];
  });
  return [head, ...rows];
}

const minutes = (ms: number): string => {
  const count = ms / 60_000;
  return count < 120 ? `${count.toFixed(0)} min` : `${(count / 60).toFixed(1)} h`;
};

/** For each kind the seeds in which an address of it was blocked. For our defence also how long, and what it cost. */
export function innocentTable(harvest: Harvest, contenders: readonly string[]): string[][] {
  const head = [
    'innocent, seeds blocked',
    'group',
    'mails',
    ...contenders,
    'hours',
    'late',
    'lost',
  ];
  const rows = innocentKinds.flatMap(({name, group}) => {
    const mine = harvest.of('together', ours).flatMap(({innocents}) => innocents[name] ?? []);
    if (mine.length === 0) return [];
    const total = (key: 'hours' | 'delayed' | 'lost' | 'mails'): number =>
      mine.reduce((sum, each) => sum + each[key], 0);
    return [
      [
        name,
        group,
        (total('mails') / mine.length).toFixed(0),
        ...contenders.map((each) => String(blockedSeeds(harvest.of('together', each), name))),
        total('hours').toFixed(1),
        String(total('delayed')),
        String(total('lost')),
      ],
    ];
  });
  return [head, ...rows];
}

/** Why our defence blocked innocents, for each kind and seed. */
export function reasonTable(harvest: Harvest): string[][] {
  const rows = harvest.rounds
    .filter(({contender}) => contender === ours)
    .flatMap(({seed, world, innocents}) =>
      Object.entries(innocents).flatMap(([name, {reasons}]) =>
        name === behindNat ? [] : reasons.map((reason) => [name, String(seed), world, reason]),
      ),
    );
  return [['innocent', 'seed', 'world', 'when it was seen, who, and why'], ...rows];
}

export const blockedSeeds = (rounds: readonly Round[], kind: string): number =>
  rounds.filter(({innocents}) => (innocents[kind]?.blocked ?? 0) > 0).length;

/** A line for each contender, with the main figures. */
export function summaryTable(harvest: Harvest, contenders: readonly string[]): string[][] {
  const rows = contenders.map((name) => {
    const rounds = harvest.of('together', name);
    const named = harvest.yields('named', rounds);
    const others = [...harvest.yields('ours', rounds), ...harvest.yields('heldOut', rounds)];
    const whole = named.filter(([, share]) => share >= wholeShare).length;
    const [blocked, runs] = blockedRuns(rounds, ['named']);
    const [blockedOurs, runsOurs] = blockedRuns(rounds, ['ours', 'heldOut']);
    const {delayed, lost} = spoiltMails(rounds);
    return [
      name,
      percent(mean(named.map(([, share]) => share))),
      percent(mean(others.map(([, share]) => share))),
      `${String(whole)} of ${String(named.length)}`,
      `${String(blocked)} of ${String(runs)}`,
      `${String(blockedOurs)} of ${String(runsOurs)}`,
      String(delayed),
      String(lost),
    ];
  });
  const head = [
    'contender',
    'mean yield %',
    'of our kinds',
    'let through',
    'innocents blocked',
    'of our kinds',
    'good mails late',
    'lost',
  ];
  return [head, ...rows];
}

/** An attacker that learns at least this share counts as not stopped at all. Percent. */
const wholeShare = 95;

/** The innocent that shares its address with a guesser. Every sum shows it apart. */
export const behindNat = 'nat_user';

/** Blocked runs and all runs (kinds times seeds), without the client that shares its address with a guesser. */
export function blockedRuns(rounds: readonly Round[], groups: readonly Group[]): [number, number] {
  let [blocked, runs] = [0, 0];
  for (const {name, group} of innocentKinds) {
    if (name === behindNat || !groups.includes(group)) continue;
    const its = rounds.filter(({innocents}) => innocents[name] !== undefined);
    blocked += blockedSeeds(its, name);
    runs += its.length;
  }
  return [blocked, runs];
}

export function spoiltMails(rounds: readonly Round[]): {delayed: number; lost: number} {
  const beyond = innocentKinds.flatMap(({name, group}) => (group === 'beyond' ? name : []));
  const sum = {delayed: 0, lost: 0};
  for (const {innocents} of rounds) {
    for (const [name, {delayed, lost}] of Object.entries(innocents)) {
      if (name === behindNat || beyond.includes(name)) continue;
      sum.delayed += delayed;
      sum.lost += lost;
    }
  }
  return sum;
}

/** What attackers beyond reach learn under each setting, and what that setting costs innocents. */
export function curveTable(harvest: Harvest): string[][] {
  const beyondInnocents = innocentKinds.filter(({group}) => group === 'beyond');
  const watched = ['botnet1000', 'botnet200', 'nat_guesser', 'once'];
  const rows = thresholds.map((threshold) => {
    const rounds = harvest.of('curve', `threshold ${String(threshold)}`);
    const named = harvest.yields('named', rounds);
    const [blocked, runs] = blockedRuns(rounds, ['named', 'ours']);
    const {delayed} = spoiltMails(rounds);
    return [
      `threshold ${String(threshold)}`,
      percent(mean(named.map(([, share]) => share))),
      ...watched.map((kind) => percent(harvest.yieldOf(kind, rounds))),
      `${String(blocked)} of ${String(runs)}`,
      String(delayed),
      ...beyondInnocents.map(({name}) => {
        const hours = rounds.map(({innocents}) => innocents[name]?.hours ?? 0);
        return `${mean(hours).toFixed(1)} h`;
      }),
    ];
  });
  const head = ['setting', 'mean yield %', ...watched, 'innocents blocked', 'late'];
  return [[...head, ...beyondInnocents.map(({name}) => name)], ...rows];
}

export function outageTable(harvest: Harvest, minutesOf: readonly number[]): string[][] {
  const head = ['the user list is lost for', 'innocents blocked', 'hours', 'good mails late'];
  const rows = minutesOf.map((count) => {
    const rounds = harvest.of(`outage ${String(count)}`, ours);
    const [blocked, runs] = blockedRuns(rounds, ['named', 'ours', 'heldOut']);
    const hours = rounds.flatMap(({innocents}) =>
      Object.entries(innocents).flatMap(([name, {hours: its}]) => (name === behindNat ? [] : its)),
    );
    return [
      `${String(count)} min`,
      `${String(blocked)} of ${String(runs)}`,
      hours.reduce((sum, each) => sum + each, 0).toFixed(1),
      String(spoiltMails(rounds).delayed),
    ];
  });
  return [head, ...rows];
}

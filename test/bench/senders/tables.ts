/**
 * The months as tables: how many recipients a thief reaches before the alarm, and how often an honest
 * sender leads to a warning.
 */
import {figures} from '../figures.js';
import {learningWeeks, type Month, type Theft, weeks} from './month.js';
import {kindNames} from './population.js';
import {thiefKinds, victims} from './thieves.js';

type Table = readonly (readonly string[])[];

const ourName = 'blocksmtp';
/** An alarm is in time if it comes before this many recipients. A count. */
const inTime = 100;
/** A slow thief must be found within this time. Hours. */
const slowHours = 48;

/** Names of the guards, ours first. */
const guardNames = (months: readonly Month[]): string[] => {
  const found = months.flatMap(({thefts, wrong}) => [
    ...thefts.flatMap(({found: by}) => Object.keys(by)),
    ...wrong.map(([guard]) => guard),
  ]);
  return [...new Set([ourName, ...found.sort()])];
};

const percent = (part: number, all: number): string =>
  all === 0 ? '-' : `${Math.round((100 * part) / all)} %`;

interface Reached {
  readonly median: number;
  readonly inTime: number;
  readonly found: number;
  readonly all: number;
  readonly hours: number;
}

function reachedOf(thefts: readonly Theft[], guard: string): Reached {
  const recipients = thefts.map(({found}) => found[guard]?.[0] ?? Number.POSITIVE_INFINITY);
  const hours = thefts.map(({found}) => found[guard]?.[1] ?? Number.POSITIVE_INFINITY);
  return {
    median: figures(recipients).median,
    inTime: recipients.filter((each) => each < inTime).length,
    found: recipients.filter((each) => Number.isFinite(each)).length,
    all: thefts.length,
    hours: figures(hours).median,
  };
}

const cells = ({median, inTime: early, found, all}: Reached): string =>
  found === 0
    ? 'never'
    : `${Number.isFinite(median) ? median : 'never'} / ${percent(early, all)} / ${percent(found, all)}`;

/** Recipients before the alarm (median), share below 100, share found at all. */
export function kindTable(months: readonly Month[]): Table {
  const guards = guardNames(months);
  const thefts = months.flatMap((month) => month.thefts);
  const head = ['thief: median / below 100 / found', 'of', 'hours', ...guards];
  const rows = thiefKinds.map(({name}) => {
    const those = thefts.filter(({kind}) => kind === name);
    const {hours} = reachedOf(those, ourName);
    return [
      name,
      String(those.length),
      Number.isFinite(hours) ? hours.toFixed(1) : '-',
      ...guards.map((guard) => cells(reachedOf(those, guard))),
    ];
  });
  return [head, ...rows];
}

/** Our guard alone, by the kind of account that was taken over. */
export function accountTable(months: readonly Month[]): Table {
  const thefts = months.flatMap((month) => month.thefts);
  const rows = thiefKinds.map(({name}) => [
    name,
    ...victims.map(({name: account}) => {
      const those = thefts.filter((each) => each.kind === name && each.account === account);
      return cells(reachedOf(those, ourName));
    }),
  ]);
  return [['in the account of', ...victims.map(({name}) => name)], ...rows];
}

/** Bounds of a Poisson mean for an observed count, 95 % sure (Byar's approximation). */
const mostOf = (count: number): number => {
  const next = count + 1;
  return next * (1 - 1 / (9 * next) + 1.96 / (3 * Math.sqrt(next))) ** 3;
};
const leastOf = (count: number): number =>
  count === 0 ? 0 : count * (1 - 1 / (9 * count) - 1.96 / (3 * Math.sqrt(count))) ** 3;

export function rateOf(
  months: readonly Month[],
  guard: string,
  of: 'learning' | 'after' = 'after',
): {readonly rate: number; readonly least: number; readonly most: number} {
  const wrong = months.flatMap((month) => (of === 'after' ? month.wrong : month.wrongBefore));
  const count = wrong.filter(([name]) => name === guard).length;
  const length = of === 'after' ? weeks : learningWeeks;
  const all = months.reduce((sum, {senders}) => sum + (senders / 1000) * length, 0);
  return {rate: count / all, least: leastOf(count) / all, most: mostOf(count) / all};
}

/** False alarms per 1000 senders and week, with 95 % bounds; the kinds of senders; and for our guard the reasons. */
export function falseTable(months: readonly Month[]): Table {
  const rows = guardNames(months).map((guard) => {
    const {rate, least, most} = rateOf(months, guard);
    const wrong = months.flatMap((month) => month.wrong.filter(([name]) => name === guard));
    const kinds = kindNames
      .map((kind) => ({kind, count: wrong.filter(([, each]) => each === kind).length}))
      .filter(({count}) => count > 0)
      .sort((a, b) => b.count - a.count)
      .map(({kind, count}) => `${kind} ${count}`);
    const whys = [...new Set(wrong.map(([, , why]) => why))].map(
      (why) => `${why} ${wrong.filter(([, , each]) => each === why).length}`,
    );
    return [
      guard,
      rateOf(months, guard, 'learning').rate.toFixed(2),
      rate.toFixed(2),
      `${least.toFixed(2)}..${most.toFixed(2)}`,
      kinds.slice(0, 5).join(', ') || '-',
      guard === ourName ? whys.join(', ') || '-' : '-',
    ];
  });
  return [
    ['false alarms of 1000 senders in a week', 'first month', 'after', '95 %', 'of', 'why'],
    ...rows,
  ];
}

/** One aim for each kind of thief, and whether it is met. */
export function verdicts(months: readonly Month[]): (readonly [string, boolean])[] {
  const thefts = months.flatMap((month) => month.thefts);
  return thiefKinds.map(({name}) => {
    const those = thefts.filter(({kind}) => kind === name);
    const {median, hours, all, found} = reachedOf(those, ourName);
    if (name.includes('slow')) {
      const text = `${name}: median ${hours.toFixed(1)} h, ${percent(found, all)} found (half within ${slowHours} h)`;
      return [text, hours <= slowHours];
    }
    return [`${name}: median ${median} recipients before the alarm (< ${inTime})`, median < inTime];
  });
}

/**
 * Learns how many recipients an hour of one sender usually has: how often each size of hour comes (for a limit),
 * and how many recipients each hour of the week has (for people). The past counts less: half after two weeks.
 * `limits.ts` decides whether an hour is too much.
 */

/** An observation counts half after this time. Hours: two weeks. */
const halfLifeHours = 14 * 24;
/** So much must be known before there is a normal: hours with mail, and hours since the first one. Counts. */
export const leastActiveHours = 20;
const leastAgeHours = 7 * 24;
/** Upper bounds of the classes of size; two classes are one doubling. Recipients. */
const sizes: readonly number[] = [
  1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 2048, 8192,
];
const hoursOfWeek = 168;
/** The numbers are rescaled after this time, so that they stay small. Hours: two weeks, the half-life. */
const rescaleHours = halfLifeHours;

/** Plain data. The unit of the numbers is an observation at `scaleHour`, so most of them need no change as time goes by. */
export interface Normal {
  readonly firstHour: number;
  /** All hours up to this one were learned. */
  readonly untilHour: number;
  /** Hours with mail since the beginning. A count. */
  readonly active: number;
  readonly scaleHour: number;
  /** How many hours were of each size (`sizes`). */
  readonly bySize: readonly number[];
  /** Recipients by the hour of the week (UTC), in tenths. Empty while nothing was learned. */
  readonly byHour: readonly number[];
}

export const newNormal: Normal = {
  firstHour: 0,
  untilHour: 0,
  active: 0,
  scaleHour: 0,
  bySize: [],
  byHour: [],
};

/** The epoch was a Thursday. It does not matter with which day a week begins. */
const hourOfWeek = (hour: number): number => hour % hoursOfWeek;

/** The most that is learned from one hour: for its size, and for its hour of the week. Recipients. */
export interface Clip {
  readonly size: number;
  readonly weekly: number;
}

/** @param hour an hour that is over, later than all that were learned. Whole hours since the epoch */
export function learned(before: Normal, hour: number, recipients: number, clip: Clip): Normal {
  const began = before.active === 0 ? {...newNormal, firstHour: hour, scaleHour: hour} : before;
  const normal = rescaled(began, hour);
  const worth = 2 ** ((hour - normal.scaleHour) / halfLifeHours);
  const bySize = added(
    normal.bySize,
    sizeOf(Math.min(recipients, clip.size)),
    worth,
    2,
    sizes.length,
  );
  const weekly =
    (1 - 2 ** (-hoursOfWeek / halfLifeHours)) * Math.min(recipients, clip.weekly) * worth * 10;
  const byHour = added(normal.byHour, hourOfWeek(hour), weekly, 0, hoursOfWeek);
  return {...normal, untilHour: hour, active: normal.active + 1, bySize, byHour};
}

/** @param digits behind the decimal point, so that a record stays small */
function added(
  values: readonly number[],
  at: number,
  amount: number,
  digits: number,
  length: number,
): number[] {
  const all = values.length === 0 ? Array.from({length}, () => 0) : [...values];
  const precision = 10 ** digits;
  all[at] = Math.round(((all[at] ?? 0) + amount) * precision) / precision;
  return all;
}

function rescaled(normal: Normal, hour: number): Normal {
  if (hour - normal.scaleHour < rescaleHours) return normal;
  const part = 2 ** ((normal.scaleHour - hour) / halfLifeHours);
  return {
    ...normal,
    scaleHour: hour,
    bySize: normal.bySize.map((value) => Math.round(value * part * 100) / 100),
    byHour: normal.byHour.map((value) => Math.round(value * part)),
  };
}

const sizeOf = (recipients: number): number => {
  const at = sizes.findIndex((size) => recipients <= size);
  return at < 0 ? sizes.length - 1 : at;
};

/** The share of the hours with mail that the normal covers. */
const covered = 0.95;

/** The largest class that is not larger. Recipients. */
export const sizeWithin = (recipients: number): number =>
  sizes.findLast((size) => size <= recipients) ?? 1;

/** The number that 95 of 100 hours with mail do not exceed. Recipients; undefined: too little is known. */
export function usualMost(normal: Normal, nowHour: number): number | undefined {
  const {active, firstHour, bySize} = normal;
  if (active < leastActiveHours || nowHour - firstHour < leastAgeHours) return undefined;
  const all = bySize.reduce((sum, each) => sum + each, 0);
  let sum = 0;
  for (const [at, each] of bySize.entries()) {
    sum += each;
    if (sum >= covered * all) return sizes[at];
  }
  return sizes.at(-1);
}

/** An hour can count as the largest for this long. Hours: four weeks. */
const largestHours = 28 * 24;
/** The weight of such an hour is rounded to two digits. */
const roundingPart = 0.95;

/** The largest hour of the last four weeks, rounded up to its size. Recipients; 0: none is known. */
export function largestLately({bySize, scaleHour}: Normal, nowHour: number): number {
  const oldest = 2 ** ((nowHour - largestHours - scaleHour) / halfLifeHours);
  const at = bySize.findLastIndex((each) => each >= roundingPart * oldest);
  return sizes[at] ?? 0;
}

/** The recipients that this hour of the week usually has, with one digit behind the decimal point. */
export function usualNow(normal: Normal, nowHour: number): number {
  const {byHour, scaleHour, firstHour, active} = normal;
  if (active === 0) return 0;
  const value = (byHour[hourOfWeek(nowHour)] ?? 0) * 2 ** ((scaleHour - nowHour) / halfLifeHours);
  // In the first weeks, few hours of each kind have been seen.
  const seen = 1 - 2 ** (-Math.max(hoursOfWeek, nowHour - firstHour) / halfLifeHours);
  return Math.round(value / seen) / 10;
}

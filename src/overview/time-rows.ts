/** Sums over time: by hour for a few days, by local day for more. There is no gap, so that a plot of them is true. */
import type {TimeRow, TimeRows} from './overview.js';
import {localTime} from '../base/time-text.js';
import {
  type Counted,
  counted,
  emptyHour,
  hourMs,
  hoursBetween,
  type OutcomeHour,
} from '../tally/hours.js';

/** The longest time with a row for each hour. A count: 8 days; a plot of more would show no single hour. */
const mostHourRows = 8 * 24;
/** The longest time of a report. A count of hours: the state keeps them for so long. */
const mostHours = 91 * 24;

export function timeRows(hours: Iterable<OutcomeHour>, fromMs: number, untilMs: number): TimeRows {
  const rows = withoutGaps(hoursBetween(hours, fromMs, untilMs), fromMs, untilMs);
  return rows.length <= mostHourRows ? {step: 'hour', rows} : {step: 'day', rows: byDay(rows)};
}

function withoutGaps(hours: readonly OutcomeHour[], fromMs: number, untilMs: number): TimeRow[] {
  const last = Math.floor(untilMs / hourMs);
  const first = Math.max(Math.floor(fromMs / hourMs), last - mostHours);
  const known = new Map(hours.map((each) => [each.hour, each]));
  const rows: TimeRow[] = [];
  for (let hour = first; hour <= last; hour++) {
    const atMs = hour * hourMs;
    rows.push({atMs, ...sumOf([known.get(hour) ?? emptyHour(hour)])});
  }
  return rows;
}

/** Sums by the local day of this machine, which may have 23 or 25 hours. */
export function byDay(rows: readonly TimeRow[]): TimeRow[] {
  const days = new Map<string, TimeRow[]>();
  for (const row of rows) {
    const day = localTime(row.atMs).slice(0, 10);
    const of = days.get(day);
    if (of === undefined) days.set(day, [row]);
    else of.push(row);
  }
  return [...days.values()].map((each) => ({atMs: each[0]!.atMs, ...sumOf(each)}));
}

type Counts = Readonly<Record<Counted, number>>;

export function sumOf(rows: readonly Counts[]): Counts {
  const entries = counted.map((what) => [
    what,
    rows.reduce((sum, {[what]: count}) => sum + count, 0),
  ]);
  // Each name has a sum, because all come from the same list.
  return Object.fromEntries(entries) as Counts;
}

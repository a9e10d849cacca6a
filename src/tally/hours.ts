/**
 * Sums of what the mail log brought in each hour. They have no client and no name. Decides what an hour
 * counts and for how long it is kept. `overview/outcome-tally.ts` decides which outcome counts as what.
 */
import type {Table} from '../base/mechanisms/table.js';

/** The counts of an hour. */
export const counted = [
  /** Unknown names for which clients without good mail got an answer. */
  'guesses',
  /** Unknown names of exempt clients, and of clients whose good mail outweighs them. */
  'spared',
  /** Unknown names for which a client got an answer while it was blocked. */
  'whileBlocked',
  /** Unknown names that only a log proves, if that is not enough (`attribution`). */
  'unproven',
  /** All other signs against a client. */
  'signs',
  /** Blocks by evidence; and the part of them by a lower bar than `threshold`. */
  'blocks',
  'lowBlocks',
  /** Unknown names for which clients had got an answer before they were blocked. */
  'beforeBlocks',
  /** Messages of clients that arrived and had a sender. */
  'delivered',
] as const;

export type Counted = (typeof counted)[number];

/** The counts of one hour, numbered since the epoch. Plain data, saved unchanged. */
export type OutcomeHour = {readonly hour: number} & Readonly<Record<Counted, number>>;

export const hourMs = 3_600_000;
/** Hours are kept as long as the history of blocks. Ms: 90 days. */
export const keptMs = 90 * 24 * hourMs;
/** At most so many hours are kept. A count: 90 days, and the hours at both ends; 200 bytes each in memory and on disk. */
export const mostHours = 90 * 24 + 2;

const nothing: Readonly<Record<Counted, number>> = {
  ...{guesses: 0, spared: 0, whileBlocked: 0, unproven: 0, signs: 0},
  ...{blocks: 0, lowBlocks: 0, beforeBlocks: 0, delivered: 0},
};

export const emptyHour = (hour: number): OutcomeHour => ({hour, ...nothing});

export class HourTally {
  readonly #hours: Table<OutcomeHour>;

  constructor(hours: Table<OutcomeHour>) {
    hours.limitTo(mostHours);
    this.#hours = hours;
  }

  /** @param atMs when it happened; a time in the future, from a clock that was ahead, counts as now. Ms since the epoch */
  add(what: Counted, count: number, atMs: number, nowMs: number): void {
    if (nowMs - atMs > keptMs) return;
    const hour = Math.floor(Math.min(atMs, nowMs) / hourMs);
    const key = String(hour);
    const before = this.#hours.get(key);
    if (before === undefined) {
      this.#forget(nowMs);
      this.#hours.set(key, {...emptyHour(hour), [what]: count});
    } else this.#hours.replace(key, {...before, [what]: before[what] + count});
  }

  /** Called with each new hour. Keeps later hours, because the clock may be behind at a start, and they are right. */
  #forget(nowMs: number): void {
    for (const [key, {hour}] of [...this.#hours.entries()]) {
      const ms = hour * hourMs;
      if (nowMs - ms > keptMs + hourMs) this.#hours.delete(key);
    }
  }
}

/** The hours of a time, from the oldest to the newest, without hours in which nothing was counted. */
export function hoursBetween(
  hours: Iterable<OutcomeHour>,
  fromMs: number,
  untilMs: number,
): OutcomeHour[] {
  const first = Math.floor(fromMs / hourMs);
  const isIn = ({hour}: OutcomeHour): boolean => hour >= first && hour * hourMs <= untilMs;
  return [...hours].filter(isIn).sort((a, b) => a.hour - b.hour);
}

/**
 * What came of the mail log in each hour, as sums: no client and no name is in them. Decides what an hour
 * counts and for how long it is kept; which outcome counts as what is for `overview/outcome-tally.ts`.
 */
import type {Table} from '../base/mechanisms/table.js';

/** What is counted in an hour. */
export const counted = [
  /** Unknown names that were answered to clients for which no good mail speaks. */
  'guesses',
  /** Unknown names of exempt clients, and of clients whose good mail outweighs them. */
  'spared',
  /** Unknown names that were answered while a block of the client stood. */
  'whileBlocked',
  /** Unknown names that only a log tells of, where that is not enough (`attribution`). */
  'unproven',
  /** Everything else that speaks against a client. */
  'signs',
  /** Blocks that evidence made; and those of them that a lower bar than `threshold` made. */
  'blocks',
  'lowBlocks',
  /** Unknown names that blocked clients had been answered when they were blocked. */
  'beforeBlocks',
  /** Messages of clients that arrived, with a sender. */
  'delivered',
] as const;

export type Counted = (typeof counted)[number];

/** Counts, by the hour since the epoch. Plain data: it is saved as it is. */
export type OutcomeHour = {readonly hour: number} & Readonly<Record<Counted, number>>;

export const hourMs = 3_600_000;
/** Hours are kept for so long, as the history of blocks is. Ms: 90 days. */
export const keptMs = 90 * 24 * hourMs;
/** Hours kept. A count: 90 days, and the hours at both ends; 200 bytes each in memory and on the disk. */
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

  /** @param atMs when it happened; what a clock that was ahead has noted counts now. Ms since the epoch */
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

  /** With each new hour. Later ones stay: where the clock is behind at a start, they are the true ones. */
  #forget(nowMs: number): void {
    for (const [key, {hour}] of [...this.#hours.entries()]) {
      const ms = hour * hourMs;
      if (nowMs - ms > keptMs + hourMs) this.#hours.delete(key);
    }
  }
}

/** The hours of a time, from the oldest to the newest; those in which nothing was counted are left out. */
export function hoursBetween(
  hours: Iterable<OutcomeHour>,
  fromMs: number,
  untilMs: number,
): OutcomeHour[] {
  const first = Math.floor(fromMs / hourMs);
  const isIn = ({hour}: OutcomeHour): boolean => hour >= first && hour * hourMs <= untilMs;
  return [...hours].filter(isIn).sort((a, b) => a.hour - b.hour);
}

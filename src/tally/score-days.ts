/**
 * Sums of the scores of each day: how often a score passed each of some levels, and how many
 * unknown names got an answer below each. They show what another `threshold` would have done. They have counts only.
 * A score is converted to that of a client that has delivered nothing (`judge/bars.ts`), in names.
 */
import type {Table} from '../base/mechanisms/table.js';

/** The thresholds for which sums are kept. Names: those that an operator may set, with the usual 10 in the middle. */
export const levels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50] as const;

/** Plain data, saved unchanged. */
export interface ScoreDay {
  /** Days since the epoch. */
  readonly day: number;
  /** By level: unknown names with an answer at a score below it, but not below the level before. */
  readonly answers: readonly number[];
  /** By level: how often a score passed it. A threshold of that level would have blocked so often. */
  readonly passed: readonly number[];
  /** The same for clients whose good mail had arrived. */
  readonly mailers: readonly number[];
}

export const dayMs = 86_400_000;
/** Days are kept as long as the history of blocks. Ms: 90 days. */
const keptMs = 90 * dayMs;
/** At most so many days are kept. A count: 90 days, and those at both ends; half a kilobyte each. */
export const mostDays = 92;

/** How one unknown name, or another sign, changed a client's score. Names. */
export interface Rise {
  readonly from: number;
  readonly to: number;
  /** Unknown names that got an answer. A count. */
  readonly answers: number;
  /** Whether good mail of the client had arrived. */
  readonly mail: 'had' | 'none';
}

/** A score is kept in 32 bits, so a sum may be too low by so much. Names. */
const rounding = 1e-4;

export class ScoreTally {
  readonly #days: Table<ScoreDay>;

  constructor(days: Table<ScoreDay>) {
    days.limitTo(mostDays);
    this.#days = days;
  }

  /** @param atMs when it happened. Ms since the epoch */
  rise({from, to, answers, mail}: Rise, atMs: number, nowMs: number): void {
    const below = levels.findIndex((level) => from + rounding < level);
    if (below < 0 || nowMs - atMs > keptMs) return;
    const day = Math.floor(Math.min(atMs, nowMs) / dayMs);
    const before = this.#days.get(String(day)) ?? this.#begin(day, nowMs);
    const isPassed = (at: number): boolean => at >= below && to + rounding >= levels[at]!;
    this.#days.replace(String(day), {
      day,
      answers: before.answers.map((count, at) => (at === below ? count + answers : count)),
      passed: before.passed.map((count, at) => (isPassed(at) ? count + 1 : count)),
      mailers: before.mailers.map((count, at) =>
        mail === 'had' && isPassed(at) ? count + 1 : count,
      ),
    });
  }

  #begin(day: number, nowMs: number): ScoreDay {
    for (const [key, each] of [...this.#days.entries()]) {
      const ms = each.day * dayMs;
      // Later days stay: see `HourTally`.
      if (nowMs - ms > keptMs + dayMs) this.#days.delete(key);
    }
    const none = levels.map(() => 0);
    const made = {day, answers: none, passed: none, mailers: none};
    this.#days.set(String(day), made);
    return made;
  }
}

/** What each threshold would have done in a number of whole days. */
export interface LevelSum {
  readonly threshold: number;
  /** Unknown names that would have got an answer before a block. A count. */
  readonly answers: number;
  /** All blocks, and the blocks of clients whose good mail had arrived. Counts. */
  readonly blocks: number;
  readonly mailers: number;
}

export function levelSums(days: Iterable<ScoreDay>, fromMs: number, untilMs: number): LevelSum[] {
  const first = Math.floor(fromMs / dayMs);
  const within = [...days].filter(({day}) => day >= first && day * dayMs <= untilMs);
  const sums = (of: (day: ScoreDay) => readonly number[]): number[] =>
    levels.map((_, at) => within.reduce((all, day) => all + (of(day)[at] ?? 0), 0));
  const answers = sums((day) => day.answers);
  const blocks = atLeastBehind(sums(({passed}) => passed));
  const mailers = atLeastBehind(sums((day) => day.mailers));
  let below = 0;
  return levels.map((threshold, at) => {
    below += answers[at] ?? 0;
    return {threshold, answers: below, blocks: blocks[at] ?? 0, mailers: mailers[at] ?? 0};
  });
}

/**
 * A lower threshold blocks at least as often as a higher one. Scores do not always show that, because after a block a
 * score begins again near the present threshold, and passes only that level. So raise each count to the next one.
 */
function atLeastBehind(counts: readonly number[]): number[] {
  let most = 0;
  return counts.map((_, at) => (most = Math.max(most, counts.at(-1 - at) ?? 0))).reverse();
}

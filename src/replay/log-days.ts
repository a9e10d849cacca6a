/**
 * Which day of a log it is, counted in days that have lines, and which slice of the log that day belongs to.
 * Slices grow with the log: so a log of any length can be cut near any share of it afterwards, though nobody
 * knows the length while it is read, and a client needs a few counts only. A gap is no day; a stamp that is
 * wrong costs a day or two and no more. Judges nothing.
 */

const dayMs = 86_400_000;

/**
 * With which day each slice ends, in days from the beginning. The first day is a slice by itself: it only warms
 * up (`judge/learning.ts`). Behind it a slice is never longer than half of all days before its end.
 */
const sliceEnds: readonly number[] = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385,
];

/** Slices of a log. A count: what lies behind the last end is a slice too. */
export const mostSlices = sliceEnds.length + 1;

export class LogDays {
  /** Calendar days of UTC in which something was heard. */
  readonly #heard = new Set<number>();
  #begunMs: number | undefined;
  #day = 0;
  #slice = 0;
  #lastHeard = NaN;
  #fromMs: number | null = null;
  #untilMs: number | null = null;

  /** A line was written then. Ms since the epoch. */
  hear(atMs: number): void {
    if (this.#fromMs === null || atMs < this.#fromMs) this.#fromMs = atMs;
    if (this.#untilMs === null || atMs > this.#untilMs) this.#untilMs = atMs;
    const calendarDay = Math.floor(atMs / dayMs);
    if (calendarDay !== this.#lastHeard) {
      this.#lastHeard = calendarDay;
      if (this.#heard.size < mostDays) this.#heard.add(calendarDay);
    }
    this.#begunMs ??= atMs;
    const sinceMs = atMs - this.#begunMs;
    if (sinceMs < dayMs && sinceMs > -dayMs) return;
    this.#begunMs = sinceMs > 0 ? atMs - (sinceMs % dayMs) : atMs;
    this.#day += 1;
    while (this.#slice < sliceEnds.length && this.#day >= sliceEnds[this.#slice]!) this.#slice += 1;
  }

  /** Of the latest line; 0: the first day. */
  get slice(): number {
    return this.#slice;
  }

  /** Of the earliest line and the latest; null: there was none. Ms since the epoch. */
  get span(): {readonly fromMs: number | null; readonly untilMs: number | null} {
    return {fromMs: this.#fromMs, untilMs: this.#untilMs};
  }

  /** Whole days and a begun one since the first day. A count. */
  get days(): number {
    return Math.min(this.#day, this.#heard.size);
  }

  /**
   * Behind which slice the log is cut, so that about this share of the days lies before.
   *
   * @returns undefined: one of the two parts would be empty
   */
  cut(share: number): Cut | undefined {
    if (this.#slice < 2) return undefined;
    const days = this.#day;
    let best = 1;
    for (let slice = 1; slice < this.#slice; slice++) {
      const off = (each: number): number => Math.abs((sliceEnds[each]! - 1) / days - share);
      if (off(slice) < off(best)) best = slice;
    }
    const fitDays = sliceEnds[best]! - 1;
    return {lastFitSlice: best, lastSlice: this.#slice, fitDays, checkDays: days - fitDays};
  }
}

/** Of the set of days. A count: ten years; a log with more has wrong stamps. */
const mostDays = 3660;

/** A log in two parts: slices 1 to `lastFitSlice`, and those behind. Days: counts. */
interface Cut {
  readonly lastFitSlice: number;
  readonly lastSlice: number;
  readonly fitDays: number;
  readonly checkDays: number;
}

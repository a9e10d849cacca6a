/** Whether a time has passed, on a clock that may be set back. */

/**
 * Whether `nowMs` is less than `spanMs` after `sinceMs`. A time in the future is not within: the clock
 * was set back since, and waiting for it could take years.
 */
export const isWithin = (sinceMs: number, spanMs: number, nowMs: number): boolean => {
  const ageMs = nowMs - sinceMs;
  return ageMs >= 0 && ageMs < spanMs;
};

/** Lets one through in each span of time. */
export class AtMostEvery {
  readonly #spanMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** @returns whether it is time again; if so, the next span begins now */
  take(nowMs: number): boolean {
    if (isWithin(this.#lastMs, this.#spanMs, nowMs)) return false;
    this.#lastMs = nowMs;
    return true;
  }
}

/** Whether a time span has passed, by a clock that may be set back. */

/**
 * Whether `nowMs` is less than `spanMs` after `sinceMs`. If `sinceMs` lies in the future the answer is
 * no: somebody has set the clock back, and waiting for it to catch up could take years.
 */
export const isWithin = (sinceMs: number, spanMs: number, nowMs: number): boolean => {
  const ageMs = nowMs - sinceMs;
  return ageMs >= 0 && ageMs < spanMs;
};

/** Allows one event in each span of time. */
export class AtMostEvery {
  readonly #spanMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** @returns whether an event is allowed now; if so, the next span begins now */
  take(nowMs: number): boolean {
    if (isWithin(this.#lastMs, this.#spanMs, nowMs)) return false;
    this.#lastMs = nowMs;
    return true;
  }
}

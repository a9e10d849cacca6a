/**
 * How long to wait before the next try: doubles with each failure, up to a bound. Sets no timer and
 * knows no clock.
 */

/** The first span and the longest one. Ms. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly lastMs: number;
}

export class Backoff {
  readonly #bounds: BackoffBounds;
  #failures = 0;
  #nextMs: number;

  constructor(bounds: BackoffBounds) {
    this.#bounds = bounds;
    this.#nextMs = bounds.firstMs;
  }

  /** Failures in a row. A count. */
  get failures(): number {
    return this.#failures;
  }

  /** A try has failed. @returns how long to wait, ms */
  failed(): number {
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(waitMs * 2, this.#bounds.lastMs);
    this.#failures += 1;
    return waitMs;
  }

  /** A try has succeeded: the next failure waits for the first span again. */
  succeeded(): void {
    this.#failures = 0;
    this.#nextMs = this.#bounds.firstMs;
  }
}

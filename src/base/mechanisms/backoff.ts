/** How long to wait before the next try: doubles with each failure, up to a bound. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly lastMs: number;
}

export class Backoff {
  readonly #bounds: BackoffBounds;
  #failures = 0;

  constructor(bounds: BackoffBounds) {
    this.#bounds = bounds;
  }

  /** Failures in a row. A count. */
  get failures(): number {
    return this.#failures;
  }

  /** A try has failed. @returns how long to wait, ms */
  failed(): number {
    const {firstMs, lastMs} = this.#bounds;
    const waitMs = Math.min(firstMs * 2 ** this.#failures, lastMs);
    this.#failures += 1;
    return waitMs;
  }

  /** A try has succeeded: the next failure waits for the first span again. */
  succeeded(): void {
    this.#failures = 0;
  }
}

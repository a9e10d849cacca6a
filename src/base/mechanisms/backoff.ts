/**
 * How long to wait before the next try: the wait doubles with each failure, up to a limit. Sets no
 * timer and reads no clock.
 */

/** The first wait and the longest one. Ms. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly lastMs: number;
}

export class Backoff {
  readonly #bounds: BackoffBounds;
  #nextMs: number;

  constructor(bounds: BackoffBounds) {
    this.#bounds = bounds;
    this.#nextMs = bounds.firstMs;
  }

  /** A try has failed. @returns how long to wait, ms */
  failed(): number {
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(waitMs * 2, this.#bounds.lastMs);
    return waitMs;
  }

  /** A try has succeeded: after the next failure the wait is the first one again. */
  succeeded(): void {
    this.#nextMs = this.#bounds.firstMs;
  }
}

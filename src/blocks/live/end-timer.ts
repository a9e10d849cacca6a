/**
 * Wakes when the next block ends, in time for those that end in the same moment to go in one batch. Ends are by the
 * wall clock, the wait is not: `daemon/enforcement/` moves the ends when the clock is set, and sets the timer again.
 */
import {nowMs} from '../../sys/run/clock.js';

/** Between two batches of blocks that end. Ms. */
const shortestWaitMs = 200;
/** The clock may be set, so nobody sleeps for longer on its word. Ms. */
const longestWaitMs = 60_000;

export class EndTimer {
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** When it is due. Ms since the epoch. */
  #endMs = Number.POSITIVE_INFINITY;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** A block ends then; one that ends earlier and is expected already stays so. */
  expect(endMs: number | undefined): void {
    if (endMs === undefined || endMs >= this.#endMs) return;
    clearTimeout(this.#timer);
    this.#endMs = endMs;
    const waitMs = Math.min(Math.max(endMs - nowMs(), shortestWaitMs), longestWaitMs);
    this.#timer = setTimeout(() => {
      this.#endMs = Number.POSITIVE_INFINITY;
      this.#onDue();
    }, waitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#endMs = Number.NEGATIVE_INFINITY;
  }
}

/**
 * Wakes when the next block ends. Blocks that end at nearly the same moment go in one batch. Ends are by the wall
 * clock, the timer is not: when somebody sets the clock, `daemon/enforcement/` moves the ends and sets the timer
 * again.
 */
import {nowMs} from '../../sys/run/clock.js';

/** The shortest time between two batches. Ms. */
const shortestWaitMs = 200;
/** The longest sleep. Ms: the clock may be set meanwhile. */
const longestWaitMs = 60_000;

export class EndTimer {
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer is due. Ms since the epoch. */
  #endMs = Number.POSITIVE_INFINITY;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** A block ends at that time. An earlier time that is already expected stays. */
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

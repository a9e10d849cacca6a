/**
 * Notices that somebody has set the clock, and by how much. A slewed clock moves the monotonic one
 * along, so it goes unnoticed, which does no harm. Others decide which times to move then.
 */
import {type Clocks, slackMs} from './clocks.js';

export class ClockSteps {
  /** By how much the wall clock was ahead of the monotonic one, at the beginning or after the latest step. Ms. */
  #aheadMs: number;
  /** How long the machine had slept until then. Ms. */
  #sleptMs: number;

  constructor(now: Clocks, sleptMs: number) {
    this.#aheadMs = now.wallMs - now.monotonicMs;
    this.#sleptMs = sleptMs;
  }

  /**
   * @param sleptMs how long the machine has slept since it started. Asked only if the clocks
   *   disagree: the monotonic clock stands still during a sleep, although time passes
   * @returns how far the clock was set forward (more than 0) or back since the last call that
   *   noticed it. Ms; 0: it was not set. Small steps add up until they count
   */
  take(now: Clocks, sleptMs: () => number): number {
    const aheadMs = now.wallMs - now.monotonicMs;
    if (Math.abs(aheadMs - this.#aheadMs) < slackMs) return 0;
    const slept = sleptMs();
    const stepMs = aheadMs - this.#aheadMs - (slept - this.#sleptMs);
    [this.#aheadMs, this.#sleptMs] = [aheadMs, slept];
    // What is left after a sleep are the roundings of three clocks.
    if (Math.abs(stepMs) >= slackMs) return stepMs;
    this.#aheadMs -= stepMs;
    return 0;
  }
}

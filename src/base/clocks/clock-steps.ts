/**
 * Notices when somebody sets the wall clock, and by how much. Slewing goes unnoticed, because it moves the
 * monotonic clock too; that does no harm. The callers decide which stored times to move.
 */
import {type Clocks, slackMs} from './clocks.js';

export class ClockSteps {
  /** By how much the wall clock was ahead of the monotonic one at the start, or after the latest step. Ms. */
  #aheadMs: number;
  /** How long the machine had slept by that time. Ms. */
  #sleptMs: number;

  constructor(now: Clocks, sleptMs: number) {
    this.#aheadMs = now.wallMs - now.monotonicMs;
    this.#sleptMs = sleptMs;
  }

  /**
   * @param sleptMs how long the machine has slept since it booted. Called only if the clocks disagree: the
   *   monotonic clock does not run during a sleep
   * @returns how far somebody set the clock forward (more than 0) or back since the last step that was noticed.
   *   Ms; 0: not at all. Small steps add up until they reach `slackMs`
   */
  take(now: Clocks, sleptMs: () => number): number {
    const aheadMs = now.wallMs - now.monotonicMs;
    if (Math.abs(aheadMs - this.#aheadMs) < slackMs) return 0;
    const slept = sleptMs();
    const stepMs = aheadMs - this.#aheadMs - (slept - this.#sleptMs);
    [this.#aheadMs, this.#sleptMs] = [aheadMs, slept];
    // What remains after a sleep is only the rounding of three clocks.
    if (Math.abs(stepMs) >= slackMs) return stepMs;
    this.#aheadMs -= stepMs;
    return 0;
  }
}

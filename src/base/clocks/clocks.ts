/**
 * Two clocks, read at the same moment: the wall clock, which people set, and the monotonic one,
 * which nobody can set.
 */
export interface Clocks {
  /** Ms since the epoch. */
  readonly wallMs: number;
  /** From an arbitrary origin; setting the clock does not move it. Ms. */
  readonly monotonicMs: number;
}

/**
 * By how much the two clocks may disagree before we take it that somebody set the wall clock. Ms: a
 * timer that fires a little early, or a process that is paused between two readings, makes them differ
 * by less.
 */
export const slackMs = 1000;

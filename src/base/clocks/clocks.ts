/**
 * Two clocks, read at the same moment: the wall clock, which people set, and the monotonic one,
 * which nobody can set.
 */
export interface Clocks {
  /** Ms since the epoch. */
  readonly wallMs: number;
  /** From any beginning; no setting of the clock moves it. Ms. */
  readonly monotonicMs: number;
}

/**
 * How far the clocks may disagree before somebody has set one. Ms: a timer that comes a little early and
 * a process that is held up between two readings move them by less.
 */
export const slackMs = 1000;

/**
 * A configuration on trial (`blocksmtp reload --confirm 5m`), as a value.
 * `daemon/course/trial-file.ts` stores it; `course/step.ts` decides what follows from it.
 */

/** Plain data: it is saved as it is. */
export interface Trial {
  /** `failed`: nobody confirmed it, and the configuration before it is in force. */
  readonly kind: 'running' | 'failed';
  /** The text of the configuration file before the trial. */
  readonly before: string;
  /** The text on trial. */
  readonly tried: string;
  /** Ms since the epoch. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What `status` shows of a trial. */
export type TrialView =
  | {readonly kind: 'none' | 'failed'}
  | {readonly kind: 'running'; readonly untilMs: number}
  /**
   * The trial's time is over, but the configuration before it cannot be used any more, so the tried
   * one stays in force.
   */
  | {readonly kind: 'overdue'}
  /** There is no trial, but the file is bad; the last good configuration is in force. */
  | {readonly kind: 'badFile'; readonly why: string};

/** Shown wherever an operator may look: in the log, in the status, by the service manager. */
export const badFileTrouble = (why: string): string =>
  `the configuration file is BAD and NOT in force, the last good one is: ${why}; correct it (see blocksmtp check-config), then blocksmtp reload`;

/**
 * Moves the times of a trial after somebody has set the clock: it lasts as long as promised, and
 * the blocks made since its start still count as made during it.
 */
export const movedTrial = (trial: Trial, stepMs: number): Trial => ({
  ...trial,
  sinceMs: trial.sinceMs + stepMs,
  untilMs: trial.untilMs + stepMs,
});

export function trialView(trial: Trial | undefined, nowMs: number): TrialView {
  if (trial?.kind !== 'running') return {kind: trial?.kind ?? 'none'};
  const {untilMs} = trial;
  return untilMs > nowMs ? {kind: 'running', untilMs} : {kind: 'overdue'};
}

/**
 * A configuration on trial (`blocksmtp reload --confirm 5m`), as a value. Where it is kept is in
 * `daemon/course/trial-file.ts`; what follows from it is in `course/step.ts`.
 */

/** Plain data: it is saved as it is. */
export interface Trial {
  /** `failed`: nobody confirmed it, the one before is in force. */
  readonly kind: 'running' | 'failed';
  /** The text of the configuration file before. */
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
   * Its time is over, but the configuration before cannot be used any more: so it stays in force.
   */
  | {readonly kind: 'overdue'}
  /** There is no trial, but the file is bad; the last good configuration is in force. */
  | {readonly kind: 'badFile'; readonly why: string};

/** Told wherever somebody may look: in the log, the status, the service manager. */
export const badFileTrouble = (why: string): string =>
  `the configuration file is BAD and NOT in force, the last good one is: ${why}; correct it (see blocksmtp check-config), then blocksmtp reload`;

/**
 * Moves a trial by the step of a clock that was set: it lasts as long as promised, and the blocks
 * made since then stay with it.
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

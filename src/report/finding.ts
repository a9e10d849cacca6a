/** A finding of `doctor` or `coverage`. `findings/diagnosis.ts` makes it. */

export interface Finding {
  /** `bad`: blocksmtp cannot do its work. `advice`: it could do it better. */
  readonly verdict: 'good' | 'advice' | 'bad';
  readonly what: string;
}

export const good = (what: string): Finding => ({verdict: 'good', what});
export const advice = (what: string): Finding => ({verdict: 'advice', what});
export const bad = (what: string): Finding => ({verdict: 'bad', what});

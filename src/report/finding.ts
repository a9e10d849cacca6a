/** One thing that `doctor` or `coverage` has found. `findings/diagnosis.ts` judges it. */

export interface Finding {
  /** `bad`: it cannot do its work so; `advice`: it could do it better. */
  readonly verdict: 'good' | 'advice' | 'bad';
  readonly what: string;
}

export const good = (what: string): Finding => ({verdict: 'good', what});
export const advice = (what: string): Finding => ({verdict: 'advice', what});
export const bad = (what: string): Finding => ({verdict: 'bad', what});

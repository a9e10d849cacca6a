/**
 * The operating curve of a relay: what each threshold would have done on its own mail. A value to be drawn or
 * printed; how it was measured is not known here.
 */
import type {JudgedTrial, Price} from './price.js';

interface CurvePoint extends Price {
  readonly threshold: number;
}

export interface OperatingCurve {
  /** The threshold in force. */
  readonly today: number;
  /** From the tightest threshold on. */
  readonly points: readonly CurvePoint[];
}

/** Of the whole log behind its first day. */
export function operatingCurve(judged: readonly JudgedTrial[]): OperatingCurve {
  const points = judged
    .filter(({changes}) => changes !== 'blockTime')
    .map(({threshold, whole}) => ({threshold, ...whole}))
    .sort((a, b) => a.threshold - b.threshold);
  return {today: judged.find(({is}) => is === 'today')?.threshold ?? 0, points};
}

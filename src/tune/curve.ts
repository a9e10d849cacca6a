/**
 * The operating curve of a relay: what each threshold would have done with its own mail. A value to draw or
 * print. Does not know how it was measured.
 */
import type {JudgedTrial, Price} from './price.js';

interface CurvePoint extends Price {
  readonly threshold: number;
}

export interface OperatingCurve {
  /** The present threshold. */
  readonly today: number;
  /** The tightest threshold first. */
  readonly points: readonly CurvePoint[];
}

/** The curve of the whole log without its first day. */
export function operatingCurve(judged: readonly JudgedTrial[]): OperatingCurve {
  const points = judged
    .filter(({changes}) => changes !== 'blockTime')
    .map(({threshold, whole}) => ({threshold, ...whole}))
    .sort((a, b) => a.threshold - b.threshold);
  return {today: judged.find(({is}) => is === 'today')?.threshold ?? 0, points};
}

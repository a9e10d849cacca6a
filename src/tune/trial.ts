/**
 * Which settings are tried beside today's. One setting at a time, so that the price of each stands alone. Weights
 * and bars of the judge are no settings: they are likelihoods of mailers and guessers everywhere, and one log is
 * too small to find better ones. Judges nothing.
 */
import type {Config} from '../config/schema.js';

export type TunedSettings = Pick<Config, 'threshold' | 'blockTime' | 'blockTimeMax'>;

/** Both settings with which the log is judged; times in seconds. */
export interface Trial {
  readonly threshold: number;
  readonly blockTime: number;
  readonly changes: 'nothing' | 'threshold' | 'blockTime';
  readonly is: 'today' | 'tighter' | 'looser';
}

/**
 * Thresholds, in parts of today's. Each step makes an innocent row some thirty times rarer, or more frequent, with
 * the usual ten; finer steps would only fit the noise. The tightest one is never proposed: it shows how near the
 * edge is.
 */
const thresholdFactors: readonly number[] = [0.4, 0.5, 0.7, 1, 1.4, 2, 2.8];

/** Times of a first block, in parts of today's. The other blocks are multiples of it. */
const blockTimeFactors: readonly number[] = [0.25, 4];

/** Of all that are tried. A count: each costs two fifths of a plain replay, and some 17 MB. */
export const mostTrials = thresholdFactors.length + blockTimeFactors.length;

/** The setting allows no less. A count. */
const leastThreshold = 2;
/** A shorter first block is none: a mailer tries again after minutes. Seconds. */
const leastBlockTime = 60;

/** Sorted: thresholds from the tightest on, then times of blocks from the shortest on. Today's is one of them. */
export function trialsAround({threshold, blockTime, blockTimeMax}: TunedSettings): Trial[] {
  const thresholds = [...new Set(thresholdFactors.map((factor) => Math.round(threshold * factor)))];
  const times = [...new Set(blockTimeFactors.map((factor) => Math.round(blockTime * factor)))];
  return [
    ...thresholds
      .filter((value) => value === threshold || (value >= leastThreshold && value <= 1000))
      .map((value): Trial => {
        if (value === threshold) return {threshold, blockTime, changes: 'nothing', is: 'today'};
        const is = value < threshold ? 'tighter' : 'looser';
        return {threshold: value, blockTime, changes: 'threshold', is};
      }),
    ...times
      .filter((value) => value !== blockTime && value >= leastBlockTime && value <= blockTimeMax)
      .map((value): Trial => {
        const is = value > blockTime ? 'tighter' : 'looser';
        return {threshold, blockTime: value, changes: 'blockTime', is};
      }),
  ];
}

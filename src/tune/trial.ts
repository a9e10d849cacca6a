/**
 * Decides which settings to try beside today's: one setting at a time, so that the price of each is known. Weights
 * and bars of the judge are no settings. They are likelihoods of mailers and guessers everywhere, and one log is
 * too small to find better ones. Judges nothing.
 */
import type {Config} from '../config/schema.js';

export type TunedSettings = Pick<Config, 'threshold' | 'blockTime' | 'blockTimeMax'>;

/** The settings with which the log is judged; times in seconds. */
export interface Trial {
  readonly threshold: number;
  readonly blockTime: number;
  readonly changes: 'nothing' | 'threshold' | 'blockTime';
  readonly is: 'today' | 'tighter' | 'looser';
}

/**
 * Thresholds as multiples of today's. With the usual ten, each step makes a block of an innocent some thirty times
 * rarer or more frequent. Finer steps would only fit the noise. The tightest one is never proposed: it shows how near
 * the edge is.
 */
const thresholdFactors: readonly number[] = [0.4, 0.5, 0.7, 1, 1.4, 2, 2.8];

/** Lengths of a first block as multiples of today's. Further blocks are multiples of the first. */
const blockTimeFactors: readonly number[] = [0.25, 4];

/** At most so many trials. A count: each costs two fifths of a plain replay, and some 17 MB. */
export const mostTrials = thresholdFactors.length + blockTimeFactors.length;

/** The setting allows no lower threshold. A count. */
const leastThreshold = 2;
/** A shorter first block has no effect, because a mailer tries again after minutes. Seconds. */
const leastBlockTime = 60;

/** Sorted: thresholds, the tightest first; then lengths of blocks, the shortest first. Today's settings are among them. */
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

/**
 * Decides what to do about one offender. Pure: no clock, no log, no kernel. An offender is never
 * exempt here: `guard.ts` removes friends from the evidence first.
 *
 * Source: the ladder, where each block is `blockFactor` times as long as the one before it, is
 * sshguard's (src/blocker/blocker.c, report_address). The cap on it is ours.
 */
import {isRepeatForgotten, type Offender} from './offender.js';
import type {Policy} from './policy.js';

export type Verdict =
  | {readonly kind: 'watch'}
  /** `repeat` counts this client's blocks, this one included. */
  | {
      readonly kind: 'block';
      readonly seconds: number;
      readonly repeat: number;
      readonly reason: string;
    };

/** @param atMs time of the newest evidence, ms since the epoch: log time, not the clock */
export function judge(offender: Offender, policy: Policy, atMs: number): Verdict {
  if (!Number.isFinite(atMs)) throw new RangeError(`atMs is ${atMs}`);
  // The bucket has leaked a little between the first and the last of a fast row: a hair below the
  // threshold is meant to be reached.
  if (Math.ceil(offender.score) < policy.threshold) return {kind: 'watch'};
  const before = isRepeatForgotten(offender, policy, atMs) ? 0 : offender.blocks;
  const seconds = blockSeconds(before, policy);
  const tookSeconds = Math.round((offender.lastMs - offender.firstMs) / 1000);
  const reason = `${offender.counted.length} distinct unknown recipients in ${tookSeconds}s, proof ${offender.proof}`;
  return {kind: 'block', seconds, repeat: before + 1, reason};
}

/**
 * Length of the next block, in whole seconds.
 *
 * @param blocksSoFar blocks already served. The power may reach Infinity for a very old offender;
 *   the cap then holds, so the answer is always finite.
 */
export function blockSeconds(blocksSoFar: number, policy: Policy): number {
  const ladder = policy.blockSeconds * policy.blockFactor ** blocksSoFar;
  return Math.floor(Math.min(ladder, policy.longestBlockSeconds));
}

/** The offender as it is once the block stands: it starts anew when the block is over. */
export function afterBlock(offender: Offender, repeat: number, untilMs: number): Offender {
  return {...offender, score: 0, counted: [], blocks: repeat, blockedUntilMs: untilMs};
}

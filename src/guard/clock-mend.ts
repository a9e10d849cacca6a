/**
 * What was noted while the clock was ahead begins now instead: an hour's block lasts an hour. Of
 * blocks and offenders; what else carries a time mends it where it is looked at.
 */
import type {State} from './state.js';

export function mendFuture({blocks, offenders}: State, nowMs: number): void {
  for (const block of [...blocks.values()]) {
    const {network, fromMs, madeMs = fromMs, untilMs} = block;
    if (madeMs <= nowMs && fromMs <= nowMs) continue;
    const aheadMs = Math.max(0, fromMs - nowMs);
    const mended = {...block, fromMs: fromMs - aheadMs, untilMs: untilMs - aheadMs};
    blocks.set(network, madeMs > nowMs ? {...mended, madeMs: nowMs} : mended);
  }
  for (const [client, offender] of offenders.entries()) {
    const aheadMs = offender.scoredMs - nowMs;
    if (aheadMs <= 0) continue;
    offenders.set(client, {
      ...offender,
      scoredMs: nowMs,
      firstMs: Math.min(offender.firstMs, nowMs),
      lastMs: Math.min(offender.lastMs, nowMs),
      blockedUntilMs: Math.max(0, offender.blockedUntilMs - aheadMs),
    });
  }
}

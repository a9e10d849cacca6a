/**
 * What was noted while the clock was ahead begins now instead: an hour's block lasts an hour. Of
 * blocks; what else carries a time mends it where it is looked at.
 */
import type {State} from './state.js';
import {endEarlier} from '../judge/mercy.js';
import {networkOf} from '../net/network.js';

export function mendFuture(state: State, nowMs: number): void {
  const {blocks} = state;
  for (const block of [...blocks.values()]) {
    const {network, fromMs, madeMs = fromMs, untilMs} = block;
    if (madeMs <= nowMs && fromMs <= nowMs) continue;
    const aheadMs = Math.max(0, fromMs - nowMs);
    const mended = {...block, fromMs: fromMs - aheadMs, untilMs: untilMs - aheadMs};
    blocks.set(network, madeMs > nowMs ? {...mended, madeMs: nowMs} : mended);
    endEarlier(state, networkOf(network), mended.untilMs);
  }
}

/**
 * Keeps blocks at their length, even if somebody sets the clock. While the daemon runs it notices
 * each setting of the clock (`base/clocks/clock-steps.ts`), and moves the blocks along: an hour
 * that is half over is half over afterwards. What an earlier run noted while the clock was ahead
 * begins now instead. Mends blocks, the clients that were blocked, and the first day; other readers
 * of times mend their own.
 */
import type {Block} from '../blocks/block.js';
import type {State} from './state.js';
import {moveLearning} from '../judge/learning.js';
import {endEarlier, moveBlockEnds} from '../judge/mercy.js';
import {networkOf} from '../net/network.js';

/** What was noted in the future begins now. */
export function mendFuture(state: State, nowMs: number): void {
  const {blocks} = state;
  for (const block of [...blocks.values()]) {
    const {network, fromMs, madeMs = fromMs, untilMs, noted} = block;
    if (madeMs <= nowMs && fromMs <= nowMs) continue;
    const aheadMs = Math.max(0, fromMs - nowMs);
    const mended = {...block, fromMs: fromMs - aheadMs, untilMs: untilMs - aheadMs};
    const times = madeMs > nowMs ? {...mended, madeMs: nowMs} : mended;
    // A clock that lost its battery begins in the past: once it is set, it was right before.
    blocks.set(network, aheadMs > 0 ? {...times, noted: noted ?? {fromMs, untilMs}} : times);
    endEarlier(state, networkOf(network), mended.untilMs);
  }
}

/**
 * The clock was set: what stands keeps the time that it had left.
 *
 * @param stepMs by how much: more than 0 for forward
 * @param nowMs as it is now
 */
export function followClock(state: State, stepMs: number, nowMs: number): void {
  const beforeMs = nowMs - stepMs;
  for (const block of [...state.blocks.values()]) {
    // An earlier run noted it, by the clock as it was then. It is right now, or `mendFuture` mends it.
    if (block.fromMs > beforeMs) continue;
    state.blocks.replace(block.network, moved(block, stepMs, nowMs));
  }
  moveLearning(state.learning, stepMs, nowMs);
  if (stepMs < 0) moveBlockEnds(state, -stepMs, nowMs);
}

function moved(block: Block, stepMs: number, nowMs: number): Block {
  const {noted, ...rest} = block;
  const {fromMs, madeMs, untilMs} = block;
  const times = {
    fromMs: fromMs + stepMs,
    untilMs: untilMs + stepMs,
    ...(madeMs === undefined ? {} : {madeMs: madeMs + stepMs}),
  };
  if (noted === undefined) return {...rest, ...times};
  if (noted.fromMs > nowMs) return {...block, ...times};
  // The clock is as far again as when it was noted: it ends as was noted then, and never later.
  return {...rest, ...times, untilMs: Math.min(times.untilMs, noted.untilMs)};
}

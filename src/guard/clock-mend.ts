/**
 * Keeps blocks at their length, even if somebody sets the clock. While the daemon runs it notices each
 * setting of the clock (`base/clocks/clock-steps.ts`), and moves the blocks with it: an hour that is
 * half over stays half over. A block from an earlier run whose clock was ahead begins now instead.
 * Moves blocks, the clients that were blocked, and the first day; other stored times are corrected
 * where they are read.
 */
import type {Block} from '../blocks/block.js';
import type {State} from './state.js';
import {moveLearning} from '../judge/learning.js';
import {endEarlier, moveBlockEnds} from '../judge/mercy.js';
import {networkOf} from '../net/network.js';

/** Blocks that begin in the future begin now. */
export function mendFuture(state: State, nowMs: number): void {
  const {blocks} = state;
  for (const block of [...blocks.values()]) {
    const {network, fromMs, madeMs = fromMs, untilMs, noted} = block;
    if (madeMs <= nowMs && fromMs <= nowMs) continue;
    const aheadMs = Math.max(0, fromMs - nowMs);
    const mended = {...block, fromMs: fromMs - aheadMs, untilMs: untilMs - aheadMs};
    const times = madeMs > nowMs ? {...mended, madeMs: nowMs} : mended;
    // If a clock starts in the past (empty battery) and is then set, the stored times were right.
    blocks.set(network, aheadMs > 0 ? {...times, noted: noted ?? {fromMs, untilMs}} : times);
    endEarlier(state, networkOf(network), mended.untilMs);
  }
}

/**
 * Somebody has set the clock: each block keeps its remaining time.
 *
 * @param stepMs by how much: more than 0 for forward
 * @param nowMs the new time
 */
export function followClock(state: State, stepMs: number, nowMs: number): void {
  const beforeMs = nowMs - stepMs;
  for (const block of [...state.blocks.values()]) {
    // An earlier run set these times, by its own clock. They are right now, or `mendFuture` corrects
    // them.
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
  // The clock is as far ahead again as when the block was made: it ends at its original end, never
  // later.
  return {...rest, ...times, untilMs: Math.min(times.untilMs, noted.untilMs)};
}

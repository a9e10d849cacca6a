/** The machine's clocks, and pauses. */
import {uptime} from 'node:os';
import {setTimeout} from 'node:timers/promises';
import type {Clocks} from '../../base/clocks/clocks.js';

export const nowMs = (): number => Date.now();

/** The monotonic clock: it has no fixed beginning, and setting the clock does not change it. Ms. */
export const monotonicMs = (): number => performance.now();

/** If a process is held up for longer between its two readings, it would believe that the clock was set. Ms. */
const promptMs = 20;
const mostReadings = 5;

/** Both clocks at the same moment, as nearly as possible. */
export function clocksNow(): Clocks {
  for (let readings = 1; ; readings++) {
    const clocks = {monotonicMs: monotonicMs(), wallMs: nowMs()};
    if (readings >= mostReadings || monotonicMs() - clocks.monotonicMs < promptMs) return clocks;
  }
}

/**
 * How long the machine was suspended, without a fixed beginning. The time since the machine's start goes on meanwhile,
 * and the monotonic clock does not. A virtual machine does not notice that its host halted it. Ms.
 */
export const sleptMs = (): number => uptime() * 1000 - monotonicMs();

export const pause = (ms: number): Promise<void> => setTimeout(ms);

/** Ends early when the signal is given. */
export async function pauseUnless(stop: AbortSignal, ms: number): Promise<void> {
  try {
    await setTimeout(ms, undefined, {signal: stop});
  } catch {
    // The signal came.
  }
}

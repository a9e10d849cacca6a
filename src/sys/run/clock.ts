/** The machine's clocks, and pauses. */
import {uptime} from 'node:os';
import {setTimeout} from 'node:timers/promises';
import type {Clocks} from '../../base/clocks/clocks.js';

export const nowMs = (): number => Date.now();

/** From any beginning; no setting of the clock moves it. Ms. */
export const monotonicMs = (): number => performance.now();

/** A process that is held up between two readings would believe that the clock was set. Ms. */
const promptMs = 20;
const mostReadings = 5;

/** Both clocks at the same moment, as well as that can be. */
export function clocksNow(): Clocks {
  for (let readings = 1; ; readings++) {
    const clocks = {monotonicMs: monotonicMs(), wallMs: nowMs()};
    if (readings >= mostReadings || monotonicMs() - clocks.monotonicMs < promptMs) return clocks;
  }
}

/**
 * How long the machine was suspended, from any beginning: the time since its start goes on meanwhile, the
 * monotonic clock does not. A virtual machine that its host has halted knows nothing of it. Ms.
 */
export const sleptMs = (): number => uptime() * 1000 - monotonicMs();

export const pause = (ms: number): Promise<void> => setTimeout(ms);

/** Ends early when the signal is given. */
export async function pauseUnless(stop: AbortSignal, ms: number): Promise<void> {
  try {
    await setTimeout(ms, undefined, {signal: stop});
  } catch {
    // It was given.
  }
}

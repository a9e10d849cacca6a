/** The machine's clocks, and pauses. */
import {setTimeout} from 'node:timers/promises';

export const nowMs = (): number => Date.now();

/** From any beginning; no setting of the clock moves it. Ms. */
export const monotonicMs = (): number => performance.now();

export const pause = (ms: number): Promise<void> => setTimeout(ms);

/** Ends early when the signal is given. */
export async function pauseUnless(stop: AbortSignal, ms: number): Promise<void> {
  try {
    await setTimeout(ms, undefined, {signal: stop});
  } catch {
    // It was given.
  }
}

/** Waiting for something to become true: polls, and says what it waited for when it gives up. */
import {setTimeout as sleep} from 'node:timers/promises';

/** Long enough for a machine that others keep busy; a third of what jest gives a test. Ms. */
export const patienceMs = 20_000;

export async function until<T>(
  what: string,
  check: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  timeoutMs = patienceMs,
  everyMs = 20,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== false && value !== null) return value;
    if (Date.now() > end) throw new Error(`waited ${String(timeoutMs)} ms for ${what}`);
    await sleep(everyMs);
  }
}

export {sleep};

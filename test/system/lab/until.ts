/**
 * Waits until a condition is true: polls, and names the condition when it gives up. A look
 * that starts programs takes processor time from the work for which it waits, so the pause after it is as long as
 * the look.
 */
import {setTimeout as sleep} from 'node:timers/promises';

/** Long enough for a machine that others keep busy; a small part of what jest gives a test. Ms. */
export const patienceMs = 120_000;

/** The longest rest after a look that took long itself. Ms. */
const longestRestMs = 500;

export async function until<T>(
  what: string,
  check: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  timeoutMs = patienceMs,
  everyMs = 20,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const looked = Date.now();
    const value = await check();
    if (value !== undefined && value !== false && value !== null) return value;
    const now = Date.now();
    if (now > end) throw new Error(`waited ${String(timeoutMs)} ms for ${what}`);
    await sleep(Math.max(everyMs, Math.min(now - looked, longestRestMs)));
  }
}

export {sleep};

/** Temporary directories of a test, waiting with a bound, and counting open descriptors. */
import {afterEach} from '@jest/globals';
import fs from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

/** Call it at the top of a test file. Each test then gets its own directories. */
export function tempDirs(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const path of made.splice(0)) fs.rmSync(path, {recursive: true, force: true});
  });
  return () => {
    const path = fs.mkdtempSync(join(tmpdir(), 'blocksmtp-unit-'));
    made.push(path);
    return path;
  };
}

/** Long enough for a busy machine, and a small part of jest's time for a test. Ms. */
const standardMs = 120_000;

/** The longest pause after a look that took long. Ms. */
const longestRestMs = 500;

/**
 * Waits until a condition is true. A look that starts programs takes processor time from the work for which it waits. So
 * the pause after a look is as long as the look.
 *
 * @throws if the condition is not true in time
 */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  mostMs = standardMs,
  everyMs = 5,
): Promise<void> {
  const endMs = performance.now() + mostMs;
  for (;;) {
    const lookedMs = performance.now();
    if (await isSo()) return;
    const nowMs = performance.now();
    if (nowMs > endMs) throw new Error(`not within ${mostMs} ms: ${what}`);
    await sleep(Math.max(everyMs, Math.min(nowMs - lookedMs, longestRestMs)));
  }
}

/** The targets of this process's descriptors, without the one that lists them. */
export function openDescriptors(): string[] {
  return fs.readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [fs.readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      return [];
    }
  });
}

/** The number of descriptors of this process for files below the folder. */
export const openBelow = (folder: string): number =>
  openDescriptors().filter((target) => target.startsWith(folder)).length;

export {sleep};

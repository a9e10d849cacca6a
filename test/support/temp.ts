/** Directories that go away with the test, waiting with a bound, and counting what is open. */
import {afterEach} from '@jest/globals';
import fs from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

/** To be called at the top of a test file: each test then gets directories of its own. */
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

/** Long enough for a machine that others keep busy; a small part of what jest gives a test. Ms. */
const standardMs = 45_000;

/** The longest rest after a look that took long itself. Ms. */
const longestRestMs = 500;

/**
 * Waits until it is so. A look that starts programs takes processor time from what it waits for, so the
 * rest after it is as long as the look was.
 *
 * @throws when it is not within the time
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

/** What this process's descriptors lead to, but for the one that lists them. */
export function openDescriptors(): string[] {
  return fs.readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [fs.readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      return [];
    }
  });
}

/** How often this process has something below the folder open. */
export const openBelow = (folder: string): number =>
  openDescriptors().filter((target) => target.startsWith(folder)).length;

export {sleep};

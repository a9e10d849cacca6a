/** Work that is done again and again: as often as asked, and never for most of the time. */
import {afterEach, beforeEach, expect, jest, test} from '@jest/globals';
import {repeat, type Schedule} from '../../../src/sys/run/schedule.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

async function stop(schedule: Schedule): Promise<void> {
  const stopped = schedule.stop();
  await jest.advanceTimersByTimeAsync(60_000);
  await stopped;
}

/** When the work begins in a minute, in seconds, if each takes so long. */
async function begun(
  intervalSeconds: number,
  tookSeconds: number,
  mostShare?: number,
): Promise<number[]> {
  const times: number[] = [];
  const startMs = performance.now();
  const schedule = repeat(
    intervalSeconds * 1000,
    async () => {
      times.push(Math.round((performance.now() - startMs) / 1000));
      await new Promise((resolve) => setTimeout(resolve, tookSeconds * 1000));
    },
    mostShare,
  );
  await jest.advanceTimersByTimeAsync(60_500);
  await stop(schedule);
  return times;
}

test('begins once in each interval, whatever it takes', async () => {
  expect(await begun(10, 0)).toEqual([10, 20, 30, 40, 50, 60]);
  expect(await begun(10, 2)).toEqual([10, 20, 30, 40, 50, 60]);
});

test('takes a fifth of the time at most', async () => {
  expect(await begun(10, 4)).toEqual([10, 30, 50]);
});

test('takes the share of the time that it is given at most', async () => {
  expect(await begun(1, 1, 0.05)).toEqual([1, 21, 41]);
});

test('stops only when what it has begun is done', async () => {
  let isDone = false;
  const schedule = repeat(1000, async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    isDone = true;
  });
  await jest.advanceTimersByTimeAsync(1100);
  const stopped = schedule.stop();
  await jest.advanceTimersByTimeAsync(500);
  await stopped;
  expect(isDone).toBe(true);
});

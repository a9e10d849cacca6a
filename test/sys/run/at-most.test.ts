import {expect, test} from '@jest/globals';
import {atMost} from '../../../src/sys/run/at-most.js';

const spanOf = async (work: () => Promise<void>): Promise<number> => {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
};

test('atMost(): ends with the work when that is sooner', async () => {
  expect(await spanOf(() => atMost(60_000, Promise.resolve()))).toBeLessThan(10_000);
});

test('atMost(): ends after the time when the work does not, and the work goes on', async () => {
  let finish = (): void => undefined;
  let isDone = false;
  const work = new Promise<void>((resolve) => (finish = resolve)).then(() => {
    isDone = true;
  });
  expect(await spanOf(() => atMost(50, work))).toBeGreaterThanOrEqual(45);
  expect(isDone).toBe(false);
  finish();
  await work;
  expect(isDone).toBe(true);
});

test('atMost(): fails with the work', async () => {
  await expect(atMost(60_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

/** Calls in one moment lead to one run of the work. A call during the run leads to another run. */
import {expect, test} from '@jest/globals';
import {Batch} from '../../../../src/outgoing/egress/live/batch.js';

test('many in one moment are one work, which begins after all of them', async () => {
  const seen: number[] = [];
  let asked = 0;
  const batch = new Batch(() => {
    seen.push(asked);
    return Promise.resolve();
  });
  await Promise.all(
    Array.from({length: 5}, () => {
      asked += 1;
      return batch.soon();
    }),
  );
  expect(seen).toEqual([5]);
  await batch.soon();
  expect(seen).toHaveLength(2);
});

test('a work that is asked for during another is one more, and each ends with its own', async () => {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const batch = new Batch(() => {
    begun.push('work');
    return new Promise<void>((resolve) => void ends.push(resolve));
  });
  const nextMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const done: string[] = [];
  const first = batch.soon().then(() => done.push('first'));
  await nextMoment();
  const second = batch.soon().then(() => done.push('second'));
  await nextMoment();
  expect(begun).toEqual(['work', 'work']);
  ends[1]?.();
  await second;
  expect(done).toEqual(['second']);
  ends[0]?.();
  await first;
  expect(done).toEqual(['second', 'first']);
});

test('a work that fails is an error for its callers, and the next one begins all the same', async () => {
  let works = 0;
  const batch = new Batch(() => {
    works += 1;
    return works === 1 ? Promise.reject(new Error('refused')) : Promise.resolve();
  });
  await expect(Promise.all([batch.soon(), batch.soon()])).rejects.toThrow('refused');
  await batch.soon();
  expect(works).toBe(2);
});

import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {BoundedQueue} from '../../../src/base/mechanisms/bounded-queue.js';

test('all values come, those of one maker in order, and never more than so many wait in the queue', async () => {
  const plan = fc.record({
    most: fc.integer({min: 1, max: 4}),
    makers: fc.array(fc.nat(8), {minLength: 1, maxLength: 4}),
    rests: fc.array(fc.nat(3), {minLength: 1, maxLength: 6}),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({most, makers, rests}) => {
      const queue = new BoundedQueue<readonly [number, number]>(most);
      const making = makers.map(async (count, maker) => {
        for (let i = 0; i < count; i++) {
          await queue.put([maker, i]);
          expect(queue.size).toBeLessThanOrEqual(most);
        }
      });
      void Promise.all(making).then(() => queue.close());
      const taken: (readonly [number, number])[] = [];
      for await (const value of queue) {
        for (let rest = rests[taken.length % rests.length]!; rest > 0; rest--)
          await Promise.resolve();
        taken.push(value);
      }
      await Promise.all(making);
      const wanted = makers.map((count) => Array.from({length: count}, (_, i) => i));
      const found = makers.map((_, maker) => taken.flatMap(([by, i]) => (by === maker ? i : [])));
      expect(found).toEqual(wanted);
    }),
  );
});

test('a maker waits while the queue is full, and the first who waits is the first who comes in', async () => {
  const queue = new BoundedQueue<string>(1);
  const done: string[] = [];
  const puts = ['a', 'b', 'c'].map((value) => queue.put(value).then(() => done.push(value)));
  await Promise.resolve();
  expect([done, queue.size]).toEqual([['a'], 1]);
  const values = queue[Symbol.asyncIterator]();
  expect(await values.next()).toEqual({value: 'a', done: false});
  expect(done).toEqual(['a', 'b']);
  expect(await values.next()).toEqual({value: 'b', done: false});
  expect(await values.next()).toEqual({value: 'c', done: false});
  await Promise.all(puts);
});

test('after the end no value is taken, but those that are here are given', async () => {
  const queue = new BoundedQueue<number>(5);
  await queue.put(1);
  await queue.put(2);
  queue.close();
  await expect(queue.put(3)).rejects.toThrow('closed');
  const taken: number[] = [];
  for await (const value of queue) taken.push(value);
  expect(taken).toEqual([1, 2]);
});

test('an end while the consumer waits wakes it', async () => {
  const queue = new BoundedQueue<number>(5);
  const next = queue[Symbol.asyncIterator]().next();
  queue.close();
  expect(await next).toEqual({value: undefined, done: true});
});

test('a queue for nothing is a mistake', () => {
  expect(() => new BoundedQueue(0)).toThrow(RangeError);
});

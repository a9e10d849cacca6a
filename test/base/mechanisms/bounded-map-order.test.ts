/** Which entry a full map pushes out, whatever was set and deleted before, and what it costs to find it. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {BoundedMap} from '../../../src/base/mechanisms/bounded-map.js';

test('the oldest one, as in a list', () => {
  const change = fc.tuple(fc.constantFrom('set', 'set', 'set', 'delete', 'clear'), fc.nat(9));
  fc.assert(
    fc.property(
      fc.integer({min: 1, max: 5}),
      fc.array(change, {maxLength: 80}),
      (most, changes) => {
        const map = new BoundedMap<number, string>(most);
        let model: number[] = [];
        for (const [what, key] of changes) {
          if (what === 'clear') {
            map.clear();
            model = [];
            continue;
          }
          model = model.filter((each) => each !== key);
          if (what === 'delete') map.delete(key);
          else {
            model.push(key);
            const pushedOut = model.length > most ? model.shift() : undefined;
            const expected = pushedOut === undefined ? undefined : [pushedOut, `of ${pushedOut}`];
            expect(map.set(key, `of ${key}`)).toEqual(expected);
          }
          expect([...map.entries()].map(([each]) => each)).toEqual(model);
        }
      },
    ),
    {numRuns: 1000},
  );
});

test('a full map takes new entries about as fast as one that is not full', () => {
  const count = 200_000;
  const timeOf = (most: number): number => {
    const map = new BoundedMap<number, number>(most);
    const startMs = performance.now();
    for (let i = 0; i < count; i++) map.set(i, i);
    return performance.now() - startMs;
  };
  timeOf(count);
  // It was a hundred times as long when each entry had to look for the oldest from the beginning.
  expect(timeOf(count / 4)).toBeLessThan(20 * timeOf(count) + 50);
});

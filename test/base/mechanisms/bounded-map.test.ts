import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {BoundedMap} from '../../../src/base/mechanisms/bounded-map.js';

type Entry = readonly [string, number | undefined];

/** The same by the simplest means: a list, the oldest first. */
class Model {
  entries: Entry[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  set(key: string, value: number | undefined): Entry | undefined {
    this.delete(key);
    this.entries.push([key, value]);
    return this.entries.length > this.#most ? this.entries.shift() : undefined;
  }

  delete(key: string): boolean {
    const before = this.entries.length;
    this.entries = this.entries.filter(([each]) => each !== key);
    return this.entries.length < before;
  }
}

const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const action = fc.record({
  what: fc.oneof({weight: 6, arbitrary: fc.constant('set')}, fc.constant('delete')),
  key: fc.constantFrom(...keys),
  value: fc.option(fc.nat(9), {nil: undefined}),
});

describe('BoundedMap', () => {
  test('is its model, whatever is set and deleted', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 5}),
        fc.array(action, {maxLength: 60}),
        (most, actions) => {
          const model = new Model(most);
          const map = new BoundedMap<string, number | undefined>(most);
          for (const {what, key, value} of actions) {
            if (what === 'set') expect(map.set(key, value)).toEqual(model.set(key, value));
            else expect(map.delete(key)).toBe(model.delete(key));
            expect([...map.entries()]).toEqual(model.entries);
            expect(map.size).toBe(model.entries.length);
            for (const each of keys) {
              const entry = model.entries.find(([its]) => its === each);
              expect([map.has(each), map.get(each)]).toEqual([entry !== undefined, entry?.[1]]);
            }
          }
        },
      ),
    );
  });

  test.each([0, -1, Number.NaN])('cannot be made for %p entries', (most) => {
    expect(() => new BoundedMap(most)).toThrow(`a map for at most ${most} entries`);
  });

  test('thousands of changes without an eviction change nothing of what is pushed out', () => {
    const map = new BoundedMap<string, number>(2);
    for (const [index, key] of ['a', 'b', 'c'].entries()) map.set(key, index);
    for (let index = 0; index < 5_000; index += 1) map.set('b', index);
    expect(map.set('d', 0)).toEqual(['c', 2]);
    expect(map.set('e', 0)).toEqual(['b', 4_999]);
  });
});

/** Whom somebody has written to: nobody who was met is new again while there is room, and all of it stays small. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {hashOf} from '../../../src/base/hash.js';
import {
  isBits,
  type KnownPeople,
  meet,
  nobodyKnown,
} from '../../../src/submission/whose/known-people.js';

const peopleFrom = (first: number, count: number): number[] =>
  Array.from({length: count}, (_, i) => hashOf(`p${first + i}@example.org`));

const ones = ({bits}: KnownPeople): number => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return Array.from(bits).reduce(
    (sum, each) => sum + alphabet.indexOf(each).toString(2).replaceAll('0', '').length,
    0,
  );
};

test('a person who was met is known, each counts once, and the count of bits is true', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.maxSafeNat(), {maxLength: 20}), {maxLength: 20}),
      (meetings) => {
        let known = nobodyKnown;
        for (const people of meetings) {
          const met = meet(known, people);
          expect(met.fresh).toBeLessThanOrEqual(new Set(people).size);
          known = met.known;
          expect(meet(known, people)).toEqual({known, fresh: 0});
        }
        expect(known.count).toBe(ones(known));
        expect(isBits(known.bits)).toBe(true);
      },
    ),
  );
});

test('nine in ten of a thousand people count as new', () => {
  let known = nobodyKnown;
  let fresh = 0;
  for (let i = 0; i < 1000; i += 10) {
    const met = meet(known, peopleFrom(i, 10));
    [known, fresh] = [met.known, fresh + met.fresh];
  }
  expect(fresh).toBeGreaterThan(900);
  expect(meet(known, peopleFrom(0, 1000)).fresh).toBe(0);
});

test('a sender who has written to fifty thousand still meets people, in the same room', () => {
  let known = nobodyKnown;
  for (let i = 0; i < 50_000; i += 500) known = meet(known, peopleFrom(i, 500)).known;
  expect(known.bits).toHaveLength(nobodyKnown.bits.length);
  expect(known.count).toBe(ones(known));
  const {fresh} = meet(known, peopleFrom(50_000, 1000));
  expect(fresh).toBeGreaterThan(150);
  expect(fresh).toBeLessThan(500);
});

test('a text that cannot be the bits is none', () => {
  expect(isBits(nobodyKnown.bits)).toBe(true);
  expect(['', nobodyKnown.bits.slice(1), `${nobodyKnown.bits.slice(1)}é`].map(isBits)).toEqual([
    ...[false, false, false],
  ]);
});

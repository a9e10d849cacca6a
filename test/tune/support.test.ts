/** How much of a log a proposal needs: pinned, for each number is a promise of the manual. */
import {expect, test} from '@jest/globals';
import {judged, largeLog} from './judged.js';
import {
  leastDays,
  leastDaysTighter,
  leastGoodSenders,
  leastMistypers,
  leastProposedThreshold,
  tooLittle,
  tooLittleFor,
} from '../../src/tune/support.js';

test('the bounds', () => {
  expect([leastDays, leastDaysTighter, leastGoodSenders, leastMistypers]).toEqual([2, 7, 100, 30]);
  expect(leastProposedThreshold).toBe(5);
});

test('a large log supports a tighter policy, and no threshold below the least', () => {
  expect(tooLittle(largeLog)).toEqual([]);
  expect(tooLittleFor(judged({threshold: 5}), largeLog, 345_600)).toEqual([]);
  expect(tooLittleFor(judged({threshold: 4}), largeLog, 345_600)).toEqual([
    'a threshold below 5 is never proposed',
  ]);
});

test('each thing that is missing is named', () => {
  const small = {
    ...largeLog,
    days: 3,
    check: {goodSenders: 4, mistypers: 0},
    whole: {goodSenders: 4, mistypers: 1},
    forgottenSenders: 1,
  };
  expect(tooLittleFor(judged({threshold: 7}), small, 345_600)).toHaveLength(4);
});

/** Days of a log, and where it can be cut: gaps, wrong stamps and logs out of order included. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {LogDays, mostSlices} from '../../src/replay/log-days.js';

const [hourMs, dayMs] = [3_600_000, 86_400_000];
const beginMs = Date.UTC(2026, 10, 2, 7);

function heard(times: Iterable<number>): LogDays {
  const days = new LogDays();
  for (const atMs of times) days.hear(atMs);
  return days;
}

const hours = (count: number): number[] =>
  Array.from({length: count}, (_, hour) => beginMs + hour * hourMs);

test('a log of any length can be cut between a third and three quarters of its days', () => {
  fc.assert(
    fc.property(fc.integer({min: 3, max: 385}), (all) => {
      const days = heard(hours(24 * all));
      const cut = days.cut(0.6)!;
      expect([days.days, cut.fitDays + cut.checkDays]).toEqual([all - 1, all - 1]);
      expect(cut.fitDays / (all - 1)).toBeGreaterThanOrEqual(1 / 3);
      expect(cut.fitDays / (all - 1)).toBeLessThanOrEqual(3 / 4);
      expect(cut.lastSlice).toBeLessThan(mostSlices);
    }),
    {numRuns: 60},
  );
});

test('two days are too few to be cut, and nothing is no day', () => {
  expect(heard(hours(47)).cut(0.6)).toBeUndefined();
  expect(heard([]).days).toBe(0);
  expect(heard([]).span).toEqual({fromMs: null, untilMs: null});
});

test('a gap is no day, but the days on both sides of it are', () => {
  const later = hours(24 * 3).map((atMs) => atMs + 100 * dayMs);
  expect(heard([...hours(24 * 2), ...later]).days).toBe(4);
});

test('lines a little late change nothing; a wrong stamp costs two days at most', () => {
  const plain = heard(hours(24 * 9));
  const late = heard(hours(24 * 9).flatMap((atMs) => [atMs, atMs - 20 * 60_000]));
  expect([late.days, late.cut(0.6)]).toEqual([plain.days, plain.cut(0.6)]);
  const wrong = heard([...hours(24 * 4), beginMs - 700 * dayMs, ...hours(24 * 9).slice(24 * 4)]);
  expect(Math.abs(wrong.days - plain.days)).toBeLessThanOrEqual(2);
});

test('the slice never goes back, whatever the order of the lines', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 400 * 24})), (order) => {
      const days = new LogDays();
      let last = 0;
      for (const hour of order) {
        days.hear(beginMs + hour * hourMs);
        expect(days.slice).toBeGreaterThanOrEqual(last);
        expect(days.slice).toBeLessThan(mostSlices);
        last = days.slice;
      }
    }),
  );
});

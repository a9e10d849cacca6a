import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {isoTime} from '../../src/base/iso-time.js';

test('isoTime(): to the second, in UTC', () => {
  expect(isoTime(Date.UTC(2026, 10, 28, 9, 3, 0, 999))).toBe('2026-11-28T09:03:00Z');
});

test('isoTime(): is read back as the same second', () => {
  const seconds = fc.integer({min: 0, max: 4_102_444_800});
  fc.assert(
    fc.property(seconds, fc.integer({min: 0, max: 999}), (second, ms) => {
      expect(Date.parse(isoTime(second * 1000 + ms))).toBe(second * 1000);
    }),
  );
});

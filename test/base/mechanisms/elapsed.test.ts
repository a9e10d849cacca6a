import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {AtMostEvery, isWithin} from '../../../src/base/mechanisms/elapsed.js';

const spanMs = fc.integer({min: 1, max: 100_000});
const timeMs = fc.integer({min: 0, max: 1_000_000});

describe('isWithin', () => {
  test('from the moment itself up to the end of the span, which is not within', () => {
    fc.assert(
      fc.property(timeMs, spanMs, (sinceMs, span) => {
        expect(isWithin(sinceMs, span, sinceMs)).toBe(true);
        expect(isWithin(sinceMs, span, sinceMs + span - 1)).toBe(true);
        expect(isWithin(sinceMs, span, sinceMs + span)).toBe(false);
      }),
    );
  });

  test('a time in the future is not within: the clock was set back', () => {
    fc.assert(
      fc.property(timeMs, spanMs, fc.integer({min: 1, max: 100_000}), (nowMs, span, aheadMs) => {
        expect(isWithin(nowMs + aheadMs, span, nowMs)).toBe(false);
      }),
    );
  });

  test('a time that never was is not within, and a span of 0 holds nothing', () => {
    expect(isWithin(Number.NEGATIVE_INFINITY, 1_000, 0)).toBe(false);
    expect(isWithin(5, 0, 5)).toBe(false);
  });
});

describe('AtMostEvery', () => {
  test('lets the first one through, and one in each span after it', () => {
    const every = new AtMostEvery(60_000);
    const taken = [0, 1, 59_999, 60_000, 60_001, 119_999, 120_000, 500_000, 500_001];
    expect(taken.filter((nowMs) => every.take(nowMs))).toEqual([0, 60_000, 120_000, 500_000]);
  });

  test('on a clock that only goes forward no two are nearer than a span, and none is held back longer', () => {
    fc.assert(
      fc.property(spanMs, fc.array(fc.nat(50_000), {maxLength: 60}), (span, steps) => {
        const every = new AtMostEvery(span);
        let [nowMs, lastMs] = [0, Number.NEGATIVE_INFINITY];
        for (const stepMs of steps) {
          nowMs += stepMs;
          const isDue = nowMs - lastMs >= span;
          expect(every.take(nowMs)).toBe(isDue);
          if (isDue) lastMs = nowMs;
        }
      }),
    );
  });

  test('after a clock that was set back it is never silent for longer than a span of that clock', () => {
    fc.assert(
      fc.property(spanMs, fc.array(timeMs, {minLength: 1, maxLength: 60}), (span, times) => {
        const every = new AtMostEvery(span);
        for (const nowMs of times) every.take(nowMs);
        const nowMs = times.at(-1)!;
        expect(every.take(nowMs + span)).toBe(true);
        expect(every.take(nowMs + span)).toBe(false);
      }),
    );
  });
});

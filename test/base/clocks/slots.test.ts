/** Work comes at its slots by whichever clock one believes, and no jump costs more than a look. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type Clocks, slackMs} from '../../../src/base/clocks/clocks.js';
import {
  hasSlotPassed,
  longestTickMs,
  mostLookedAt,
  type Slots,
  untilNextLookMs,
} from '../../../src/base/clocks/slots.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const at = (wallMs: number, monotonicMs: number): Clocks => ({wallMs, monotonicMs});

/** Each so many minutes, and how often it was asked. */
function everyMinutes(minutes: number): Slots & {asked: number} {
  const slots: Slots & {asked: number} = {
    ...{stepSeconds: 60, offsetMs: 0, asked: 0},
    isSlot: (wallMs) => {
      slots.asked += 1;
      return Math.floor(wallMs / minuteMs) % minutes === 0;
    },
  };
  return slots;
}

/** A clock that is set, and work on a schedule beside it. @returns the true times of the runs. Ms */
function runsOf(slots: Slots, forMs: number, setsAt: ReadonlyMap<number, number>): number[] {
  let wallMs = Date.UTC(2026, 6, 1, 12, 0, 30);
  const runs: number[] = [];
  let [trueMs, last] = [0, at(wallMs, 0)];
  while (trueMs < forMs) {
    const waitMs = untilNextLookMs(slots, last);
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(longestTickMs);
    for (const [setMs, stepMs] of setsAt) {
      if (setMs > trueMs && setMs <= trueMs + waitMs) wallMs += stepMs;
    }
    [trueMs, wallMs] = [trueMs + waitMs, wallMs + waitMs];
    const now = at(wallMs, trueMs);
    if (hasSlotPassed(slots, last, now)) runs.push(trueMs);
    last = now;
  }
  return runs;
}

describe('a clock that nobody sets', () => {
  test('work comes at each slot, and at no other time', () => {
    const runs = runsOf(everyMinutes(5), hourMs, new Map());
    expect(runs).toEqual(Array.from({length: 12}, (_, i) => (i + 1) * 5 * minuteMs - 30_000));
  });

  test('a timer that fires early or late neither loses a slot nor takes it twice', () => {
    const jitter = fc.array(fc.integer({min: -5, max: 90_000}), {minLength: 1, maxLength: 200});
    fc.assert(
      fc.property(jitter, fc.integer({min: 0, max: 10 * minuteMs}), (lateMs, fromMs) => {
        const slots = everyMinutes(1);
        let last = at(fromMs, 0);
        let runs = 0;
        for (const late of lateMs) {
          const tookMs = Math.max(1, untilNextLookMs(slots, last) + late);
          // The wall clock is slewed a little meanwhile.
          const now = at(last.wallMs + tookMs, last.monotonicMs + tookMs + (late % 3));
          if (hasSlotPassed(slots, last, now)) runs += 1;
          last = now;
        }
        const minutes = Math.floor(last.wallMs / minuteMs) - Math.floor(fromMs / minuteMs);
        expect(runs).toBeLessThanOrEqual(minutes);
        expect(runs).toBeGreaterThanOrEqual(Math.min(minutes, Math.floor(minutes / 2.6)));
      }),
    );
  });
});

describe('a clock that is set', () => {
  const year = 365 * 24 * hourMs;
  const steps = fc.oneof(
    fc.integer({min: -60 * year, max: 60 * year}),
    fc.integer({min: -3 * hourMs, max: 3 * hourMs}),
    fc.integer({min: -2000, max: 2000}),
  );

  test('each time it is set, work waits for one more period at most', () => {
    const sets = fc.array(fc.tuple(fc.integer({min: 0, max: 2 * hourMs}), steps), {maxLength: 4});
    fc.assert(
      fc.property(sets, fc.constantFrom(1, 2, 5), (setsAt, minutes) => {
        const runs = [0, ...runsOf(everyMinutes(minutes), 2 * hourMs, new Map(setsAt))];
        for (const [i, runMs] of runs.entries()) {
          const nextMs = runs[i + 1] ?? 2 * hourMs;
          // A step leaves the way to a slot behind, and has the whole way to the next before it. Small
          // steps pass for a slewed clock. A look comes a minute later at most.
          const times = setsAt.filter(([setMs]) => setMs > runMs && setMs <= nextMs).length;
          const mostMs = (1 + times) * minutes * minuteMs + times * 2 * slackMs;
          expect(nextMs - runMs).toBeLessThanOrEqual(mostMs);
        }
      }),
      {numRuns: 200},
    );
  });

  test.each([-3 * hourMs, 3 * hourMs, 26 * year, -26 * year, 1500, -1500])(
    'by %d ms: work that comes each minute comes within the minute',
    (stepMs) => {
      const runs = runsOf(everyMinutes(1), hourMs, new Map([[20 * minuteMs, stepMs]]));
      const pauses = runs.slice(1).map((runMs, i) => runMs - runs[i]!);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(minuteMs + 1500);
    },
  );

  test('a look after any jump is short: no missed slot is walked through', () => {
    fc.assert(
      fc.property(steps, fc.integer({min: 0, max: minuteMs}), (stepMs, tookMs) => {
        const slots = everyMinutes(1_000_000_007);
        hasSlotPassed(slots, at(4e12, 0), at(4e12 + tookMs + stepMs, tookMs));
        expect(slots.asked).toBeLessThanOrEqual(mostLookedAt + 4);
      }),
    );
  });

  test('a jump over more than a day is taken for a slot; over a part of a day the schedule is asked', () => {
    const never: Slots = {stepSeconds: 60, offsetMs: 0, isSlot: () => false};
    expect(mostLookedAt).toBeGreaterThan(25 * 60 - 1);
    expect(hasSlotPassed(never, at(0, 0), at(10 * hourMs, 60_000))).toBe(false);
    expect(hasSlotPassed(never, at(0, 0), at(26 * hourMs, 60_000))).toBe(true);
  });
});

test('a machine that slept has passed what lay in its sleep', () => {
  const slots = everyMinutes(60);
  expect(hasSlotPassed(slots, at(10 * minuteMs, 0), at(50 * minuteMs, 30_000))).toBe(false);
  expect(hasSlotPassed(slots, at(10 * minuteMs, 0), at(70 * minuteMs, 30_000))).toBe(true);
});

test('slots at one second of a minute are looked at there, others at each second', () => {
  const seen: number[] = [];
  const isSlot = (wallMs: number): boolean => seen.push(wallMs) < 0;
  const half: Slots = {stepSeconds: 60, offsetMs: 30_000, isSlot};
  expect(untilNextLookMs(half, at(5 * minuteMs, 0))).toBe(30_000);
  expect(untilNextLookMs(half, at(5 * minuteMs + 30_000, 0))).toBe(minuteMs);
  hasSlotPassed(half, at(0, 0), at(2 * minuteMs, 2 * minuteMs));
  expect(seen.splice(0)).toEqual([30_000, 90_000]);
  const each: Slots = {stepSeconds: 1, offsetMs: 0, isSlot};
  expect(untilNextLookMs(each, at(5 * minuteMs + 1, 0))).toBe(999);
  hasSlotPassed(each, at(0, 0), at(3500, 3500));
  expect(seen).toEqual([1000, 2000, 3000]);
});

/** Whether somebody has set the clock, told apart from the passing of time, and from a machine that sleeps. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {ClockSteps} from '../../../src/base/clocks/clock-steps.js';
import {slackMs} from '../../../src/base/clocks/clocks.js';

const start = {wallMs: 1_800_000_000_000, monotonicMs: 5000};
const awake = (): number => 0;

test('time that passes is no step, however it is slewed within the slack', () => {
  const steps = new ClockSteps(start, 0);
  for (const passedMs of [0, 1, 60_000, 86_400_000]) {
    const now = {wallMs: start.wallMs + passedMs, monotonicMs: start.monotonicMs + passedMs};
    expect(steps.take({...now, wallMs: now.wallMs + slackMs - 1}, awake)).toBe(0);
  }
});

test('a step is reported once, and small steps add up', () => {
  const steps = new ClockSteps(start, 0);
  const hour = 3_600_000;
  const back = {wallMs: start.wallMs - 3 * hour + 10, monotonicMs: start.monotonicMs + 10};
  expect([steps.take(back, awake), steps.take(back, awake)]).toEqual([-3 * hour, 0]);
  const slightly = (ms: number): number => steps.take({...back, wallMs: back.wallMs + ms}, awake);
  expect([slightly(600), slightly(1200), slightly(1800)]).toEqual([0, 1200, 0]);
});

test('a sleep is no step: its time has passed', () => {
  const steps = new ClockSteps(start, 100);
  const sleptMs = 8 * 3_600_000;
  const woken = {wallMs: start.wallMs + sleptMs + 20, monotonicMs: start.monotonicMs + 10};
  expect(steps.take(woken, () => 100 + sleptMs)).toBe(0);
  // And then it is set.
  const set = {...woken, wallMs: woken.wallMs - 60_000};
  expect(steps.take(set, () => 100 + sleptMs)).toBeCloseTo(-60_000 + 10, -2);
});

test('the steps and the time that was slept add up to what the clocks say, in any order', () => {
  const ms = fc.integer({min: -1e10, max: 1e10});
  const events = fc.array(fc.record({passMs: fc.nat(1e8), sleepMs: fc.nat(1e8), setMs: ms}));
  fc.assert(
    fc.property(events, (all) => {
      const steps = new ClockSteps(start, 0);
      let [{wallMs, monotonicMs}, slept, told, set] = [start, 0, 0, 0];
      for (const {passMs, sleepMs, setMs} of all) {
        monotonicMs += passMs;
        wallMs += passMs + sleepMs + setMs;
        slept += sleepMs;
        set += setMs;
        const total = slept;
        told += steps.take({wallMs, monotonicMs}, () => total);
        expect(Math.abs(told - set)).toBeLessThan(slackMs);
      }
    }),
  );
});

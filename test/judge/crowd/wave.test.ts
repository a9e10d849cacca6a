import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Table} from '../../../src/base/mechanisms/table.js';
import {
  alarmNats,
  expectedRate,
  heldMs,
  leastRate,
  mostDays,
  Wave,
  waveFactor,
  type WaveState,
} from '../../../src/judge/crowd/wave.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const startMs = Date.parse('2026-03-02T00:00:00Z');

const fresh = (): {wave: Wave; table: Table<WaveState>} => {
  const table = new Table<WaveState>();
  return {wave: new Wave(table), table};
};

/** Events at a steady rate. @returns hours in which the wave was on at the end */
function steady(wave: Wave, perHour: number, fromMs: number, hours: number): number {
  let on = 0;
  const stepMs = hourMs / perHour;
  let nextMs = fromMs + stepMs / 2;
  for (let hour = 1; hour <= hours; hour++) {
    const endMs = fromMs + hour * hourMs;
    for (; nextMs < endMs; nextMs += stepMs) wave.note(nextMs);
    wave.sweep(endMs);
    if (wave.isOn(endMs)) on += 1;
  }
  return on;
}

const rateOf = (table: Table<WaveState>): number => expectedRate([...table.values()][0]!);

describe('Wave', () => {
  test('the figures are pinned', () => {
    expect([leastRate, waveFactor, alarmNats, heldMs, mostDays]).toEqual([4, 3, 5, dayMs, 30]);
  });

  test('five events within minutes begin it, four do not; it lasts a day', () => {
    const {wave} = fresh();
    for (let i = 0; i < 4; i++) wave.note(startMs + i * 50_000);
    const atMs = startMs + 4 * 50_000;
    expect(wave.isOn(atMs)).toBe(false);
    wave.note(atMs);
    expect([wave.isOn(atMs), wave.isOn(atMs - 1)]).toEqual([true, false]);
    expect(wave.view(atMs)).toEqual({kind: 'on', sinceMs: atMs});
    expect([wave.isOn(atMs + dayMs - 1), wave.isOn(atMs + dayMs)]).toEqual([true, false]);
    expect(wave.view(atMs + dayMs)).toEqual({kind: 'off'});
  });

  test.each([
    [1, 0],
    [4, 0],
    [7, 0],
    [8, 1],
    [20, 1],
  ])('%i events an hour for a day: on or off', (perHour, expected) => {
    const {wave} = fresh();
    expect(Math.min(1, steady(wave, perHour, startMs, 23))).toBe(expected);
  });

  test('further alarms make it last longer, and it is one wave', () => {
    const {wave} = fresh();
    steady(wave, 60, startMs, 3);
    const {sinceMs} = wave.view(startMs + 3 * hourMs) as {sinceMs: number};
    expect(sinceMs - startMs).toBeLessThan(10 * 60_000);
    expect(wave.isOn(startMs + 26 * hourMs)).toBe(true);
    expect(wave.isOn(startMs + 28 * hourMs)).toBe(false);
  });

  test('a relay whose usual rate is high is in a wave for a day or two, not for ever', () => {
    const {wave, table} = fresh();
    steady(wave, 30, startMs, 72);
    expect(rateOf(table)).toBeCloseTo(60, 0);
    expect(steady(wave, 30, startMs + 3 * dayMs, 10 * 24)).toBe(0);
    // Three times as many are a wave there too.
    expect(steady(wave, 130, startMs + 13 * dayMs, 5)).toBeGreaterThan(0);
  });

  test('a client that stays just below the alarm does not make it deaf: the month bounds it', () => {
    const {wave, table} = fresh();
    let atMs = startMs;
    for (let day = 0; day < 20; day++, atMs += dayMs) steady(wave, 0.5, atMs, 24);
    for (let day = 0; day < 5; day++, atMs += dayMs) steady(wave, 6.5, atMs, 24);
    expect(rateOf(table)).toBe(leastRate);
    expect(steady(wave, 8, atMs, 24)).toBeGreaterThan(0);
  });

  test('a day of waves leaves the expected rate as it was', () => {
    const {wave, table} = fresh();
    steady(wave, 10, startMs, 48);
    const before = rateOf(table);
    expect(before).toBeCloseTo(20, 0);
    steady(wave, 500, startMs + 2 * dayMs, 72);
    expect(rateOf(table)).toBe(before);
  });

  test('a wave that goes on for a month becomes the usual rate', () => {
    const {wave, table} = fresh();
    steady(wave, 1, startMs, 48);
    steady(wave, 500, startMs + 2 * dayMs, 33 * 24);
    expect(rateOf(table)).toBeCloseTo(1000, 0);
  });

  test('after days without anybody listening the hours between do not count as calm', () => {
    const {wave, table} = fresh();
    steady(wave, 2, startMs, 48);
    wave.note(startMs + 12 * dayMs);
    const [state] = [...table.values()];
    expect(state!.days).toHaveLength(2);
    expect(state!.today.ms).toBe(0);
  });

  test('late lines neither shorten a wave nor begin one in the past', () => {
    const {wave} = fresh();
    const atMs = startMs + dayMs / 2;
    for (let i = 0; i < 6; i++) wave.note(atMs);
    wave.note(startMs);
    expect([wave.isOn(atMs), wave.isOn(atMs + dayMs - 1)]).toEqual([true, true]);
    expect(wave.isOn(startMs - 1)).toBe(false);
  });

  test('a clock that was ahead does not leave a wave that lasts for years', () => {
    const {wave} = fresh();
    const aheadMs = startMs + 400 * dayMs;
    for (let i = 0; i < 6; i++) wave.note(aheadMs);
    wave.sweep(startMs);
    expect(wave.isOn(startMs + dayMs + hourMs)).toBe(false);
    expect(wave.isOn(aheadMs)).toBe(false);
    for (let i = 0; i < 6; i++) wave.note(startMs + dayMs);
    expect(wave.isOn(startMs + dayMs)).toBe(true);
  });

  test('all is bounded and finite, whatever comes when', () => {
    const step = fc.tuple(fc.constantFrom('note', 'sweep'), fc.integer({min: -50, max: 3000}));
    fc.assert(
      fc.property(fc.array(step, {maxLength: 150}), (all) => {
        const {wave, table} = fresh();
        let atMs = startMs;
        for (const [what, minutes] of all) {
          atMs += minutes * 60_000;
          if (what === 'note') wave.note(atMs);
          else wave.sweep(atMs);
          const [state] = [...table.values()];
          if (state === undefined) continue;
          expect(state.nats).toBeGreaterThanOrEqual(0);
          expect(state.nats).toBeLessThanOrEqual(9.4);
          expect(state.days.length).toBeLessThanOrEqual(mostDays);
          expect(expectedRate(state)).toBeGreaterThanOrEqual(leastRate);
          expect(state.today.calmMs).toBeLessThanOrEqual(state.today.ms);
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        }
      }),
    );
  });
});

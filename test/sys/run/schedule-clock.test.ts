/**
 * Work on a schedule while the clock is set, and in the nights in which local time jumps: in a process of
 * its own for each zone, whose timers and clocks are made up, so that a night takes no time.
 */
import {expect, test} from '@jest/globals';
import {execFileSync} from 'node:child_process';
import {bundle} from '../../support/child.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();

interface Night {
  readonly zone: string;
  readonly from: string;
  readonly hours: number;
  readonly schedule: string;
  /** After so many minutes the clock is set by so many. */
  readonly sets?: readonly (readonly [atMinute: number, byMinutes: number])[];
}

const script = `
import {onSchedule} from './src/sys/run/schedule.js';
const {from, hours, schedule, sets = []} = JSON.parse(process.argv[2]);
let [wallMs, trueMs, timers] = [Date.parse(from), 0, []];
globalThis.setTimeout = (work, ms) => { timers.push({work, atMs: trueMs + ms}); return {}; };
const runs = [];
onSchedule('test', schedule, console.error, async () => void runs.push(trueMs / 60000), () => ({wallMs, monotonicMs: trueMs}));
let left = [...sets];
while (trueMs < hours * 3600000) {
  const [timer] = timers.splice(0);
  wallMs += timer.atMs - trueMs;
  trueMs = timer.atMs;
  while (left.length > 0 && left[0][0] * 60000 <= trueMs) wallMs += left.shift()[1] * 60000;
  timer.work();
  await Promise.resolve();
}
console.log(JSON.stringify(runs));
`;

/** @returns the minutes after the beginning at which the work was done */
function runsIn({zone, ...night}: Night, program: string): number[] {
  const env = {...process.env, TZ: zone};
  const options = {env, encoding: 'utf8', timeout: 60_000} as const;
  const text = execFileSync(process.execPath, [program, JSON.stringify(night)], options);
  return JSON.parse(text) as number[];
}

const longestPause = (runs: readonly number[]): number =>
  Math.max(...runs.slice(1).map((run, i) => run - runs[i]!));

test('in nights in which local time jumps no slot is lost, and none comes too often', () => {
  const program = bundle(newDir(), script);
  const nights = [
    ['Europe/Berlin', '2026-10-24T22:00:30Z'],
    ['Europe/Berlin', '2026-03-28T22:00:30Z'],
    ['America/New_York', '2026-11-01T03:00:30Z'],
    ['Australia/Lord_Howe', '2026-04-04T12:00:30Z'],
    ['Asia/Kathmandu', '2026-06-30T22:00:30Z'],
    // Off the minutes of the epoch by 30 seconds, as its clocks were in 1970.
    ['Africa/Monrovia', '1970-01-01T00:00:00Z'],
  ] as const;
  for (const [zone, from] of nights) {
    for (const [schedule, minutes] of [
      ['* * * * *', 1],
      ['*/5 * * * *', 5],
      ['30 */5 * * * *', 5],
    ] as const) {
      const runs = runsIn({zone, from, hours: 6, schedule}, program);
      expect([zone, schedule, longestPause(runs)]).toEqual([zone, schedule, minutes]);
      expect(Math.abs(runs.length - (6 * 60) / minutes)).toBeLessThanOrEqual(1);
    }
  }
});

test('a daily slot comes on its day, and twice in the hour that comes twice', () => {
  const program = bundle(newDir(), script);
  const from = '2026-10-24T10:00:30Z';
  const night = {zone: 'Europe/Berlin', from, hours: 48};
  expect(runsIn({...night, schedule: '30 2 * * *'}, program)).toHaveLength(3);
  expect(runsIn({...night, schedule: '30 4 * * *'}, program)).toHaveLength(2);
  expect(runsIn({...night, zone: 'UTC', schedule: '30 2 * * *'}, program)).toHaveLength(2);
});

test('a clock that is set keeps work waiting for no longer than its schedule', () => {
  const program = bundle(newDir(), script);
  const night = {zone: 'Europe/Berlin', from: '2026-06-01T10:00:30Z', hours: 3};
  const years = 26 * 365 * 24 * 60;
  for (const byMinutes of [-180, 180, -years, years, -1.5, 1.5]) {
    const sets = [[60, byMinutes]] as const;
    const each = runsIn({...night, schedule: '* * * * *', sets}, program);
    const fifth = runsIn({...night, schedule: '*/5 * * * *', sets}, program);
    // A step may cut the way to two slots: a minute of the one, and a tick.
    expect(longestPause(each)).toBeLessThanOrEqual(2);
    expect(longestPause(fifth)).toBeLessThanOrEqual(7);
  }
});

test('a slot within a jump comes once, and one outside of it never', () => {
  const program = bundle(newDir(), script);
  // A Monday.
  const night = {zone: 'Australia/Lord_Howe', from: '2026-06-01T03:00:30+10:30'};
  const day = 24 * 60;
  for (const [schedule, byMinutes, runs] of [
    ['0 4 * * *', 90, 1],
    ['0 4 * * *', day, 1],
    ['0 2 * * *', 90, 0],
    ['0 3 * * 0', day, 0],
    ['0 3 * * 0', 6 * day, 1],
    ['0 3 * * 0', 40 * day, 1],
    ['0 3 1 1 *', 90, 0],
  ] as const) {
    const found = runsIn({...night, hours: 0.5, schedule, sets: [[10, byMinutes]]}, program);
    expect([schedule, byMinutes, found.length]).toEqual([schedule, byMinutes, runs]);
  }
  for (const byMinutes of [-10, 10, day, 40 * day, -40 * day]) {
    const sets = [[60, byMinutes]] as const;
    const found = runsIn({...night, hours: 3, schedule: '*/7 * * * *', sets}, program);
    // The seventh of the next hour comes four minutes after the 56th.
    expect(longestPause(found)).toBeLessThanOrEqual(9);
  }
});

const lookBack = `
import {slotMinutes} from './src/sys/run/schedule.js';
import {isDigestMissed} from './src/tally/digests.js';
const [schedule, ...times] = process.argv.slice(2);
const {isSlot, forget} = slotMinutes(schedule);
const [sinceMs, nowMs] = times.map((text) => Date.parse(text));
console.log(JSON.stringify(isDigestMissed(sinceMs, isSlot, nowMs)));
forget();
`;

test('a look back finds the slots as the local clock showed them, at any second of a minute', () => {
  const program = bundle(newDir(), lookBack);
  const isMissed = (...words: readonly [schedule: string, since: string, now: string]): boolean => {
    const options = {env: {...process.env, TZ: 'Europe/Berlin'}, encoding: 'utf8'} as const;
    return JSON.parse(execFileSync(process.execPath, [program, ...words], options)) as boolean;
  };
  // 02:30 is left out where summer begins, and there again the day after.
  expect(isMissed('30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toBe(false);
  expect(isMissed('30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toBe(true);
  expect(isMissed('30 2 * * *', '2026-10-25T00:31:00Z', '2026-10-25T01:29:00Z')).toBe(false);
  expect(isMissed('30 2 * * *', '2026-10-25T00:31:00Z', '2026-10-25T01:30:00Z')).toBe(true);
  // Each Monday, with a second.
  expect(isMissed('45 0 7 * * 1', '2026-11-23T06:01:00Z', '2026-11-29T12:00:00Z')).toBe(false);
  expect(isMissed('45 0 7 * * 1', '2026-11-23T05:59:00Z', '2026-11-29T12:00:00Z')).toBe(true);
});

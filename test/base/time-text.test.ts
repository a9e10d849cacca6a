/** How times are written, in zones of which each needs a process of its own; and that nobody else writes them. */
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  isoTime,
  jsonWithTimes,
  kernelTime,
  localStamp,
  localTime,
  mailTime,
  preciseTime,
  zoneText,
} from '../../src/base/time-text.js';

const atMs = Date.UTC(2026, 10, 28, 9, 3, 0, 999);

test('in UTC: for programs, for the kernel, for mail', () => {
  expect(isoTime(atMs)).toBe('2026-11-28T09:03:00Z');
  expect(preciseTime(atMs)).toBe('2026-11-28T09:03:00.999Z');
  expect(kernelTime(atMs)).toBe('2026-11-28T09:03:00');
  expect(mailTime(atMs)).toBe('Sat, 28 Nov 2026 09:03:00 +0000');
});

test('isoTime(), localTime(): are read back as the same second, whatever the zone', () => {
  const seconds = fc.integer({min: 0, max: 4_102_444_800});
  fc.assert(
    fc.property(seconds, fc.integer({min: 0, max: 999}), (second, ms) => {
      expect(Date.parse(isoTime(second * 1000 + ms))).toBe(second * 1000);
      expect(Date.parse(localTime(second * 1000 + ms))).toBe(second * 1000);
      expect(Date.parse(localStamp(second * 1000 + ms))).toBe(second * 1000 + ms);
    }),
  );
});

test('a time that no log has is whole all the same: before 1970, and in a year of five digits', () => {
  expect(inZone('UTC', -1).at(0)).toBe('1969-12-31T23:59:59+00:00');
  // As a control file of the queue may say.
  expect(inZone('UTC', 999_999_999_999_000).at(0)).toBe('+033658-09-27T01:46:39+00:00');
});

/** In a process of its own: a process has one time zone. */
function inZone(zone: string, ms: number): string[] {
  const input = `import {localTime, localStamp} from './src/base/time-text.ts';
    console.log(localTime(${ms}) + ' ' + localStamp(${ms}));`;
  return ran(input, zone).split(' ');
}

function ran(input: string, zone: string): string {
  const bundle = execFileSync('node_modules/.bin/esbuild', ['--bundle'], {input});
  const env = {...process.env, TZ: zone};
  return execFileSync(process.execPath, ['-'], {env, input: bundle}).toString().trim();
}

test.each([
  ['UTC', '2026-11-28T09:03:00+00:00', '2026-11-28T09:03:00.999+00:00'],
  ['Europe/Berlin', '2026-11-28T10:03:00+01:00', '2026-11-28T10:03:00.999+01:00'],
  ['America/St_Johns', '2026-11-28T05:33:00-03:30', '2026-11-28T05:33:00.999-03:30'],
  ['Asia/Kathmandu', '2026-11-28T14:48:00+05:45', '2026-11-28T14:48:00.999+05:45'],
])('for people in %s: local time, with its distance from UTC', (zone, time, stamp) => {
  expect(inZone(zone, atMs)).toEqual([time, stamp]);
});

test('the distance is that of the time itself: summer has another one than winter', () => {
  const [winter] = inZone('Europe/Berlin', Date.UTC(2026, 0, 1));
  const [summer] = inZone('Europe/Berlin', Date.UTC(2026, 6, 1));
  expect([winter, summer]).toEqual(['2026-01-01T01:00:00+01:00', '2026-07-01T02:00:00+02:00']);
});

test('zoneText(): the distance from UTC, and both where summer ended meanwhile', () => {
  const input = `import {zoneText} from './src/base/time-text.ts';
    console.log(zoneText(${Date.UTC(2026, 9, 24)}, ${Date.UTC(2026, 9, 26)}) + '; ' + zoneText(${atMs}, ${atMs}));`;
  expect(ran(input, 'Europe/Berlin')).toBe('local time, +02:00, later +01:00; local time, +01:00');
  expect(zoneText(atMs, atMs)).toMatch(/^local time, [+-]\d\d:\d\d$/);
});

test('in --json each time in ms has the same in ISO 8601 beside it; lengths have not', () => {
  const value = {untilMs: atMs, waitedMs: 5000, list: [{fromMs: atMs, name: 'é'}], none: null};
  expect(JSON.parse(jsonWithTimes(value))).toEqual({
    ...value,
    untilTime: '2026-11-28T09:03:00Z',
    list: [{fromMs: atMs, fromTime: '2026-11-28T09:03:00Z', name: 'é'}],
  });
  expect(jsonWithTimes({name: 'é'})).toBe('{"name":"\\u00e9"}');
  expect(JSON.parse(jsonWithTimes({untilMs: 1e300}))).toEqual({untilMs: 1e300, untilTime: null});
});

test('no other module writes a time: one clock, one zone, one form', () => {
  const files = readdirSync('src', {recursive: true, encoding: 'utf8'}).filter((each) =>
    each.endsWith('.ts'),
  );
  const writes = /\.to(?:ISO|UTC|GMT|Locale\w*|Date|Time)String\(|DateTimeFormat/;
  const writers = files.filter((file) => writes.test(readFileSync(join('src', file), 'utf8')));
  expect(writers).toEqual(['base/time-text.ts']);
});

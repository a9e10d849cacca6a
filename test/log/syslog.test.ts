import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from '@jest/globals';
import {sameHost} from '../../src/log/syslog.js';
import {parseSyslog} from './parse-syslog.js';

const reference = Date.UTC(2026, 10, 21, 13, 0);
const local = (...parts: [number, number, number, number, number, number]): number =>
  new Date(...parts).getTime();

describe('parseSyslog() reads', () => {
  test('a BSD stamp, day padded with a space, as local time', () => {
    expect(parseSyslog('Nov  1 09:05:07 relay sm-mta[28]: hello: there', reference)).toEqual({
      atMs: local(2026, 10, 1, 9, 5, 7),
      host: 'relay',
      program: 'sm-mta',
      pid: 28,
      message: 'hello: there',
      times: 1,
      writer: undefined,
    });
  });

  test.each([
    ['2026-11-21T11:51:44.575196+00:00', Date.UTC(2026, 10, 21, 11, 51, 44, 575)],
    ['2026-11-21T12:51:44+01:00', Date.UTC(2026, 10, 21, 11, 51, 44)],
    ['2026-11-21T11:51:44Z', Date.UTC(2026, 10, 21, 11, 51, 44)],
    ['2026-11-21T11:51:44.5-05:30', Date.UTC(2026, 10, 21, 17, 21, 44, 500)],
    ['2026-11-21 11:51:44', local(2026, 10, 21, 11, 51, 44)],
  ])('the stamp %s', (stamp, atMs) => {
    expect(parseSyslog(`${stamp} relay.example.net sm-mta[1234567]: x`, reference)).toMatchObject({
      atMs,
      host: 'relay.example.net',
      pid: 1234567,
    });
  });

  test('bytes above 127 and quotes in the message as they are', () => {
    const line = 'Nov  1 09:05:07 relay sm-mta[28]: \xff"[1]: \x80';
    expect(parseSyslog(line, reference)?.message).toBe('\xff"[1]: \x80');
  });

  test.each(['2001:db8::5', '192.0.2.5', 's_sys@relay'])('the host %s', (host) => {
    expect(parseSyslog(`Nov  1 09:05:07 ${host} sm-mta[28]: x`, reference)?.host).toBe(host);
  });
});

describe('parseSyslog() gives a stamp without a year', () => {
  test.each([
    ['Dec 31 23:59:59', local(2027, 0, 1, 0, 0, 5), local(2026, 11, 31, 23, 59, 59)],
    ['Jan  1 00:00:01', local(2027, 0, 1, 0, 0, 5), local(2027, 0, 1, 0, 0, 1)],
    ['Nov 22 01:00:00', local(2026, 10, 21, 13, 0, 0), local(2026, 10, 22, 1, 0, 0)],
    ['Nov 23 14:00:00', local(2026, 10, 21, 13, 0, 0), local(2025, 10, 23, 14, 0, 0)],
    ['Jan  1 00:30:00', local(2026, 11, 31, 23, 50, 0), local(2027, 0, 1, 0, 30, 0)],
  ])('the latest one that is not in the future: %s', (stamp, now, expected) => {
    expect(parseSyslog(`${stamp} relay sm-mta[28]: x`, now)?.atMs).toBe(expected);
  });
});

describe('parseSyslog() refuses', () => {
  test.each([
    '',
    'relay sm-mta[28]: x',
    'Nov 32 09:05:07 relay sm-mta[28]: x',
    'Nov  1 24:05:07 relay sm-mta[28]: x',
    'Nox  1 09:05:07 relay sm-mta[28]: x',
    'Nov  1 09:05:07 relay sm-mta x',
    'Nov  1 09:05:07 relay sm-mta[]: x',
    'Nov  1 09:05:07 relay sm-mta[28] x',
    'Nov  1 09:05:07 relay sm-mta[99999999999]: x',
    'Nov  1 09:05:07 last message repeated 5 times',
    '2026-13-21T11:51:44Z relay sm-mta[28]: x',
    ' Nov  1 09:05:07 relay sm-mta[28]: x',
    '\0'.repeat(100),
  ])('%j', (line) => {
    expect(parseSyslog(line, reference)).toBeUndefined();
  });
});

describe('sameHost()', () => {
  test.each([
    ['relay', 'relay', true],
    ['Relay', 'relay', true],
    ['relay', 'relay.example.net', true],
    ['relay.example.net', 'relay', true],
    ['relay.example.net', 'relay.example.com', false],
    ['mail1', 'mail10', false],
    ['mail1', 'mail10.example.net', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(sameHost(a, b)).toBe(same);
  });
});

describe('parseSyslog() in the hour that is repeated in autumn', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  /** In a process of its own: a process has one time zone. */
  const parsedInBerlin = (stamp: string, now: number): number => {
    const source = `import {parseSyslog} from './test/log/parse-syslog.js';
      console.log(parseSyslog(${JSON.stringify(`${stamp} relay sm-mta[28]: x`)}, ${now})?.atMs)`;
    const bundle = execFileSync('node_modules/.bin/esbuild', ['--bundle'], {
      cwd: root,
      input: source,
    });
    const env = {...process.env, TZ: 'Europe/Berlin'};
    return Number(execFileSync(process.execPath, ['-e', bundle.toString()], {env}));
  };

  test.each([
    ['the first time', Date.UTC(2026, 9, 25, 0, 30, 5), Date.UTC(2026, 9, 25, 0, 30)],
    ['the second time', Date.UTC(2026, 9, 25, 1, 30, 5), Date.UTC(2026, 9, 25, 1, 30)],
  ])('takes the stamp for %s', (_, now, expected) => {
    expect(parsedInBerlin('Oct 25 02:30:00', now)).toBe(expected);
  });
});

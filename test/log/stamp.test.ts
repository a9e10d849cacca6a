import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from '@jest/globals';
import {Stamps} from '../../src/log/stamp.js';
import {queueIdClock} from '../../src/mail/sendmail/queue-id.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const program = `
  import {Stamps} from './src/log/stamp.js';
  import {queueIdClock} from './src/mail/sendmail/queue-id.js';
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx';
  const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
  const hourMs = 3_600_000;
  const two = (n, pad = '0') => String(n).padStart(2, pad);
  const bsd = (d) => months[d.getMonth()] + ' ' + two(d.getDate(), ' ') + ' ' +
    [d.getHours(), d.getMinutes(), d.getSeconds()].map((n) => two(n)).join(':');
  const date = (d) => d.getFullYear() + '-' + two(d.getMonth() + 1) + '-' + two(d.getDate()) +
    bsd(d).slice(6) + '.25';
  const idOf = (d) => [(d.getUTCFullYear() - 1900) % 60, d.getUTCMonth(), d.getUTCDate(),
    d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()].map((n) => digits[n]).join('') + '00000028';
  const settle = (stamps, text, message, reference) => {
    const stamp = stamps.read(text, 0, reference);
    return stamp && stamps.settle(stamp, message, reference);
  };
  let seed = 1;
  const random = (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
`;

/** In a process of its own: a process has one time zone. The source gives `result`. */
function inZone(zone: string, source: string): unknown {
  const input = `${program}\n${source}\nconsole.log(JSON.stringify(result));`;
  const bundle = execFileSync('node_modules/.bin/esbuild', ['--bundle'], {cwd: root, input});
  const env = {...process.env, TZ: zone};
  return JSON.parse(execFileSync(process.execPath, ['-'], {env, input: bundle}).toString());
}

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe', // half an hour back
  'Pacific/Chatham',
  'America/Sao_Paulo', // forward at midnight, until 2018
  'Pacific/Kiritimati',
];

describe.each(zones)('Stamps in %s', (zone) => {
  const source = `
    /** Hours in which the clock is set, and any others. */
    const from = Date.UTC(2001, 0), until = Date.UTC(2026, 10);
    const bases = Array.from({length: 300}, () => from + random((until - from) / 1000) * 1000);
    const isSetIn = (ms, hours) =>
      new Date(ms).getTimezoneOffset() !== new Date(ms + hours * hourMs).getTimezoneOffset();
    for (let day = from; day < until; day += 24 * hourMs) {
      for (let ms = day; isSetIn(day, 24) && ms < day + 24 * hourMs; ms += hourMs) {
        if (isSetIn(ms, 1)) bases.push(ms - 2 * hourMs, ms - hourMs, ms, ms + hourMs);
      }
    }
    const shared = new Stamps(queueIdClock);
    const wrong = [], differing = [];
    for (const base of bases) for (let i = 0; i < 8; i++) {
      const atMs = base + random(3600) * 1000;
      const write = i % 4 === 3 ? date : bsd;
      const text = write(new Date(atMs));
      const told = idOf(new Date(atMs - random(600) * 1000)) + ': x';
      const later = atMs + random(3 * 365 * 24) * hourMs;
      const foundMs = settle(shared, text, told, later);
      if (foundMs !== atMs + (write === date ? 250 : 0)) wrong.push([atMs, told, later, foundMs]);

      const message = i % 2 === 0 ? 'x' : idOf(new Date(atMs - random(40 * 24) * hourMs)) + '[1]: x';
      const reference = atMs + (random(800 * 24) - 48) * hourMs;
      const [x, y] = [shared, new Stamps(queueIdClock)].map((s) => settle(s, text, message, reference));
      if (x !== y) differing.push([text, message, reference, x, y]);
    }
    const result = {wrong, differing};
  `;
  test('settles every second by a queue id of the last ten minutes; remembers only what is so', () => {
    expect(inZone(zone, source)).toEqual({wrong: [], differing: []});
  });
});

describe('Stamps in the hour that is repeated in autumn', () => {
  // Europe/Berlin, 2026-10-25: 02:30 is 00:30 UTC and again 01:30 UTC.
  const [first, again] = [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)];
  const cases: readonly [string, string, number, number][] = [
    ['no queue id, between both', 'NOQUEUE: x', first + 5000, first],
    ['no queue id, after both', 'NOQUEUE: x', again + 86_400_000, again],
    ['an envelope just before the first', '69P0TC00000028: x', again + 86_400_000, first],
    ['an envelope just before the second', '69P1TC00000028: x', again + 86_400_000, again],
    ['an envelope of a long session', '69P0xC00000028: x', again + 86_400_000, again],
    ['an envelope of the day before', '69O0TC00000028: x', again + 86_400_000, again],
    ['an envelope of the day before, read live', '69O0TC00000028: x', first + 5000, first],
  ];
  const source = `
    const result = ${JSON.stringify(cases)}.map(([, message, reference]) =>
      ['Oct 25 02:30:00', '2026-10-25 02:30:00'].map((text) =>
        settle(new Stamps(queueIdClock), text, message, reference)));
  `;

  test('takes the time that the queue id leaves, else the latest', () => {
    expect(inZone('Europe/Berlin', source)).toEqual(cases.map(([, , , atMs]) => [atMs, atMs]));
  });
});

test('a queue id of a year to come proves nothing, until that year has come', () => {
  const stamps = new Stamps(queueIdClock);
  const years = [2026, 2028].map((year) => {
    const reference = Date.UTC(year, 11, 1);
    const stamp = stamps.read('Nov 21 12:00:00', 0, reference);
    return stamp && new Date(stamps.settle(stamp, '7ALC0000000028: x', reference)).getFullYear();
  });
  expect(years).toEqual([2026, 2027]);
});

describe('Stamps refuses', () => {
  test.each([
    'Nov  0 09:05:07',
    'Nov 32 09:05:07',
    'Feb 30 09:05:07',
    'Nov  1 24:05:07',
    'Nov  1 09:60:07',
    'Nov  1 09:05:61',
    'Nov 1 09:05:07',
    'nov  1 09:05:07',
    '1969-11-21T11:51:44Z',
    '2026-00-21T11:51:44Z',
    '2026-13-21T11:51:44Z',
    '2026-02-29T11:51:44Z',
    '2026-11-21_11:51:44Z',
    '2026-11-21T24:51:44Z',
    '2026-11-21T11:51:4',
    '2026-11-21T11:51:44+24:00',
    '2026-11-21T11:51:44+0x:00',
    '2026-11-21T11:51:44-01',
  ])('%j', (text) => {
    expect(new Stamps(queueIdClock).read(text, 0, Date.UTC(2026, 10, 21))).toBeUndefined();
  });
});

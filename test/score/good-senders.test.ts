/** Of whom mail was accepted, for how long that is remembered, and whom it makes a good sender. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  acceptedMs,
  beforehandMs,
  forgottenMinutes,
  goodMs,
  longestSeriesMs,
  mostSenders,
  renewMinutes,
  type Sender,
  GoodSenders,
} from '../../src/score/good-senders.js';
import {Table} from '../../src/base/mechanisms/table.js';
import {bundle, start} from '../support/child.js';
import {tempDirs} from '../support/temp.js';
import {startMs} from './samples.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const client = '198.51.100.7';
const newDir = tempDirs();

function after(...acceptedAt: readonly number[]): {senders: GoodSenders; table: Table<Sender>} {
  const table = new Table<Sender>();
  const senders = new GoodSenders(table);
  for (const atMs of acceptedAt) senders.accepted(client, atMs);
  return {senders, table};
}

describe('a good sender', () => {
  test.each([
    ['a mail ten minutes before its first guess', -beforehandMs, 0, 'good'],
    ['a mail a minute later', -beforehandMs + minute, 0, 'not'],
    ['a mail with the guesses', 0, 0, 'not'],
    ['a mail a week before the block', minute - goodMs, 0, 'good'],
    ['a mail more than a week before', -goodMs - minute, 0, 'not'],
  ])('%s', (_, mailMs, seriesMs, expected) => {
    const {senders} = after(startMs + mailMs);
    const isGood = senders.isGood(client, startMs + seriesMs, startMs);
    expect(isGood ? 'good' : 'not').toBe(expected);
  });

  test('is not who delivers in the middle of his series, however long he waits', () => {
    const {senders} = after(startMs + 3 * hour);
    expect(senders.isGood(client, startMs, startMs + 23 * hour)).toBe(false);
  });

  test('but no series is older than a day: a large sender’s score may never come to nothing', () => {
    const {senders} = after(startMs + minute);
    const laterMs = startMs + minute + beforehandMs + longestSeriesMs;
    expect(senders.isGood(client, startMs, laterMs - 1)).toBe(false);
    expect(senders.isGood(client, startMs, laterMs)).toBe(true);
  });

  test('is not who has lost his name, nor who was never heard of', () => {
    const {senders} = after(startMs);
    expect(senders.isGood(client, startMs + day, startMs + day)).toBe(true);
    expect(senders.isGood('198.51.100.8', startMs + day, startMs + day)).toBe(false);
    senders.loseName(client);
    expect(senders.isGood(client, startMs + day, startMs + day)).toBe(false);
  });

  test('property: mail of the last ten minutes before a series, and after, never makes one', () => {
    const times = fc.array(fc.integer({min: -10, max: 300}), {minLength: 1, maxLength: 20});
    fc.assert(
      fc.property(times, fc.integer({min: 0, max: 1430}), (minutes, blockMinute) => {
        const {senders} = after(...minutes.map((at) => startMs + at * minute + 1));
        expect(senders.isGood(client, startMs, startMs + blockMinute * minute)).toBe(false);
      }),
    );
  });
});

describe('what is noted', () => {
  test('the first mail, and of later ones at most one an hour', () => {
    expect(renewMinutes).toBe(60);
    const {senders, table} = after(startMs);
    table.saved();
    for (let ms = 0; ms < hour; ms += 1000) senders.accepted(client, startMs + ms);
    expect(table.changes().put.size).toBe(0);
    senders.accepted(client, startMs + hour);
    expect(acceptedMs(table, client)).toEqual({firstMs: startMs, lastMs: startMs + hour});
    expect(table.changes().put.size).toBe(1);
  });

  test('property: the noted last mail is never newer than the real one, and at most an hour older', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5 * hour), {minLength: 1}), (times) => {
        const sorted = times.map((ms) => startMs + ms).sort((a, b) => a - b);
        const {table} = after(...sorted);
        const lastMs = acceptedMs(table, client)?.lastMs ?? 0;
        const oldMs = (sorted.at(-1) ?? 0) - lastMs;
        expect(oldMs).toBeGreaterThanOrEqual(0);
        expect(oldMs).toBeLessThan(hour + minute);
      }),
    );
  });

  test('is forgotten when the client was silent for 14 days', () => {
    const {senders, table} = after(startMs);
    const endMs = startMs + forgottenMinutes * minute;
    expect(forgottenMinutes * minute).toBe(14 * day);
    senders.sweep(endMs);
    expect(table.size).toBe(1);
    senders.sweep(endMs + minute);
    expect(table.size).toBe(0);
  });

  test('of no more than 100,000 clients; who was silent for longest goes first', () => {
    const {senders, table} = after();
    for (let i = 0; i < mostSenders; i++) senders.accepted(`c${i}`, startMs);
    senders.accepted('c0', startMs + hour);
    senders.accepted('one more', startMs + hour);
    expect(mostSenders).toBe(100_000);
    expect(table.size).toBe(mostSenders);
    expect([table.get('c0'), table.get('one more')]).not.toContain(undefined);
    expect(table.get('c1')).toBeUndefined();
  });
});

describe('a clock', () => {
  test('set back by an hour: nobody is renewed or forgotten wrongly, and it is mended', () => {
    const {senders, table} = after(startMs - day, startMs);
    const nowMs = startMs - hour;
    senders.accepted(client, nowMs);
    expect(senders.isGood(client, nowMs, nowMs)).toBe(true);
    senders.sweep(nowMs);
    expect(acceptedMs(table, client)).toEqual({firstMs: startMs - day, lastMs: nowMs});
    senders.accepted(client, nowMs + hour);
    expect(acceptedMs(table, client)?.lastMs).toBe(startMs);
  });

  test('set forward by an hour: nobody loses his name', () => {
    const {senders, table} = after(startMs - day, startMs);
    senders.sweep(startMs + hour);
    expect(table.size).toBe(1);
    expect(senders.isGood(client, startMs + hour, startMs + hour)).toBe(true);
  });

  test('that was years ahead leaves nobody a name for years', () => {
    const {senders} = after(startMs + 3650 * day);
    senders.sweep(startMs);
    expect(senders.isGood(client, startMs + 8 * day, startMs + 8 * day)).toBe(false);
  });
});

test('100,000 senders take no more than 17 MB', async () => {
  const script = bundle(
    newDir(),
    `
    import {GoodSenders} from './src/score/good-senders.js';
    import {Table} from './src/base/mechanisms/table.js';
    const table = new Table([]);
    const senders = new GoodSenders(table);
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    const client = (i) => JSON.parse(JSON.stringify('2001:db8:' + (i % 65536).toString(16) + '::' + i.toString(16)));
    for (let hour = 0; hour < 3; hour++) {
      for (let i = 0; i < 100_000; i++) senders.accepted(client(i), 1.79e12 + hour * 3_600_000);
      table.saved();
    }
    globalThis.gc();
    console.log(table.size, Math.round((process.memoryUsage().heapUsed - before) / 1e5) / 10);`,
  );
  const child = start(process.execPath, ['--expose-gc', script]);
  expect([await child.ended, child.complaints()]).toEqual([0, '']);
  const [count, megabytes] = child.output().trim().split(' ').map(Number);
  expect(count).toBe(mostSenders);
  expect(megabytes).toBeLessThan(17);
}, 20_000);

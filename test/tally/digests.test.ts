/** When a digest is due: once for each slot, whatever becomes of the daemon and of the clock. */
import {expect, test} from '@jest/globals';
import {Table} from '../../src/base/mechanisms/table.js';
import {
  digestDue,
  type DigestRow,
  isDigestMissed,
  leastApartMs,
  mostBackMs,
  noteDigest,
  noteTold,
} from '../../src/tally/digests.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const sentMs = Date.UTC(2026, 10, 21, 7);
/** Each day at seven. */
const atSeven = (ms: number): boolean => ms % day === 7 * hour;

function noted(ms = sentMs): Table<DigestRow> {
  const rows = new Table<DigestRow>();
  noteDigest(rows, ms);
  return rows;
}

const since = (rows: Table<DigestRow>, nowMs: number): number | undefined =>
  digestDue(rows, nowMs)?.toldMs;

test('the first time it is only noted, and the next one covers the time since then', () => {
  const rows = new Table<DigestRow>();
  expect(since(rows, sentMs)).toBeUndefined();
  expect(since(rows, sentMs + day)).toBe(sentMs);
});

test('two are three hours apart: the hour that comes twice brings no second one', () => {
  expect(leastApartMs).toBe(3 * hour);
  expect(since(noted(), sentMs + hour)).toBeUndefined();
  expect(since(noted(), sentMs + leastApartMs)).toBe(sentMs);
});

test('the work of a slot begins a little later than its time: one of each three hours goes each time', () => {
  expect(since(noted(sentMs + 900), sentMs + leastApartMs + 100)).toBe(sentMs + 900);
  expect(since(noted(sentMs), sentMs + leastApartMs - minute)).toBeUndefined();
});

test('a digest that no mailer took goes into the next one; one that was taken is not sent again', () => {
  const rows = noted();
  noteDigest(rows, sentMs + day);
  expect(digestDue(rows, sentMs + 2 * day)).toEqual({sentMs: sentMs + day, toldMs: sentMs});
  noteDigest(rows, sentMs + 2 * day);
  noteTold(rows, sentMs + 2 * day);
  expect(since(rows, sentMs + 3 * day)).toBe(sentMs + 2 * day);
});

test('the clock is set back: none goes before the time of the last one has come again', () => {
  for (const back of [minute, 2 * hour, 23 * hour]) {
    expect(since(noted(), sentMs - back)).toBeUndefined();
    expect(since(noted(), sentMs)).toBeUndefined();
  }
});

test('notes of a clock that was far ahead keep no digest back for years', () => {
  const rows = noted(sentMs + 400 * day);
  expect(since(rows, sentMs)).toBeUndefined();
  expect(since(rows, sentMs + day)).toBe(sentMs);
});

test('a missed digest is seen after a restart, and none where no slot passed', () => {
  expect(isDigestMissed(sentMs, atSeven, sentMs + day - minute)).toBe(false);
  expect(isDigestMissed(sentMs, atSeven, sentMs + day)).toBe(true);
  expect(isDigestMissed(sentMs, atSeven, sentMs + day + 5 * hour + 1)).toBe(true);
  // Sent within the minute of its slot.
  expect(isDigestMissed(sentMs + 5000, atSeven, sentMs + hour)).toBe(false);
});

test('the look back has a bound', () => {
  let looks = 0;
  const never = (): boolean => {
    looks += 1;
    return false;
  };
  expect(isDigestMissed(0, never, sentMs)).toBe(false);
  expect(mostBackMs).toBe(8 * day);
  expect(looks).toBe(mostBackMs / minute + 1);
});

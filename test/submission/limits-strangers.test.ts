/** The limit of strangers: when a bucket of `strangers.ts` is too full. */
import {describe, expect, test} from '@jest/globals';
import {type Alarm, leastBookMs, leastStrangers} from '../../src/submission/limits.js';
import {
  hourMs,
  newRecord,
  type SenderRecord,
  withTold,
} from '../../src/submission/sender-record.js';
import {hashOf} from '../../src/base/hash.js';
import {asked, mail} from './limited.js';
import {startMs} from './samples.js';

describe('strangers', () => {
  const met = (count: number, room = leastStrangers): SenderRecord => {
    const people = Array.from({length: count}, (_, i) => hashOf(`p${i}@example.net`));
    const told = {
      kind: 'told',
      sender: 'uid:1001',
      message: 'm',
      atMs: startMs,
      outcome: 'sent',
    } as const;
    return withTold(
      mail(newRecord(startMs), 1, startMs),
      {...told, recipients: count, domains: [], people},
      room,
    );
  };
  const monthAgoMs = startMs - 28 * 24 * hourMs;

  test('alarm from 81 on, once the book knows the usual recipients', () => {
    const old = {bookFirstMs: monthAgoMs};
    expect(asked(met(leastStrangers), old)).toBeUndefined();
    expect(asked(met(leastStrangers + 2), old)).toMatchObject({kind: 'strangers', limit: 80});
    expect(asked(met(160), {bookFirstMs: startMs - leastBookMs + 1})).toBeUndefined();
  });

  test.each<[string, number, boolean]>([
    ['one of an older version alarms nobody for two weeks', 40, false],
    ['a new sender alarms', 0, true],
    ['a sender whose first mail was sent the next day alarms', 1, true],
  ])('of a record: %s', (_, daysKnown, isAlarm) => {
    const record = {...met(160), firstMs: startMs - daysKnown * 24 * hourMs};
    const full = {...record.strangers!, level: 100};
    const at = (dayMs: number): Alarm | undefined =>
      asked(
        {...record, strangers: {...full, atMs: startMs + dayMs}},
        {nowMs: startMs + dayMs, bookFirstMs: startMs - 60 * 24 * hourMs},
      );
    expect(at(0) !== undefined).toBe(isAlarm);
    expect(at(13 * 24 * hourMs) !== undefined).toBe(isAlarm);
    expect(at(14 * 24 * hourMs)).toMatchObject({kind: 'strangers'});
  });

  test('have twice the room in the first four weeks of the book', () => {
    const young = {bookFirstMs: monthAgoMs + 1};
    const at = (count: number): Alarm | undefined => asked(met(count, 2 * leastStrangers), young);
    expect(at(2 * leastStrangers)).toBeUndefined();
    expect(at(2 * leastStrangers + 6)).toMatchObject({kind: 'strangers', limit: 160});
  });

  test('of an exempt sender have its own limit as room, and of one without a limit any', () => {
    const at = (count: number, exempt: number | 'none'): Alarm | undefined =>
      asked(met(count, 500), {bookFirstMs: monthAgoMs, exempt});
    expect(at(490, 500)).toBeUndefined();
    expect(at(550, 500)).toMatchObject({kind: 'strangers', limit: 500});
    expect(at(5000, 'none')).toBeUndefined();
  });

  test('are of nobody where only a verified word counts, and root has none', () => {
    const old = {bookFirstMs: monthAgoMs};
    expect(asked(met(100), {...old, count: 'vouched'})).toBeUndefined();
    expect(asked(met(100), {...old, sender: 'uid:0'})).toBeUndefined();
  });
});

/** What is too much: each limit by itself, on both sides of its edge, and its exceptions. */
import {describe, expect, test} from '@jest/globals';
import {Exempts, readExempt} from '../../src/submission/exempt.js';
import {
  type Alarm,
  leastBookMs,
  leastStrangers,
  learnedAtMost,
  mayBeHeld,
  messageAlarm,
  mostQueued,
  newSenderPerHour,
  whyOnlyWarned,
  type AlarmKind,
} from '../../src/submission/limits.js';
import {leastActiveHours, usualMost} from '../../src/submission/normal.js';
import {
  hourMs,
  hourOf,
  keptHours,
  largestMessage,
  lastHour,
  mended,
  mostRecordBytes,
  newRecord,
  type SenderRecord,
  withTold,
} from '../../src/submission/sender-record.js';
import type {Clip} from '../../src/submission/normal.js';
import {hashOf} from '../../src/base/hash.js';
import {parseAddress} from '../../src/net/address.js';
import {asked, mail, limits} from './limited.js';
import {startMs} from './samples.js';

/** Messages to ten at most, with so many recipients besides the largest message. */
function letters(record: SenderRecord, besides: number, atMs: number, clip?: Clip): SenderRecord {
  let next = mail(record, 10, atMs, clip);
  for (let left = besides; left > 0; left -= 10) next = mail(next, Math.min(10, left), atMs, clip);
  return next;
}

/** A sender that is known for three weeks, with so many recipients in 40 hours of each. */
function known(perHour: number): SenderRecord {
  let record = newRecord(startMs);
  for (let day = 0; day < 21; day++) {
    for (let hour = 0; hour < 4; hour++)
      record = mail(record, perHour, startMs + (day * 24 + hour) * hourMs);
  }
  return record;
}
const laterMs = startMs + 21 * 24 * hourMs;

describe('fixed limits', () => {
  test('an hour has so many, and the part of the hour before that is not over', () => {
    const at = (recipients: number): Alarm | undefined =>
      asked(mail(newRecord(startMs), recipients, startMs));
    expect(at(300)).toBeUndefined();
    expect(at(301)).toEqual({kind: 'hour', count: 301, limit: 300});
    // 200 just before the full hour and 200 just behind it are 400 within minutes.
    const two = mail(mail(newRecord(startMs), 200, startMs + 3_590_000), 200, startMs + 3_610_000);
    expect(asked(two)).toMatchObject({kind: 'hour', count: 399});
    expect(lastHour(two, startMs + 2 * hourMs - 1).recipients).toBe(200);
  });

  test('a day has so many', () => {
    let record = newRecord(startMs);
    for (let hour = 0; hour < 8; hour++) record = mail(record, 250, startMs + hour * hourMs);
    const lateInHour = {nowMs: record.lastMs + hourMs - 1};
    expect(asked(record, lateInHour)).toBeUndefined();
    record = mail(record, 1, record.lastMs);
    expect(asked(record, lateInHour)).toEqual({kind: 'day', count: 2001, limit: 2000});
  });

  test('a message has so many', () => {
    expect(messageAlarm(500, undefined, limits)).toBeUndefined();
    expect(messageAlarm(501, undefined, limits)).toMatchObject({kind: 'message', count: 501});
    expect(messageAlarm(501, 2000, limits)).toBeUndefined();
  });

  test('mail that only a log reports does not count where proof is asked for', () => {
    expect(asked(mail(newRecord(startMs), 301, startMs), {count: 'vouched'})).toBeUndefined();
  });
});

test('failures are the earliest sign: of twenty recipients a quarter', () => {
  const failed = (recipients: number, count: number): Alarm | undefined => {
    const told = {
      kind: 'told',
      message: 'm',
      sender: 's',
      atMs: startMs,
      outcome: 'failed',
      domains: [],
      people: [],
    } as const;
    return asked(
      withTold(
        mail(newRecord(startMs), recipients, startMs),
        {...told, recipients: count},
        leastStrangers,
      ),
    );
  };
  expect(failed(20, 4)).toBeUndefined();
  expect(failed(19, 19)).toBeUndefined();
  expect(failed(20, 5)).toMatchObject({kind: 'failures', count: 5});
  // Refused by the relay before it took any.
  expect(failed(1, 20)).toMatchObject({kind: 'failures', count: 20});
});

describe('the normal mail of a sender', () => {
  test('is learned in a week and twenty hours, and six times it is unusual', () => {
    const record = known(40);
    expect(usualMost(record.normal, hourOf(laterMs))).toBe(45);
    expect(asked(letters(record, 270, laterMs))).toBeUndefined();
    expect(asked(letters(record, 271, laterMs))).toEqual({kind: 'unusual', count: 271, limit: 270});
  });

  test('is not exceeded by two hundred of a small sender', () => {
    expect(asked(letters(known(1), 200, laterMs))).toBeUndefined();
    expect(asked(letters(known(1), 201, laterMs))).toMatchObject({kind: 'unusual', limit: 200});
  });

  test('has room for one letter to a large circle, and further mail is counted', () => {
    const circle = mail(known(1), 290, laterMs);
    expect(asked(circle)).toBeUndefined();
    expect(largestMessage(circle, laterMs)).toBe(290);
    // The hour before counts by the part that is not over.
    expect(largestMessage(circle, laterMs + hourMs + hourMs / 2)).toBe(145);
    expect(largestMessage(circle, laterMs + 2 * hourMs)).toBe(0);
    const late = mail(mail(circle, 7, laterMs + hourMs), 9, laterMs);
    expect(largestMessage(late, laterMs + hourMs)).toBe(290);
    // Noted by a version before.
    expect(largestMessage({...circle, largest: undefined}, laterMs)).toBe(0);
  });

  test('is unknown before', () => {
    let record = newRecord(startMs);
    for (let hour = 0; hour < leastActiveHours + 5; hour++)
      record = mail(record, 5, startMs + hour * hourMs);
    expect(usualMost(record.normal, hourOf(record.lastMs))).toBeUndefined();
    expect(asked(mail(record, 200, record.lastMs))).toBeUndefined();
  });

  test('is not the mail of a thief: one hour of it does not raise the limit', () => {
    const stolen = mail(known(1), 5000, laterMs);
    const clip = learnedAtMost(stolen, laterMs + 3 * hourMs, 300);
    expect(clip).toEqual({size: 91, weekly: 200});
    const next = mail(stolen, 40, laterMs + 3 * hourMs, clip);
    expect(asked(next)).toMatchObject({kind: 'day'});
    const nextWeek = letters(stolen, 201, laterMs + 80 * hourMs, clip);
    expect(asked(nextWeek)).toMatchObject({kind: 'unusual', limit: 200});
  });

  test('changes with its sender: half of it is forgotten in two weeks', () => {
    let record = known(1);
    for (let day = 0; day < 10; day++) {
      for (let hour = 0; hour < 4; hour++)
        record = mail(record, 20, laterMs + (day * 24 + hour) * hourMs);
    }
    expect(usualMost(record.normal, hourOf(record.lastMs) + 1)).toBe(23);
  });
});

test('a new sender has little room, once the book knows the usual ones', () => {
  const fresh = mail(newRecord(startMs), newSenderPerHour + 1, startMs);
  expect(asked(fresh)).toBeUndefined();
  const bookFirstMs = startMs - leastBookMs;
  expect(asked(fresh, {bookFirstMs})).toMatchObject({kind: 'newSender'});
  expect(asked(fresh, {bookFirstMs: bookFirstMs + 1})).toBeUndefined();
  expect(asked(mail(newRecord(startMs), newSenderPerHour, startMs), {bookFirstMs})).toBeUndefined();
});

test('a queue that fills: so many messages, or a large part of a long one', () => {
  const record = mail(newRecord(startMs), 1, startMs);
  const queue = (own: number, all: number): Alarm | undefined =>
    asked(record, {queued: {own, all}});
  expect(queue(mostQueued - 1, 500)).toBeUndefined();
  expect(queue(mostQueued, 10_000)).toMatchObject({kind: 'queue', limit: mostQueued});
  expect(queue(180, 600)).toMatchObject({kind: 'queue', limit: 180});
  expect(queue(150, 500)).toBeUndefined();
});

test('only limits that are the same for all senders hold mail, and not the queue', () => {
  const kinds: readonly AlarmKind[] = [
    ...(['message', 'hour', 'day', 'failures', 'newSender'] as const),
    ...(['strangers', 'unusual', 'queue'] as const),
  ];
  const why = kinds.map((kind) => [kind, whyOnlyWarned({kind, count: 1, limit: 0}) ?? 'holds']);
  const learned = 'the limit is learned from this sender, and so unsure';
  expect(Object.fromEntries(why)).toEqual({
    ...{message: 'holds', hour: 'holds', day: 'holds', failures: 'holds', newSender: 'holds'},
    ...{strangers: learned, unusual: learned},
    queue: 'mail also waits when an uplink or another relay is down',
  });
});

describe('exceptions', () => {
  const exempts = new Exempts(
    ['uid:list', 'uid:1005=900', 'auth:News@example.org=2000', 'host:192.0.2.0/24=50'],
    (name) => (name === 'list' ? 1001 : undefined),
  );

  test('have their own limit, or none; other senders are not named', () => {
    const senders = ['uid:1001', 'uid:1005', 'auth:news@example.org', 'host:192.0.2.9', 'uid:33'];
    expect(senders.map((sender) => exempts.limitOf(sender))).toEqual([
      ...['none', 900, 2000, 50, undefined],
    ]);
    expect(exempts.limitOf('uid:1001 on other.example')).toBeUndefined();
    expect(exempts.hasHost(parseAddress('192.0.2.7')!)).toBe(true);
    expect(exempts.hasHost(parseAddress('192.0.3.7')!)).toBe(false);
  });

  test('hold for the hour only, and failures are reported all the same', () => {
    const record = mail(newRecord(startMs), 800, startMs);
    expect(asked(record, {exempt: 'none'})).toBeUndefined();
    expect(asked(record, {exempt: 900})).toBeUndefined();
    expect(asked(record, {exempt: 700})).toMatchObject({kind: 'hour', limit: 700});
  });

  test.each([
    'uid:',
    'uid:a b',
    'host:192.0.2.0/33',
    'auth:x=0',
    'auth:x=1.5',
    'from:x',
    'uid:list=9999999',
  ])('%s is none', (text) => expect(readExempt(text)).toBeUndefined());

  test('the system’s users are never held unless they are named with a limit', () => {
    expect(
      ['uid:0', 'uid:33', 'uid:99', 'uid:100', 'auth:x', 'host:10.0.0.7'].map((sender) =>
        mayBeHeld(sender, undefined),
      ),
    ).toEqual([...[false, false, false, true, true, true]]);
    expect([mayBeHeld('uid:33', 300), mayBeHeld('uid:33', 'none')]).toEqual([true, false]);
  });
});

test('a clock that was ahead: the bucket drains again, though only delivered mail moved its time', () => {
  const aheadMs = startMs + 365 * 24 * hourMs;
  const one = {
    kind: 'told',
    sender: 's',
    message: 'm',
    outcome: 'sent',
    recipients: 40,
    domains: [],
  } as const;
  const people = Array.from({length: 40}, (_, i) => hashOf(`p${i}@example.net`));
  const record = withTold(
    mail(newRecord(startMs), 1, startMs),
    {...one, people, atMs: aheadMs},
    leastStrangers,
  );
  expect(record.lastMs).toBe(startMs);
  const {strangers, lastMs} = mended(record, startMs + 1000)!;
  expect(lastMs).toBe(startMs);
  expect(strangers).toMatchObject({atMs: startMs + 1000, level: 0, sum: 0, today: 0});
  expect(strangers?.firstDay).toBe(strangers?.day);
  expect(mended(record, aheadMs)).toBe(record);
});

test('a record has its bound: all hours busy, and all hours of the week learned', () => {
  let record = newRecord(startMs);
  const long = 'x'.repeat(60);
  for (let hour = 0; hour < 200; hour++) {
    const atMs = startMs + hour * hourMs;
    record = mail(record, 999, atMs);
    for (const outcome of ['failed', 'deferred'] as const) {
      const domains = Array.from({length: 50}, (_, i) => `${i}.example`);
      const people = Array.from({length: 50}, (_, i) => hashOf(`${hour} ${i}`));
      const told = {
        kind: 'told',
        sender: 's',
        message: 'm',
        atMs,
        outcome,
        recipients: 99,
      } as const;
      record = withTold(record, {...told, domains, people}, leastStrangers);
    }
    record = {
      ...record,
      froms: [1, 2, 3].map((n) => [`${n}${long}`.slice(0, 48), 99_999] as const),
    };
  }
  record = {...record, warnedMs: startMs, learnedMs: startMs};
  expect(record.hours).toHaveLength(keptHours);
  expect(JSON.stringify(record).length).toBeLessThanOrEqual(mostRecordBytes);
  expect(JSON.stringify(record).length).toBeGreaterThan(mostRecordBytes / 2);
});

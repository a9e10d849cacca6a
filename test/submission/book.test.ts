/** When a warning is due and whose mail is held: time is the log's, and a clock that was set alarms nobody. */
import {describe, expect, test} from '@jest/globals';
import {emptyState} from '../../src/guard/state.js';
import {hashOf} from '../../src/base/hash.js';
import {
  type BookSettings,
  type Due,
  lateMs,
  learnedIntervalMs,
  SenderBook,
  staleMs,
} from '../../src/submission/book.js';
import {Exempts} from '../../src/submission/exempt.js';
import {hourMs, mostSenders} from '../../src/submission/sender-record.js';
import type {Fact} from '../../src/submission/whose/fact.js';
import {startMs} from './samples.js';

const settings: BookSettings = {
  ...{mode: 'quarantine', attribution: 'any', warnInterval: 3600},
  ...{perHour: 300, perDay: 2000, perMessage: 500},
  exempts: new Exempts([], () => undefined),
};

function made(more: Partial<BookSettings> = {}, state = emptyState()) {
  const book = new SenderBook(state, {...settings, ...more});
  let id = 0;
  const mail = (
    recipients: number,
    atMs: number,
    nowMs = atMs,
    fact: Partial<Extract<Fact, {kind: 'mail'}>> = {},
  ): Due | undefined =>
    book.take(
      {
        ...{kind: 'mail', sender: 'uid:1001', atMs, recipients, vouched: 'no', peer: ''},
        ...{place: {host: 'h', queueId: `q${++id}`}, from: 'a@example.org', ...fact},
      },
      nowMs,
    );
  return {book, mail, state};
}

test('one warning in an interval, by the log’s time and over a restart', () => {
  const {mail, state} = made();
  expect(mail(300, startMs)).toBeUndefined();
  expect(mail(1, startMs + 1)).toMatchObject({
    sender: 'uid:1001',
    alarm: {kind: 'hour', count: 301},
  });
  expect(mail(400, startMs + 1000)).toBeUndefined();
  const again = made({}, state);
  expect(again.mail(1, startMs + 2000)).toBeUndefined();
  expect(again.mail(400, startMs + hourMs + 1)).toBeDefined();
});

test('mode observe gives no warning, and sees the offender all the same', () => {
  const {mail, book} = made({mode: 'observe'});
  expect(mail(400, startMs)).toBeUndefined();
  expect(book.alarm('uid:1001', startMs, 'all')).toMatchObject({kind: 'hour'});
  expect([book.over, book.toHold(startMs)]).toEqual([1, []]);
});

describe('time', () => {
  test('lines that come late count in their hour, and alarm nobody', () => {
    const {mail, book} = made();
    mail(1, startMs);
    expect(mail(1000, startMs - lateMs - 1, startMs)).toBeUndefined();
    expect(mail(1000, startMs, startMs + staleMs + 1)).toBeUndefined();
    expect(book.totals.uid).toEqual({messages: 3, recipients: 2001});
  });

  test('a clock that was set back doubles an hour: for an hour nobody is alarmed', () => {
    const {mail} = made();
    for (let minute = 0; minute < 60; minute += 6)
      expect(mail(20, startMs + minute * 60_000)).toBeUndefined();
    const backMs = startMs + 60_000;
    for (let minute = 0; minute < 54; minute += 6)
      expect(mail(20, backMs + minute * 60_000)).toBeUndefined();
    expect(mail(301, backMs + 2 * hourMs)).toBeDefined();
  });

  test('after a year of a clock that was ahead the present is counted', () => {
    const {mail, book} = made();
    mail(10, startMs + 365 * 24 * hourMs);
    mail(10, startMs);
    expect(mail(301, startMs + 3 * hourMs)).toBeDefined();
    expect(book.alarm('uid:1001', startMs + 3 * hourMs, 'all')).toMatchObject({count: 301});
  });

  test('a forward step empties no limit and fills none', () => {
    const {mail} = made();
    mail(200, startMs);
    expect(mail(200, startMs + 5 * 24 * hourMs)).toBeUndefined();
  });
});

describe('after a restart', () => {
  test('those that are over a limit still are, though no line comes', () => {
    const {mail, state} = made();
    mail(301, startMs);
    const {book} = made({}, state);
    book.begin(startMs + 1000);
    expect(book.over).toBe(1);
    expect(book.toHold(startMs + 1000)).toMatchObject([{sender: 'uid:1001', what: 'waiting'}]);
    expect(book.toHold(startMs + 3 * hourMs)).toEqual([]);
  });

  test('those that are no longer over a limit are not, nor anybody whose hour may count twice', () => {
    const {mail, state} = made();
    mail(301, startMs);
    const late = made({}, state).book;
    late.begin(startMs + 3 * hourMs);
    const back = made();
    back.mail(301, startMs);
    back.mail(1, startMs - hourMs);
    const unsteady = made({}, back.state).book;
    unsteady.begin(startMs - hourMs + 1000);
    expect([late.over, unsteady.over]).toEqual([0, 0]);
  });
});

describe('held mail', () => {
  test('is the mail of those over a limit, while they are', () => {
    const {mail, book} = made();
    mail(301, startMs);
    const one = {sender: 'uid:1001', what: 'waiting'};
    expect(book.toHold(startMs + 1000)).toMatchObject([one]);
    expect(book.toHold(startMs + 2000)).toMatchObject([one]);
    expect(book.toHold(startMs + 3 * hourMs)).toEqual([]);
    expect(book.over).toBe(0);
  });

  test('one message that is too large is named once, and no other of its sender', () => {
    const {mail, book} = made({perHour: 10_000, perDay: 10_000});
    expect(mail(501, startMs)).toMatchObject({alarm: {kind: 'message'}});
    expect(book.toHold(startMs)).toMatchObject([{what: {queueId: 'q1'}}]);
    expect(book.toHold(startMs)).toEqual([]);
  });

  test('where only a verified word counts, the lines of a log warn and hold nothing', () => {
    const {mail, book} = made({attribution: 'verified'});
    expect(mail(600, startMs)).toBeDefined();
    expect(book.toHold(startMs)).toEqual([]);
    mail(301, startMs + 1, startMs + 1, {vouched: 'yes'});
    expect(book.toHold(startMs + 1)).toMatchObject([{alarm: {count: 301}, what: 'waiting'}]);
  });

  test.each(['uid:0', 'uid:33'])('is never that of %s', (sender) => {
    const {mail, book} = made();
    expect(mail(301, startMs, startMs, {sender})).toBeDefined();
    expect(book.toHold(startMs)).toEqual([]);
    const named = made({exempts: new Exempts([`${sender}=300`], () => undefined)});
    named.mail(301, startMs, startMs, {sender});
    expect(named.book.toHold(startMs)).toHaveLength(1);
  });
});

test('a slow thief is reported before it has written to a hundred strangers, and once a day', () => {
  const {mail, book} = made();
  const monthMs = 30 * 24 * hourMs;
  // The owner writes to the same three people, and the book knows who is usual.
  const told = (atMs: number, names: readonly string[]): Due | undefined => {
    const message = `at ${atMs}`;
    const one = {kind: 'told', sender: 'uid:1001', message, atMs, outcome: 'sent'} as const;
    return book.take(
      {...one, domains: [], recipients: names.length, people: names.map(hashOf)},
      atMs,
    );
  };
  for (let atMs = startMs; atMs < startMs + monthMs; atMs += 6 * hourMs) {
    expect(mail(3, atMs)).toBeUndefined();
    expect(told(atMs, ['a', 'b', 'c'])).toBeUndefined();
  }
  const dues: [sent: number, kind: string, atMs: number][] = [];
  for (let sent = 1; sent <= 700; sent++) {
    const atMs = startMs + monthMs + sent * 180_000;
    const due = mail(1, atMs) ?? told(atMs, [`victim${sent}`]);
    if (due !== undefined) dues.push([sent, due.alarm.kind, atMs]);
  }
  expect(dues.map(([, kind]) => kind)).toEqual(['strangers', 'strangers']);
  expect(dues[0]![0]).toBeLessThan(100);
  expect(dues[1]![2] - dues[0]![2]).toBeGreaterThanOrEqual(learnedIntervalMs);
});

describe('a learned limit', () => {
  const oldMs = startMs + 30 * 24 * hourMs;
  /** A sender of an old book, and a way for it to write to so many strangers at once. */
  function old() {
    const parts = made();
    let last = 0;
    const told = (count: number, atMs: number, outcome: 'sent' | 'failed' = 'sent') => {
      const people = Array.from({length: count}, () => hashOf(`p${++last}@example.net`));
      const message = `at ${atMs}`;
      const one = {kind: 'told', sender: 'uid:1001', message, atMs, outcome} as const;
      return parts.book.take({...one, domains: [], recipients: count, people}, atMs);
    };
    for (let atMs = startMs; atMs < oldMs; atMs += 24 * hourMs) {
      parts.mail(1, atMs);
      told(1, atMs);
    }
    return {...parts, told};
  }

  test('warns two hours after another warning', () => {
    const {mail, told} = old();
    expect(mail(20, oldMs)).toBeUndefined();
    expect(told(6, oldMs, 'failed')).toMatchObject({alarm: {kind: 'failures'}});
    expect(mail(150, oldMs + 2 * hourMs)).toBeUndefined();
    expect(told(150, oldMs + 2 * hourMs)).toMatchObject({alarm: {kind: 'strangers'}});
  });

  test('neither mutes nor hides a sure alarm', () => {
    const {mail, told, book} = old();
    mail(200, oldMs);
    expect(told(200, oldMs)).toMatchObject({alarm: {kind: 'strangers'}});
    expect(mail(101, oldMs + 60_000)).toMatchObject({alarm: {kind: 'hour'}});
    const laterMs = oldMs + 2 * hourMs;
    told(200, laterMs);
    expect(book.alarm('uid:1001', laterMs, 'all')).toMatchObject({kind: 'strangers'});
    expect(book.seeQueue(new Map([['uid:1001', 200]]), laterMs)).toMatchObject([
      {alarm: {kind: 'queue'}},
    ]);
  });

  test('holds no mail, with a warning or without', () => {
    const {told, book, mail} = old();
    for (const atMs of [oldMs, oldMs + 2 * hourMs]) {
      mail(200, atMs);
      told(200, atMs);
      expect(book.alarm('uid:1001', atMs, 'all')).toMatchObject({kind: 'strangers'});
      expect(book.toHold(atMs)).toEqual([]);
    }
    mail(101, oldMs + 2 * hourMs);
    expect(book.toHold(oldMs + 2 * hourMs)).toMatchObject([{alarm: {kind: 'hour'}}]);
  });
});

test('a queue that an operator looks at alarms for a sender that sends nothing now', () => {
  const {mail, book} = made();
  mail(1, startMs);
  expect(book.seeQueue(new Map([['uid:1001', 199]]), startMs + 1)).toEqual([]);
  expect(book.seeQueue(new Map([['uid:1001', 200]]), startMs + 1)).toMatchObject([
    {alarm: {kind: 'queue'}},
  ]);
  expect(book.seeQueue(new Map([['uid:7', 200]]), startMs + 1)).toEqual([]);
  expect(book.toHold(startMs + 1)).toEqual([]);
});

test('more senders than are remembered push the oldest out', () => {
  const {mail, state} = made();
  for (let uid = 0; uid <= mostSenders; uid++)
    mail(1, startMs + uid, startMs + uid, {sender: `uid:${uid}`});
  expect(state.mailSenders.size).toBe(mostSenders);
  expect(state.mailSenders.get('uid:0')).toBeUndefined();
});

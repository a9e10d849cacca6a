/** What `senders` is given of mail: its sums, what is normal, what lies in the queue, and the offender first. */
import {expect, test} from '@jest/globals';
import {emptyState} from '../../src/guard/state.js';
import {SenderBook} from '../../src/submission/book.js';
import {Exempts} from '../../src/submission/exempt.js';
import {hourMs} from '../../src/submission/sender-record.js';
import {factorOf, mailSenders, mostTold} from '../../src/submission/view.js';
import {startMs} from './samples.js';

const exempts = new Exempts(['auth:list=900'], () => undefined);

function world() {
  const state = emptyState();
  const book = new SenderBook(state, {
    ...{mode: 'observe', attribution: 'any', warnInterval: 3600, exempts},
    ...{perHour: 300, perDay: 2000, perMessage: 500},
  });
  const mail = (sender: string, recipients: number, atMs: number): void => {
    const place = {host: 'h', queueId: 'q'};
    const rest = {vouched: 'no', from: 'a@example.org', peer: '', place} as const;
    book.take({kind: 'mail', sender, atMs, recipients, ...rest}, atMs);
  };
  const told = (sender: string, outcome: 'failed' | 'deferred', count: number, atMs: number) =>
    book.take(
      {
        ...{kind: 'told', sender, message: 'm', atMs, outcome, recipients: count, people: []},
        domains: ['example.net', 'example.com'],
      },
      atMs,
    );
  const seen = (
    seconds: number,
    nowMs: number,
    queued?: Parameters<typeof mailSenders>[1]['queued'],
  ) => mailSenders(state, {book, queued}, exempts, seconds, nowMs);
  return {mail, told, seen, state};
}

test('each column is of the time that was asked for, and unknown where nobody knows', () => {
  const {mail, told, seen} = world();
  mail('uid:1001', 3, startMs);
  mail('uid:1001', 7, startMs + 5 * hourMs);
  told('uid:1001', 'failed', 2, startMs + 5 * hourMs);
  told('uid:1001', 'deferred', 1, startMs + 5 * hourMs);
  const nowMs = startMs + 5 * hourMs + 60_000;
  const [day] = seen(86_400, nowMs);
  expect(day).toMatchObject({
    ...{sender: 'uid:1001', kind: 'uid', recipients: 10, messages: 2, failed: 2, deferred: 1},
    ...{domains: 2, waiting: 0, lastHour: 7, normal: undefined, alarm: undefined},
    ...{firstMs: startMs, lastMs: startMs + 5 * hourMs},
    froms: [{text: 'a@example.org', recipients: 10}],
  });
  expect(day!.queued).toBeUndefined();
  expect(factorOf(day!)).toBeUndefined();
  expect(seen(3600, nowMs)[0]).toMatchObject({recipients: 7, messages: 1});
  const queued = new Map([['uid:1001', {waiting: 4, held: 2}]]);
  expect(seen(86_400, nowMs, queued)[0]).toMatchObject({queued: 6});
  expect(seen(3600, startMs + 48 * hourMs)).toEqual([]);
});

test('the view shows the normal number, and the factor of the last hour', () => {
  const {mail, seen} = world();
  for (let day = 0; day < 14; day++) {
    for (let hour = 0; hour < 4; hour++) mail('auth:a', 4, startMs + (day * 24 + hour) * hourMs);
  }
  const nowMs = startMs + 14 * 24 * hourMs;
  mail('auth:a', 10, nowMs);
  const [row] = seen(86_400, nowMs);
  expect(row).toMatchObject({normal: 4, lastHour: 10});
  expect(factorOf(row!)).toBe(2.5);
});

test('a sender over a limit stands before one that sends more, and an own limit is shown', () => {
  const {mail, seen} = world();
  mail('auth:list', 850, startMs);
  mail('uid:1001', 301, startMs);
  mail('host:192.0.2.80', 5, startMs);
  const rows = seen(86_400, startMs);
  expect(rows.map(({sender, alarm, exempt}) => [sender, alarm, exempt])).toEqual([
    ['uid:1001', 'hour', undefined],
    ['auth:list', undefined, 900],
    ['host:192.0.2.80', undefined, undefined],
  ]);
});

test('of many senders only those that are shown cost more than their sums', () => {
  const {mail, seen, state} = world();
  for (let uid = 0; uid < mostTold + 100; uid++) mail(`uid:${1000 + uid}`, 1 + uid, startMs);
  let read = 0;
  for (const [sender, record] of [...state.mailSenders.entries()]) {
    const counted = {
      ...record,
      get domains() {
        read += 1;
        return record.domains;
      },
    };
    state.mailSenders.replace(sender, counted);
  }
  const rows = seen(86_400, startMs);
  expect([rows.length, read, rows[0]?.recipients]).toEqual([500, 500, mostTold + 100]);
});

/** Whose a mail is: real lines of a submission and its relay, and hostile and odd ones. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {readFileSync} from 'node:fs';
import {Lines} from '../../../src/log/lines.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {longestSessionMs, longestWaitMs} from '../../../src/submission/whose/joining.js';
import type {Fact} from '../../../src/submission/whose/fact.js';
import {
  authLine,
  fromLine,
  handedOver,
  idOf,
  joiningOf,
  localFrom,
  mailer,
  startMs,
  toLine,
  userOf,
} from '../samples.js';

const [q1, q2] = [idOf(1), idOf(2)];
const mailOf = (facts: readonly Fact[]): unknown[] =>
  facts.flatMap((fact) =>
    fact.kind === 'mail' ? [[fact.sender, fact.recipients, fact.vouched]] : [],
  );

function sums(facts: readonly Fact[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const fact of facts) {
    const key = fact.kind === 'mail' ? fact.sender : fact.kind === 'apart' ? fact.what : undefined;
    if (key === undefined || !('recipients' in fact)) continue;
    all[key] = (all[key] ?? 0) + fact.recipients;
  }
  return all;
}

describe('lines that a real sendmail 8.18.1 wrote for three local users and root', () => {
  const {joining, take} = joiningOf();
  const facts: Fact[] = [];
  const frames = sendmail.frames();
  const log = readFileSync('test/data/submission-8.18.1.log');
  for (const line of new Lines('log').of(log)) {
    const framed = frames.read(line, Date.UTC(2026, 10, 30));
    if (framed.kind === 'none') throw new Error(line.text);
    facts.push(...take(framed.record.message, framed.record));
  }
  facts.push(...joining.sweep(Date.UTC(2026, 10, 30)));

  test('each mail is counted once, by the user who called the mailer', () => {
    // bob wrote as somebody else; root once past the submission, of which no line tells the user.
    expect(sums(facts)).toEqual({
      ...{'uid:1000': 3, 'uid:1001': 2, 'uid:33': 2, 'uid:0': 1},
      ...{'host:127.0.0.1': 1, bounce: 1},
    });
  });

  test('the sum is that of the lines in which the relay took mail', () => {
    const taken = log
      .toString()
      .split('\n')
      .filter((line) => / sm-mta\[/.test(line) && /nrcpts=.*relay=localhost \[127/.test(line));
    const nrcpts = taken.map((line) => Number(/nrcpts=(\d+)/.exec(line)![1]));
    const all = Object.values(sums(facts)).reduce((a, b) => a + b, 0);
    expect(nrcpts.length).toBe(8);
    // One more: root's, which no relay took.
    expect(all).toBe(nrcpts.reduce((a, b) => a + b, 0) + 1);
  });

  test('mail that the relay refused, and mail that failed on the way, is its sender’s', () => {
    const failed = facts.filter((fact) => fact.kind === 'told' && fact.outcome === 'failed');
    expect(failed).toMatchObject([
      {sender: 'uid:33', recipients: 1, domains: ['example.net']},
      {sender: 'uid:33', recipients: 1, domains: ['far.example']},
    ]);
  });

  test('a user who calls the mailer under another label, or with another configuration, is reported', () => {
    const labels = facts.filter(({kind}) => kind === 'labelChanged');
    expect(labels).toMatchObject([
      {what: 'label', user: '1000'},
      {what: 'configuration', user: 'alice'},
      {what: 'configuration', user: 'alice'},
      {what: 'label', user: '1000'},
    ]);
  });
});

describe('a login', () => {
  const client = 'host.example [203.0.113.9]';

  test('names the user of the mail of its session, until another session begins', () => {
    const {take} = joiningOf();
    take(authLine('Alice@example.org', client));
    expect(mailOf(take(fromLine(q1, 'other@example.com', 3, client)))).toEqual([
      ['auth:alice@example.org', 3, 'no'],
    ]);
    take('NOQUEUE: connect from host.example [203.0.113.9]');
    expect(take(fromLine(q2, 'other@example.com', 3, client))).toEqual([
      {kind: 'apart', what: 'incoming', recipients: 3},
    ]);
  });

  test.each([
    ['another process', {pid: 701}],
    ['another relay', {host: 'other.example.net'}],
    ['long after it', {atMs: startMs + longestSessionMs + 1}],
  ])('is not that of %s', (_, more) => {
    const {take} = joiningOf();
    take(authLine('alice', client));
    expect(sums(take(fromLine(q1, 'a@example.org', 3, client), more))).toEqual({incoming: 3});
  });

  test('is not that of another client of the same process', () => {
    const {take} = joiningOf();
    take(authLine('alice', client));
    expect(sums(take(fromLine(q1, 'a@example.org', 3, '[203.0.113.10]')))).toEqual({incoming: 3});
  });

  test('counts before the host, and also with the null sender', () => {
    const {take} = joiningOf();
    take(authLine('web', 'localhost [127.0.0.1]'));
    const line = fromLine(q1, '', 1, 'localhost [127.0.0.1]').replace('<>', '<>');
    expect(sums(take(line))).toEqual({'auth:web': 1});
  });

  test('is vouched for where the journal knows who wrote both lines', () => {
    const {take} = joiningOf();
    take(authLine('alice', client), {writer: mailer});
    expect(mailOf(take(fromLine(q1, 'a@b', 1, client), {writer: mailer}))).toEqual([
      ['auth:alice', 1, 'yes'],
    ]);
    take(authLine('bob', client));
    expect(mailOf(take(fromLine(q2, 'a@b', 1, client), {writer: mailer}))).toEqual([
      ['auth:bob', 1, 'no'],
    ]);
  });
});

describe('a submission', () => {
  const local = 'localhost [127.0.0.1]';

  test('is joined to what the relay took, in either order', () => {
    for (const order of ['before', 'behind']) {
      const {take} = joiningOf();
      const lines = [localFrom(q1, 'bob', 4), fromLine(q2, 'ceo@example.org', 4, local)];
      const over = handedOver(q1, 1001, q2);
      if (order === 'before') lines.splice(1, 0, over);
      else lines.push(over);
      expect(sums(lines.flatMap((line) => take(line)))).toEqual({'uid:1001': 4});
    }
  });

  test('of which no line comes is a program that spoke SMTP', () => {
    const {take, joining} = joiningOf();
    expect(take(fromLine(q2, 'a@b', 4, local))).toEqual([]);
    expect(joining.sweep(startMs + longestWaitMs - 1)).toEqual([]);
    expect(sums(joining.sweep(startMs + longestWaitMs))).toEqual({'host:127.0.0.1': 4});
    expect(joining.sweep(startMs + 2 * longestWaitMs)).toEqual([]);
  });

  test('that was never seen claims nothing, and a second claim changes nothing', () => {
    const {take, joining} = joiningOf();
    take(fromLine(q2, 'a@b', 4, local));
    expect(take(handedOver(idOf(8), 1002, q2))).toEqual([]);
    take(localFrom(q1, 'bob', 4));
    expect(sums(take(handedOver(q1, 1001, q2)))).toEqual({'uid:1001': 4});
    take(localFrom(idOf(9), 'eve', 4));
    expect(take(handedOver(idOf(9), 1002, q2))).toEqual([]);
    expect(joining.sweep(startMs + 2 * longestWaitMs)).toEqual([]);
  });

  test('has its user from the journal, and nobody else vouches for it', () => {
    const vouched = (writer: ReturnType<typeof userOf>, uid: number): unknown[] => {
      const {take} = joiningOf();
      take(localFrom(q1, 'bob', 1), {writer});
      take(fromLine(q2, 'a@b', 1, local), {writer: mailer});
      return mailOf(take(handedOver(q1, uid, q2), {writer}));
    };
    expect(vouched(userOf(1001), 1001)).toEqual([['uid:1001', 1, 'yes']]);
    expect(vouched(userOf(1001), 1002)).toEqual([['uid:1002', 1, 'no']]);
    expect(vouched({...userOf(1001), executable: '/usr/bin/logger'}, 1001)).toEqual([]);
  });

  test('an ordinary user’s mailer says nothing of clients and logins', () => {
    const {take} = joiningOf();
    const writer = userOf(1001);
    take(authLine('alice', '[203.0.113.9]'), {writer});
    expect(take(fromLine(q1, 'a@b', 500, '[10.0.0.7]'), {writer})).toEqual([]);
    expect(sums(take(fromLine(q2, 'a@b', 2, '[203.0.113.9]')))).toEqual({incoming: 2});
  });

  test('users of another relay are others', () => {
    const {take} = joiningOf();
    const more = {host: 'two.example.net'};
    take(localFrom(q1, 'bob', 1), more);
    take(fromLine(q2, 'a@b', 1, local), more);
    expect(sums(take(handedOver(q1, 33, q2), more))).toEqual({'uid:33 on two.example.net': 1});
  });
});

test('a deferral counts once, however often it is tried, and a clone is no new mail', () => {
  const {take} = joiningOf();
  const client = '[10.0.0.7]';
  const facts = [
    ...take(fromLine(q1, 'a@b', 3, client)),
    ...Array.from({length: 5}, () => take(toLine(q1, 'x@far.example', 'deferred'))).flat(),
    ...take(`${q1}: ${q2}: clone: owner=root`),
    ...take(toLine(q2, 'y@far.example', 'failed')),
    ...take(fromLine(q1, 'a@b', 3, client)),
    ...take(toLine(q1, 'x@far.example', 'sent')),
  ];
  expect(sums(facts)).toEqual({'host:10.0.0.7': 3});
  const told = facts.flatMap((fact) =>
    fact.kind === 'told' ? [[fact.sender, fact.outcome, fact.recipients]] : [],
  );
  expect(told).toEqual([
    ['host:10.0.0.7', 'deferred', 1],
    ['host:10.0.0.7', 'failed', 0],
    ['host:10.0.0.7', 'sent', 1],
  ]);
});

test('a state that was saved goes on', () => {
  const {state, take} = joiningOf();
  take(localFrom(q1, 'bob', 4));
  take(fromLine(q2, 'a@b', 4, 'localhost [127.0.0.1]'));
  const again = joiningOf(state);
  expect(sums(again.take(handedOver(q1, 1001, q2)))).toEqual({'uid:1001': 4});
});

/** One message, as its lines; each in its own order, but those of all messages mixed. */
const message = fc.record({
  way: fc.constantFrom('uid', 'auth', 'host', 'local', 'incoming', 'bounce'),
  recipients: fc.integer({min: 1, max: 9}),
  user: fc.integer({min: 1, max: 3}),
  tries: fc.integer({min: 0, max: 4}),
  clones: fc.integer({min: 0, max: 2}),
  repeated: fc.boolean(),
});

test('the sum over senders, bounces and mail that comes in is that of nrcpts', () => {
  fc.assert(
    fc.property(
      fc.array(message, {maxLength: 20}),
      fc.infiniteStream(fc.nat(1000)),
      (all, order) => {
        const {take, joining} = joiningOf();
        const queues = all.map(({way, recipients, user, tries, clones, repeated}, index) => {
          const [id, before] = [idOf(2 * index), idOf(2 * index + 1)];
          const client = {
            ...{uid: 'localhost [127.0.0.1]', local: 'localhost [127.0.0.1]'},
            ...{auth: `[203.0.113.${user}]`, incoming: '[198.51.100.9]'},
            ...{host: `[10.0.0.${user}]`, bounce: '[10.0.0.9]'},
          }[way];
          const from = fromLine(id, way === 'bounce' ? '' : 'a@b', recipients, client);
          const more = {pid: 1000 + index};
          const tried = Array.from({length: tries}, () => toLine(id, 'x@far.example', 'deferred'));
          const cloned = Array.from(
            {length: clones},
            (_, i) => `${id}: ${idOf(50_000 + 10 * index + i)}: clone: owner=o`,
          );
          const lines = [
            ...(way === 'auth' ? [authLine(`user${user}`, client)] : []),
            ...(way === 'uid' ? [localFrom(before, 'bob', recipients)] : []),
            ...[from, ...(repeated ? [from] : [])],
            ...(way === 'uid' ? [handedOver(before, user, id)] : []),
            ...[...cloned, ...tried, toLine(id, 'x@far.example', 'sent')],
          ];
          return lines.map((line) => () => take(line, more));
        });
        const facts: Fact[] = [];
        while (queues.some((queue) => queue.length > 0)) {
          const open = queues.filter((queue) => queue.length > 0);
          facts.push(...open[(order.next().value as number) % open.length]!.shift()!());
        }
        facts.push(...joining.sweep(startMs + longestWaitMs));
        const expected: Record<string, number> = {};
        for (const {way, recipients, user} of all) {
          const key = {
            ...{uid: `uid:${user}`, auth: `auth:user${user}`, host: `host:10.0.0.${user}`},
            ...{local: 'host:127.0.0.1', incoming: 'incoming', bounce: 'bounce'},
          }[way];
          expected[key] = (expected[key] ?? 0) + recipients;
        }
        expect(sums(facts)).toEqual(expected);
      },
    ),
    {numRuns: 300},
  );
});

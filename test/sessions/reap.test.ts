import {describe, expect, test} from '@jest/globals';
import type {MailerProcess} from '../../src/sessions/holder.js';
import {
  stuckEvidence,
  isSame,
  type ReapLimits,
  type Stuck,
  stuckChild,
  stuckSinceMs,
  stuckText,
} from '../../src/sessions/reap.js';
import {holder, inode, socket} from './samples.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';

const hour = 3600;
const mailer = {dialect: sendmail, ports: [25]};
const limits: ReapLimits = {idleSeconds: 600, ageSeconds: 24 * hour};

interface Times {
  readonly age?: number;
  /** Seconds; undefined: not measured. */
  readonly idle?: number | undefined;
}

/** By default an hour old, and silent for all of it. */
function stuck(
  changed: Partial<MailerProcess> = {},
  times: Times = {},
  by = limits,
): Stuck | undefined {
  const {age = hour, idle} = {idle: hour, ...times};
  const idleMs = new Map(idle === undefined ? [] : [[inode, idle * 1000]]);
  return stuckChild({holder: holder(changed), ageSeconds: age, idleMs}, by, mailer);
}
function sample(changed: Partial<MailerProcess> = {}, times: Times = {}): Stuck {
  const found = stuck(changed, times);
  if (found === undefined) throw new Error('the sample is stuck');
  return found;
}

describe('the two rules', () => {
  test.each([
    ['silent for less than may be', hour, 599.999, undefined],
    ['silent for long enough', hour, 600, 'idle'],
    ['old, and at work a moment ago', 23 * hour, 0, undefined],
    ['so old that its work has no say', 24 * hour, 0, 'age'],
    ['old and silent', 24 * hour, hour, 'idle'],
    ['not measured, and young', hour, undefined, undefined],
    ['not measured, and old', 24 * hour, undefined, 'age'],
    ['nobody is silent for longer than it lives', 60, 100 * hour, undefined],
    ['an uptime that is not the machine’s own (lxcfs)', -10, 100 * hour, undefined],
  ] as const)('%s: %d s old, idle %s: %s', (_, age, idle, rule) => {
    expect(stuck({}, {age, idle})?.rule).toBe(rule);
  });

  test.each([
    [{idleSeconds: 0, ageSeconds: 24 * hour}, 'age'],
    [{idleSeconds: 600, ageSeconds: 0}, 'idle'],
    [{idleSeconds: 0, ageSeconds: 0}, undefined],
  ])('0 is never: %j', (by, rule) => {
    expect(stuck({}, {age: 1e6, idle: 1e6}, by)?.rule).toBe(rule);
  });

  test('the one of two connections to the client that moved last decides', () => {
    const sockets = [socket(), socket('203.0.113.7', 25, '4712')];
    const idleOf = (second: number | undefined): number | undefined => {
      const idleMs = new Map([
        [inode, 9e5],
        ...(second === undefined ? [] : [['4712', second] as const]),
      ]);
      const observation = {holder: holder({sockets}), ageSeconds: hour, idleMs};
      return stuckChild(observation, {...limits, ageSeconds: 1}, mailer)?.idleSeconds;
    };
    expect([idleOf(7e5), idleOf(1000), idleOf(undefined)]).toEqual([700, 1, undefined]);
  });

  test('a connection to a milter or a next host does not', () => {
    const sockets = [socket(), socket('192.0.2.9', 40_000, '4712')];
    expect(stuck({sockets})?.rule).toBe('idle');
    expect(stuck({sockets: [socket('203.0.113.7', 40_000)]})).toBeUndefined();
  });

  test.each([465, 587])('at port %i too', (port) => {
    expect(stuck({sockets: [socket('203.0.113.7', port)]})?.rule).toBe('idle');
  });
});

describe('by its title', () => {
  test.each([
    ['sendmail: server [203.0.113.7] cmd read', '203.0.113.7'],
    ['sendmail: MTA: server [203.0.113.7] cmd read', '203.0.113.7'],
    ['sendmail: MTA: server a.example.net [203.0.113.7] (may be forged) cmd read', '203.0.113.7'],
    ['sendmail: MTA: server IDENT:x@[203.0.113.7] cmd read', '203.0.113.7'],
    ['sendmail: MTA: server [IPv6:2001:db8:0:0:0:0:0:7] cmd read', '2001:db8::7'],
  ])('%s is a child that waits for %s', (title, client) => {
    expect(stuck({title, sockets: [socket(client)]})?.client.text).toBe(client);
  });

  test.each([
    ['the listener', 'sendmail: MTA: accepting connections'],
    ['a queue runner', 'sendmail: MTA: running queue: /var/spool/mqueue'],
    ['a delivery', 'sendmail: MTA: ./6ALBjJc0000152 mx.example.net.: user open'],
    ['in mid-command', 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: RCPT TO:<a@example.net>'],
    ['a client that sends data', 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: DATA'],
    [
      'a client that writes `cmd read`',
      'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: server [192.0.2.7] cmd read',
    ],
    ['a start', 'sendmail: MTA: startup with [203.0.113.7]'],
    ['more behind it', 'sendmail: MTA: server [203.0.113.7] cmd read x'],
    ['another program', 'vi: server [203.0.113.7] cmd read'],
    ['no client', 'sendmail: MTA: server user@localhost cmd read'],
    ['no address', 'sendmail: MTA: server [203.0.113.777] cmd read'],
    ['nothing', ''],
  ])('%s is left alone', (_, title) => {
    expect(stuck({title}, {age: 1e6})).toBeUndefined();
  });
});

describe('by its program and its user', () => {
  test.each([
    ['/usr/libexec/sendmail/sendmail', 'root', true],
    ['/usr/sbin/sendmail', 'root', true],
    ['/usr/sbin/sendmail.sendmail', 'root', true],
    ['/usr/sbin/sendmail-mta', 'root', true],
    // Upgraded while it runs.
    ['/usr/libexec/sendmail/sendmail (deleted)', 'root', true],
    ['/home/mallory/sendmail', 'other', false],
    ['/usr/bin/perl', 'root', false],
    ['/usr/sbin/notsendmail', 'root', false],
    ['/usr/sbin/sendmail/x', 'root', false],
    ['', 'root', false],
  ] as const)('%s of %s: ended %s', (path, owner, ended) => {
    expect(stuck({executable: {path, owner}}) !== undefined).toBe(ended);
  });

  test.each([
    ['root', 0, 'ours', [socket()], 'idle'],
    ['RunAsUser', 105, 'ours', [socket()], 'idle'],
    ['a system user at a port that anybody can have', 105, 'ours', [], undefined],
    ['an ordinary user, with the real sendmail', 1000, 'ours', [socket()], undefined],
    ['root of a user namespace', 0, 'other', [socket()], undefined],
  ] as const)('%s: %s', (_, uid, userNamespace, sockets, rule) => {
    expect(stuck({user: {uid, userNamespace}, sockets}, {age: 1e6})?.rule).toBe(rule);
  });

  test('a process that can take connections is never ended', () => {
    expect(stuck({role: 'listens'}, {age: 1e6})).toBeUndefined();
  });
});

describe('the client that it speaks against', () => {
  const named = (changed: Partial<MailerProcess>): string | undefined => {
    const by = stuck(changed, {age: 25 * hour})?.named;
    return by && `${by.client.text} ${by.proof}`;
  };

  test.each([
    ['the socket names the client', {}, '203.0.113.7 kernel', 'idle'],
    ['only the title does', {sockets: []}, '203.0.113.7 title', 'age'],
    ['they disagree', {sockets: [socket('198.51.100.1')]}, undefined, 'age'],
    ['a container, which shows what it likes', {sockets: [], network: 'other'}, undefined, 'age'],
  ] as [string, Partial<MailerProcess>, string | undefined, string][])(
    '%s',
    (_, changed, whom, rule) => {
      expect(named(changed)).toBe(whom);
      expect(stuck(changed, {age: 25 * hour})?.rule).toBe(rule);
    },
  );

  test('one session is one thing, whenever it is found; another process is another', () => {
    const [first, again, next] = [
      sample(),
      sample({}, {age: 2 * hour}),
      sample({startTicks: 8888}),
    ].map((each) => stuckEvidence(each, 5));
    expect(first).toMatchObject({
      kind: 'stuckSession',
      client: {text: '203.0.113.7'},
      subject: '152@7777',
      atMs: 5,
      proof: 'kernel',
    });
    expect(again).toEqual(first);
    expect(next?.subject).not.toBe(first?.subject);
    expect(stuckEvidence({...sample(), named: undefined}, 5)).toBeUndefined();
  });

  test('since when: the last byte, or the beginning', () => {
    expect(stuckSinceMs(sample({}, {idle: 700}), 1e9)).toBe(1e9 - 700_000);
    expect(stuckSinceMs(sample({}, {idle: undefined, age: 25 * hour}), 1e9)).toBe(1e9 - 90_000_000);
  });
});

describe('isSame', () => {
  test.each([
    ['the same process', holder(), true],
    ['at work again', holder({title: 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: QUIT'}), true],
    ['after the clock was set', holder({startedMs: 9e9}), true],
    ['gone', undefined, false],
    ['another process with its pid', holder({startTicks: 8888}), false],
    ['another program', holder({executable: {path: '/bin/sh', owner: 'root'}}), false],
    ['another user', holder({user: {uid: 1000, userNamespace: 'ours'}}), false],
    ['it takes connections', holder({role: 'listens'}), false],
  ])('%s: %#', (_, now, same) => {
    expect(isSame(sample(), now, sendmail)).toBe(same);
  });
});

test.each([
  [11_000, 734, 'idle 12m, 3h old'],
  [90, undefined, 'idle time not known, 90s old'],
  [200_000, 5400, 'idle 90m, 2d old'],
])('in words: %d s old, idle %s', (ageSeconds, idleSeconds, times) => {
  const text = stuckText({...sample(), ageSeconds, idleSeconds});
  expect(text).toBe(`sendmail process 152 of 203.0.113.7 (${times}, in cmd read)`);
});

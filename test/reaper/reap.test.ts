import {describe, expect, test} from '@jest/globals';
import type {ProcessFacts} from '../../src/log/attribute.js';
import {isSame, sendmailTitle, stuckChild} from '../../src/reaper/reap.js';

const nowMs = Date.UTC(2026, 10, 21, 12);
const hour = 3600;

function facts(changed: Partial<ProcessFacts>): ProcessFacts {
  return {
    pid: 152,
    executable: {path: '/usr/libexec/sendmail/sendmail', owner: 'root'},
    startedMs: nowMs - hour * 1000,
    title: 'sendmail: MTA: server client.example.net [203.0.113.7] cmd read',
    sockets: [],
    ...changed,
  };
}

const stuck = (changed: Partial<ProcessFacts>, longest = hour) =>
  stuckChild(facts(changed), longest, nowMs);

describe('stuckChild: age', () => {
  test.each([
    [3599, false],
    [3599.999, false],
    [3600, true],
    [86_400, true],
    // The clock was set back after it began.
    [-10, false],
  ])('%d s old, allowed 3600 s: ended %s', (age, ended) => {
    expect(stuck({startedMs: nowMs - age * 1000}) !== undefined).toBe(ended);
  });

  test('tells who and how old, in whole seconds', () => {
    expect(stuck({startedMs: nowMs - 4000_999})).toMatchObject({
      pid: 152,
      startedMs: nowMs - 4000_999,
      client: {text: '203.0.113.7'},
      ageSeconds: 4000,
    });
  });
});

describe('stuckChild: title', () => {
  test.each([
    ['sendmail: server [203.0.113.7] cmd read', '203.0.113.7'],
    ['sendmail: MTA: server [203.0.113.7] cmd read', '203.0.113.7'],
    ['sendmail: MTA: server a.example.net [203.0.113.7] (may be forged) cmd read', '203.0.113.7'],
    ['sendmail: MTA: server IDENT:x@[203.0.113.7] cmd read', '203.0.113.7'],
    ['sendmail: MTA: server [IPv6:2001:db8:0:0:0:0:0:7] cmd read', '2001:db8::7'],
  ])('%s is a child that waits for %s', (title, client) => {
    expect(stuck({title})?.client.text).toBe(client);
    expect(title.startsWith(sendmailTitle)).toBe(true);
  });

  test.each([
    ['the listener', 'sendmail: MTA: accepting connections'],
    ['a queue runner', 'sendmail: MTA: running queue: /var/spool/mqueue'],
    ['a delivery', 'sendmail: MTA: ./6ALBjJc0000152 mx.example.net.: user open'],
    [
      'a client in mid-command',
      'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: RCPT TO:<a@example.net>',
    ],
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
    expect(stuck({title}, 1)).toBeUndefined();
  });
});

describe('stuckChild: executable', () => {
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
});

describe('isSame', () => {
  const found = stuck({});
  if (found === undefined) throw new Error('the sample is stuck');

  test.each([
    ['the same process', facts({}), true],
    [
      'it has begun to work again',
      facts({title: 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: QUIT'}),
      true,
    ],
    ['it is gone', undefined, false],
    ['another process with its pid', facts({startedMs: nowMs}), false],
    ['another program with its pid', facts({executable: {path: '/bin/sh', owner: 'root'}}), false],
  ])('%s', (_, now, same) => {
    expect(isSame(found, now)).toBe(same);
  });
});

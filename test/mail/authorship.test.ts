/** Who wrote a record, and what it is then worth. */
import {describe, expect, test} from '@jest/globals';
import type {LogRecord, Writer} from '../../src/log/record.js';
import {authorship, isVouchedFor} from '../../src/mail/authorship.js';

const mta: Writer = {pid: 7, uid: 0, executable: '/usr/libexec/sendmail/sendmail'};

test.each([
  ['mailer', mta],
  ['mailer', {...mta, executable: '/usr/sbin/sendmail-mta'}],
  ['mailer', {...mta, executable: '/usr/sbin/sendmail.sendmail'}],
  ['mailer', {...mta, executable: '/usr/libexec/sendmail/sendmail (deleted)'}],
  ['mailer', {...mta, executable: 'sendmail-mta'}],
  ['unsure', {...mta, executable: ''}],
  ['unsure', {...mta, uid: 100}],
  ['other', {...mta, uid: 100, executable: ''}],
  ['other', {...mta, uid: 33, executable: '/usr/bin/logger'}],
  ['other', {...mta, executable: '/usr/bin/logger'}],
  ['other', {...mta, executable: 'logger'}],
  ['other', {...mta, executable: '/tmp/notsendmail'}],
  ['other', {...mta, executable: '/usr/sbin/sendmail/logger'}],
  ['other', {...mta, uid: 1000}],
  ['other', {...mta, uid: 1000, executable: ''}],
] as const)('%s: %j', (expected, writer) => {
  expect(authorship(writer)).toBe(expected);
});

describe('isVouchedFor()', () => {
  const record: LogRecord = {
    atMs: 1,
    host: 'relay',
    program: 'sm-mta',
    pid: 7,
    message: 'x',
    times: 1,
    writer: mta,
  };
  test('the mailer, also one in a container, which knows its pid by another number', () => {
    expect(isVouchedFor(record)).toBe(true);
    expect(isVouchedFor({...record, pid: 3})).toBe(true);
  });
  test.each([
    ['a process that had ended', {...mta, executable: ''}],
    ['a system user', {...mta, uid: 100}],
    ['an ordinary user', {...mta, uid: 1000}],
    ['nobody knows whom: a line in a file', undefined],
  ])('not %s', (_, writer) => {
    expect(isVouchedFor({...record, writer})).toBe(false);
  });
});

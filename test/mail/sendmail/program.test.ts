/** Which executable is sendmail, and what its user makes of a record. */
import {expect, test} from '@jest/globals';
import type {Writer} from '../../../src/log/record.js';
import {authorshipOf} from '../../../src/mail/sendmail/program.js';

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
  expect(authorshipOf(writer)).toBe(expected);
});

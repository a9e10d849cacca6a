/** Lines of mail on its way, each with a hostile twin: what a client or a user writes names nobody. */
import {expect, test} from '@jest/globals';
import {readTransit} from '../../../src/mail/sendmail/read-transit.js';

const id = '6ATFIh0Y000204';
const read = (message: string) => readTransit(message, undefined);
const handed = (to: string, rest: string): string =>
  `${id}: to=${to}, ctladdr=x@example.org (33/33), delay=00:00:00, xdelay=00:00:00, mailer=relay, pri=30021, relay=[127.0.0.1] [127.0.0.1], ${rest}`;
const sent = (text: string): string => `dsn=2.0.0, stat=Sent (${text})`;
const taken = '6ATFIhta000203 Message accepted for delivery';

test('the submission names user and id of each message that the relay has taken', () => {
  expect(read(handed('bob@example.net', sent(taken)))).toMatchObject({
    ...{kind: 'attempted', outcome: 'sent', next: 'ownRelay'},
    ...{submittedBy: 33, relayId: '6ATFIhta000203'},
  });
});

test.each([
  ['more behind it', sent(`${taken}, 6ATFIhXX000999 Message accepted for delivery`)],
  ['a path for an id', sent('../../etc/x Message accepted for delivery')],
  ['words of another answer', sent(`x ${taken}`)],
  ['a second outcome', `${sent('ok')}, stat=Sent (${taken})`],
])('the answer of the next host names no id: %s', (_, rest) => {
  expect((read(handed('bob@example.net', rest)) as {relayId?: string}).relayId).toBeUndefined();
});

test('a next host elsewhere names no user and no id', () => {
  const line = handed('bob@example.net', sent(taken)).replaceAll('127.0.0.1', '203.0.113.25');
  const step = read(line);
  expect(step).toMatchObject({kind: 'attempted', next: 'other'});
  expect(step).not.toHaveProperty('submittedBy');
  expect(step).not.toHaveProperty('relayId');
});

test.each([
  ['the label of a client', `${id}: from=<user 0 changed syslog label>, size=1`],
  ['more behind the label', 'user 33 changed syslog label, user 0 changed syslog label'],
  ['no number', 'user root changed syslog label'],
  ['a number that is too long', 'user 12345678901 changed syslog label'],
  ['a clone of a shorter id', 'x: clone: owner=root'],
  ['a line that is too long', handed('b'.repeat(5000), sent(taken))],
  ['nothing', ''],
])('are no step: %s', (_, message) => expect(read(message)).toBeUndefined());

test('sendmail itself logs another label and another configuration', () => {
  const user = {kind: 'labelChanged', user: '33'};
  expect(read('user 33 changed syslog label')).toEqual({...user, what: 'label'});
  const other =
    'NOQUEUE: Authentication-Warning: relay.example.net: Processed by eve with -C /tmp/x';
  expect(read(other)).toEqual({kind: 'labelChanged', what: 'configuration', user: 'eve'});
});

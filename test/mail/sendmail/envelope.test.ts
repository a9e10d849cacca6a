/** `from=` and `to=`: which client, how much was taken, and which recipients were not known. */
import {describe, expect, test} from '@jest/globals';
import {readFrom, readTo} from '../../../src/mail/sendmail/envelope.js';
import {subjectOf} from '../../../src/mail/sendmail/recipients/recipient.js';
import {notation} from './notation.js';

const from = (sender: string, more = '', relay = '[203.0.113.7]'): string =>
  `from=${sender}, size=400, class=0, nrcpts=2${more}, proto=ESMTP, daemon=MTA, relay=${relay}`;
const fake = ', size=9, class=0, nrcpts=999';

describe('readFrom()', () => {
  test.each([
    ['an ordinary one', from('<a@example.org>'), 'accepted=2 bytes=400'],
    ['counts of the sender’s own', from(`<"a${fake}, x"@example.org>`), 'accepted=0 bytes=0'],
    [
      'counts in the message id',
      from('<a@example.org>', `, msgid=<x${fake}, y>`),
      'accepted=0 bytes=0',
    ],
    [
      'counts at the end of the message id',
      from('<a@b>', `, msgid=<x${fake}`),
      'accepted=0 bytes=0',
    ],
    [
      'a client in the sender',
      from('<"a, relay=[198.51.100.66]"@example.org>'),
      'accepted=2 bytes=400',
    ],
    ['no counts', 'from=<a@b>, relay=[203.0.113.7]', 'accepted=0 bytes=0'],
    ['a size below nothing', from('<a@b>').replace('400', '-1'), 'accepted=0 bytes=0'],
  ])('%s', (_, body, expected) => {
    expect(notation(readFrom('X', body))).toBe(`envelopeEnd X client=203.0.113.7 ${expected}`);
  });

  test.each([
    ['no relay', 'from=<a@b>, size=400, class=0, nrcpts=2'],
    ['a local program with a host', from('root', '', 'root@localhost.evil.example')],
    ['a name that looks local', from('root', '', 'evil [x] localhost')],
    ['a client that is cut off', from('<a@b>', '', 'host.example [203.0.113')],
    [
      'what may have been cut behind a false client',
      from('<a@b>').replace('nrcpts=2', `nrcpts=2, msgid=<${'x'.repeat(900)}`),
    ],
  ])('%s is none', (_, body) => {
    expect(readFrom('X', body)).toBeUndefined();
  });

  test('a long sender, each of whose characters takes four, is no reason for doubt', () => {
    const body = from(`<${'\\351'.repeat(220)}@b>`);
    expect(body.length).toBeGreaterThan(900);
    expect(readFrom('X', body)?.client?.text).toBe('203.0.113.7');
  });
});

const to = (recipients: string, stat = 'User unknown', dsn = '5.1.1'): string =>
  `to=${recipients}, delay=00:00:00, mailer=esmtp, relay=[192.0.2.30] [192.0.2.30], dsn=${dsn}, stat=${stat}`;

describe('readTo()', () => {
  test.each([
    [to('<a@example.net>'), ['<a@example.net>']],
    [to('<a@b>', 'User unknown (550 5.1.1 no such user)'), ['<a@b>']],
    [to('<a@b>,<c@d>'), ['<a@b>', '<c@d>']],
    [to('<a@b>,<c@d>, [more]'), ['<a@b>', '<c@d>']],
    [to('<"x>,<y"@b>'), ['<"x>', '<y"@b>']],
    [to('anna'), ['anna']],
  ])('%s', (body, recipients) => {
    const event = {kind: 'undeliverable', queueId: 'X', recipients: recipients.map(subjectOf)};
    expect(readTo('X', body)).toMatchObject(event);
  });

  test('gives no more recipients than a line can hold', () => {
    const read = readTo('X', to('<a@b>,'.repeat(1000)));
    expect(read?.kind === 'undeliverable' && read.recipients.length <= 64).toBe(true);
  });

  test.each([
    to('<a@b>', 'Deferred: 450 <a@b>... User unknown'),
    to('<a@b>', 'User unknown', '5.7.1'),
    to('<a@b>', 'User unknown', '4.1.1'),
    to('<a@b>', 'User unknown, stat=Sent'),
    to('<a@b>', 'Sent'),
    to('<a@b>, ctladdr=<list@example.net> (8/0)'),
    'to=<a@b>, dsn=5.1.1, stat=User unknown',
  ])('%s is none', (body) => {
    expect(readTo('X', body)).toBeUndefined();
  });
});

import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Address} from '../../../src/net/address.js';
import type {MailEvent} from '../../../src/mail/mail-event.js';
import {readQueueId} from '../../../src/mail/sendmail/queue-id.js';
import {longestMessageBytes, parseSendmail} from '../../../src/mail/sendmail/read-message.js';
import {notation} from './notation.js';

const clientOf = (event: MailEvent | undefined): Address | undefined =>
  event !== undefined && 'client' in event ? event.client : undefined;

const lines = readFileSync(new URL('../../data/sendmail-messages.txt', import.meta.url), 'latin1')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const cases = lines.flatMap((line, index) =>
  line.startsWith('=> ') ? [[lines[index - 1] ?? '', line.slice('=> '.length)] as const] : [],
);

describe('parseSendmail() on lines of a real sendmail', () => {
  test('the file holds a message for each event', () => {
    expect(cases.length).toBeGreaterThan(40);
    expect(lines).toHaveLength(cases.length * 2);
  });

  test.each(cases)('%s', (message, expected) => {
    expect(notation(parseSendmail(message))).toBe(expected);
  });
});

/** What an attacker would put into every text of the attacker's own. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ', relay=[198.51.100.66]',
        '... User unknown',
        ', reject=550 5.1.1 ',
        'relay=',
        '[198.51.100.66]',
        ' [198.51.100.66]',
        '"',
        '<',
        '>',
        '\\\\n',
        ' (may be forged)',
        'from=<a@b>',
        'ruleset=check_rcpt, arg1=<x>',
        'NOQUEUE: connect from [198.51.100.66]',
        ', size=0, class=0, nrcpts=9',
        '6ALBjJc0000152: ',
        ' [198.51.100.66]: VRFY root',
        'x@[198.51.100.66]: VRFY root',
        ' [198.51.100.66]: probable open proxy: command=GET /',
        ' [198.51.100.66] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA',
        'lost input channel from [198.51.100.66] to MTA after rcpt',
        '(',
        ')',
        ' ',
      ),
      fc.string({maxLength: 8}),
    ),
    {maxLength: 8},
  )
  .map((parts) => parts.join('').replaceAll(/[^\x20-\x7e]/g, '?'));

/** The forms in which sendmail writes one client. */
const clientForm = fc.constantFrom(
  '[203.0.113.7]',
  'host.example [203.0.113.7]',
  'relay=198.51.100.77.evil.example [203.0.113.7]',
  'x[198.51.100.78].evil.example [203.0.113.7] (may be forged)',
  'IDENT:relay198.51.100.66@[203.0.113.7]',
);

describe('parseSendmail() on hostile text never gives another address than the client', () => {
  const shapes: Record<string, (text: string, client: string) => string> = {
    'in a recipient': (text) => `6ALBjJc0000152: <"${text}"@example.net>... User unknown`,
    'in a recipient without angle brackets': (text) =>
      `6ALBjJc0000152: "${text}"@example.net... User unknown`,
    'in a comment of a recipient': (text) =>
      `6ALBjJc0000152: c(${text})@example.net... User unknown`,
    'in a comment in front of a recipient': (text) =>
      `6ALBjJc0000152: (${text})c@example.net... User unknown`,
    'in a recipient without quotes': (text) =>
      `6ALBjJc0000152: <${text}@example.net>... User unknown`,
    'in a recipient that is refused otherwise': (text) =>
      `6ALBjJc0000152: <${text}>... Invalid route address`,
    'in a command that is echoed': (text) => `6ALBjJc0000152: <-- ${text}`,
    'in an answer that is echoed': (text) =>
      `6ALBjJc0000152: --- 550 5.1.1 ${text}... User unknown`,
    'behind VRFY': (text, client) => `6ALBjJc0000152: ${client}: VRFY ${text} [rejected]`,
    'behind a web request': (text, client) =>
      `6ALBjJc0000152: ${client}: probable open proxy: command=GET ${text}`,
    'as a user': (text, client) =>
      `6ALBjJc0000152: AUTH failure (PLAIN): user not found (-20) SASL(-13): x, user=${text}, relay=${client}`,
    'as a HELO': (text, client) => `6ALBjJc0000152: invalid domain name (${text}) from ${client}`,
    'in what the next host says': (text) =>
      `6ALBjJc0000152: to=<a@example.net>, delay=00:00:00, mailer=esmtp, relay=[192.0.2.30] [192.0.2.30], dsn=5.1.1, reply=550 5.1.1 ${text}, stat=User unknown`,
    'as a sender that is refused': (text, client) =>
      `6ALBjJc0000152: ruleset=check_mail, arg1=<"${text}"@x.example>, relay=${client}, reject=553 5.1.8 <"${text}"@x.example>... Domain of sender address ${text}@x.example does not exist`,
    'of a milter': (text) =>
      `6ALBjJc0000152: Milter: to=<"${text}"@example.net>, reject=550 5.1.1 ${text}`,
    'in a recipient that a ruleset refuses': (text, client) =>
      `6ALBjJc0000152: ruleset=check_rcpt, arg1=<"${text}"@example.net>, relay=${client}, reject=550 5.1.1 <"${text}"@example.net>... User unknown`,
    'in a relay refusal': (text, client) =>
      `6ALBjJc0000152: ruleset=check_rcpt, arg1=<"${text}"@example.net>, relay=${client}, reject=550 5.7.1 <"${text}"@example.net>... Relaying denied`,
    'in a sender': (text, client) =>
      `6ALBjJc0000152: from=<"${text}"@x.example>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=${client}`,
    'in a message id': (text, client) =>
      `6ALBjJc0000152: from=<a@x.example>, size=9, class=0, nrcpts=1, msgid=<${text}, proto=ESMTP, daemon=MTA, relay=${client}`,
  };

  test.each(Object.entries(shapes))('%s', (_, shape) => {
    fc.assert(
      fc.property(hostileText, clientForm, (text, client) => {
        const event = parseSendmail(shape(text, client));
        expect([undefined, '203.0.113.7']).toContain(clientOf(event)?.text);
      }),
      {numRuns: 2000},
    );
  });

  test('in a recipient without brackets', () => {
    // q_paddr ends at the first space outside quotes and brackets (recipient.c, srvrsmtp.c)
    fc.assert(
      fc.property(hostileText, (text) => {
        const typed = text.replaceAll(' ', '');
        const event = parseSendmail(`6ALBjJc0000152: ${typed}... User unknown`);
        expect(clientOf(event)).toBeUndefined();
      }),
      {numRuns: 2000},
    );
  });
});

describe('parseSendmail() is bounded', () => {
  test('a message longer than sendmail can write is none', () => {
    const message = `6ALBjJc0000152: <${'x'.repeat(longestMessageBytes)}@example.net>... User unknown`;
    expect(parseSendmail(message)).toBeUndefined();
  });
});

describe('readQueueId()', () => {
  const reference = Date.UTC(2026, 10, 21, 11, 50);

  test('gives time and pid of the creator', () => {
    expect(readQueueId('6ALBjJc0000152', reference)).toEqual({
      pid: 152,
      atMs: Date.UTC(2026, 10, 21, 11, 45, 19),
    });
  });

  test('reads pids of more than six digits', () => {
    expect(readQueueId('6ALBjJc01234567', reference)?.pid).toBe(1234567);
  });

  test.each(['', '6ALBjJc0', '6ALBjJc0000', '6ZLBjJc0000152', '6A0BjJc0000152', 'zALBjJc0000152'])(
    'refuses %j',
    (queueId) => {
      expect(readQueueId(queueId, reference)).toBeUndefined();
    },
  );

  test('takes the latest year that fits the digit', () => {
    expect(readQueueId('5ALBjJc0000152', reference)?.atMs).toBe(Date.UTC(2025, 10, 21, 11, 45, 19));
  });
});

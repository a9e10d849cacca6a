import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {MailEvent} from '../../src/log/mail-event.js';
import {parseSendmail, readQueueId} from '../../src/log/sendmail.js';

function notation(event: MailEvent | undefined): string {
  switch (event?.kind) {
    case undefined:
      return '-';
    case 'connected':
      return `connected client=${event.client?.text ?? '-'}`;
    case 'envelopeClient':
      return `envelopeClient ${event.queueId} client=${event.client.text} ${event.position}`;
    case 'unknownRecipient':
      return `unknownRecipient ${event.queueId} client=${event.client?.text ?? '-'} ${event.recipient}`;
  }
}

const lines = readFileSync(new URL('../data/sendmail-messages.txt', import.meta.url), 'latin1')
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

/** What an attacker would put into every text that is his. */
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
        expect([undefined, '203.0.113.7']).toContain(event?.client?.text);
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
        expect(event?.client).toBeUndefined();
      }),
      {numRuns: 2000},
    );
  });
});

describe('parseSendmail() is bounded', () => {
  test('a message longer than sendmail can write is none', () => {
    const message = `6ALBjJc0000152: <${'x'.repeat(2100)}@example.net>... User unknown`;
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

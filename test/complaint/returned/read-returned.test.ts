/** What comes back: bounces, delays, programs, people; and hostile text. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {readReturned} from '../../../src/complaint/returned/read-returned.js';
import {anyCharacter} from '../../support/any-text.js';

const id = '01234567-89ab-4def-8123-456789abcdef';
const dsn = (action: string): string => `From MAILER-DAEMON Thu Dec 31 20:00:00 2026
Return-Path: <>
To: <abuse+bounce-${id}@example.org>
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="x"
Auto-Submitted: auto-generated (failure)

--x
Content-Type: message/delivery-status

Final-Recipient: RFC822; abuse@example.net
Action: ${action}
Status: 5.1.1
Diagnostic-Code: SMTP; 550 5.1.1 User unknown
`;
const letter = (head: string): string => `In-Reply-To: <${id}@example.org>\n${head}\n\nThank you\n`;

test.each([
  ['a bounce', dsn('failed'), 'bounce'],
  ['a mailer that still tries', dsn('delayed'), 'delay'],
  ['a receipt', dsn('delivered'), 'automatic'],
  ['a holiday', letter('Auto-Submitted: auto-replied'), 'automatic'],
  ['a ticket', letter('Precedence: bulk'), 'automatic'],
  ['a null sender', letter('Return-Path: <>'), 'automatic'],
  ['a person', letter('Auto-Submitted: no'), 'person'],
])('%s', (_, text, is) => {
  expect(readReturned(text)).toMatchObject({kind: 'returned', id, is});
});

const foreign = '7d444840-9dc0-41d1-b245-5ffdce74fad2';

test.each([
  ['Received', `Received: from app by out.example.net with HTTP id ${foreign}; now`],
  ['To', `To: <ticket+${foreign}@example.net>, abuse@example.org`],
  ['References', `References: <${foreign}@example.net>`],
])('a UUID of another mailer in %s does not hide the id', (_, field) => {
  const text = `${field}\nSubject: Re: Guessing [${id}]\n\ndone\n`;
  expect(readReturned(text)).toMatchObject({kind: 'returned', id, is: 'person'});
});

test('the id is found in the Received of our own mailer', () => {
  const text = `Received: from x by relay.example.org id 6ATF for <abuse+bounce-${id}@example.org>; now\n\ndone\n`;
  expect(readReturned(text)).toMatchObject({kind: 'returned', id});
});

test('a bounce tells why', () => {
  expect(readReturned(dsn('failed'))).toMatchObject({why: '5.1.1 SMTP; 550 5.1.1 User unknown'});
});

test('a text that names no complaint is a stranger’s, and hostile text costs nothing', () => {
  expect(readReturned('Subject: hello\n\nhello\n')).toEqual({kind: 'stranger'});
  fc.assert(
    fc.property(fc.string({unit: anyCharacter, maxLength: 2000}), (text) => {
      const read = readReturned(text);
      if (read.kind === 'returned') expect(read.why).toMatch(/^[\x20-\x7e]{0,200}$/);
    }),
  );
});

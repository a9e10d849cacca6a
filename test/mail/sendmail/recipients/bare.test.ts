/** `RCPT... WORDS`: whom a client asked for, in whatever words it was refused; and what only looks so. */
import {describe, expect, test} from '@jest/globals';
import {parseSendmail} from '../../../../src/mail/sendmail/read-message.js';
import {notation} from '../notation.js';

const read = (body: string): string => notation(parseSendmail(`6ALHIl1Z018459: ${body}`));
const asked = (subject: string): string => `unknownRecipient 6ALHIl1Z018459 client=- ${subject}`;

describe('words of no such user', () => {
  test.each([
    'User unknown',
    'user unknown',
    'User unknown; please ask the postmaster',
    'No such user',
    'No such user.',
    'No such user here',
    'NO SUCH USER HERE.',
    'No such mailbox at this address',
    'No such person here',
    'Sorry, no such user here',
    'There is no such account',
    'Mailbox not found',
    'Mailbox does not exist',
    "User doesn't exist",
    'This mailbox no longer exists',
    'Recipient address rejected: User unknown',
    'Addressee unknown',
    'Address unknown',
    'Unknown user',
    'Unknown recipient',
    'Invalid mailbox',
    'Mailbox disabled for this recipient',
    '<anna@example.net>... User unknown',
  ])('%s', (words) => {
    expect(read(`<anna@example.net>... ${words}`)).toBe(asked('<anna@example.net>'));
  });

  test.each([
    'Relaying denied',
    'Domain name required',
    'User address required',
    'Hostname required',
    'Invalid route address',
    'Invalid address',
    'Invalid host name',
    'Host unknown (Name server: x: host not found)',
    'Unrecognized host name x',
    'Colon illegal in host name part',
    "Unbalanced '<'",
    'prescan: token too long',
    'Mailbox full',
    'User has moved; please try <x@example.org>',
    'Greylisted, please come again',
    'Denied: user unknown to be nice',
    'Cannot mail directly to files',
    '',
  ])('not: %s', (words) => {
    expect(read(`<anna@example.net>... ${words}`)).toBe('-');
  });
});

describe('a text that is no recipient of the client', () => {
  const words = ['User unknown', 'No such user', 'No such user here.'];
  test.each([
    '/home/anna/.forward: line 1: ghost@example.com',
    '/home/anna/.forward: line 12: <ghost@example.com>',
    '/home/anna/.forward: line 1: "gh ost"@example.com',
    '/home/anna/.forward+x: line 1: ghost',
    '/home/ann.../.forward: line 1: ghost',
    '/etc/mail/aliases: line 3: ghost',
    '/etc/mail/lists/all: line 200: ghost@example.com',
    ':include:/home/anna/list: line 1: ghost',
    '/home/anna/(list: line 1: ghost',
    '/home/anna/<list: line 1: ghost',
    '/home/anna/"list: line 1: ghost',
    '6ALHIl1Z018460: <ghost@example.com>',
    'DSN: <ghost@example.com>',
    '--- 550 5.1.1 <ghost@example.com>',
    '<-- RCPT TO:<ghost@example.com>',
    'Authentication-Warning: relay: x',
    'milter=next-host, action=rcpt, reject=550 5.1.1 <ghost@example.com>',
    'Milter (next-host): <ghost@example.com>',
    'a b',
    '"a b" c',
    '(a b) c',
  ])('%s', (subject) => {
    for (const each of words) expect(read(`${subject}... ${each}`)).toBe('-');
  });

  test('a long file name, or a text that looks like one that was shortened', () => {
    const line = (head: string): string => {
      const rest = 'x'.repeat(Math.max(0, 100 - head.length));
      return `${head}${rest}...${'y'.repeat(100)}... User unknown`;
    };
    expect(read(line('/home/anna/.forward: line 1: '))).toBe('-');
    expect(read(line('/home/anna/(: line 1: '))).toBe('-');
    expect(read(line('(a comment '))).toMatch(/^unknownRecipient /);
  });
});

describe('texts of a client that look like something else', () => {
  test.each([
    'anna',
    'anna@example.net',
    '<from=x@example.net>',
    'from=<x@example.net>',
    'to=<x@example.net>',
    '<-- <x@example.net>>',
    '/(: line 1: )<x@example.net>',
    '"/home/anna/.forward: line 1: x"@example.net',
    '<"a... Relaying denied"@example.net>',
    '<a (... Greylisted) b@example.net>',
    '<milter=x, action=rcpt, reject=450 4.7.1 x@example.net>',
    '<tC)@example.net>',
    '(C)@example.net',
  ])('%s', (subject) => {
    for (const words of ['User unknown', 'No such mailbox']) {
      expect(read(`${subject}... ${words}`)).toBe(asked(subject));
    }
  });
});

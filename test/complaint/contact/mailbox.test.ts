/** Which text is a mailbox that may be written to; all of it comes from strangers. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {mostContacts} from '../../../src/complaint/contact/answer.js';
import {isMailbox, mailboxesIn, mailboxIn} from '../../../src/complaint/contact/mailbox.js';
import {anyCharacter} from '../../support/any-text.js';

describe('is taken', () => {
  test.each([
    ['abuse@example.net', 'abuse@example.net'],
    ['Abuse@EXAMPLE.Net', 'Abuse@example.net'],
    ['abuse+ticket=1@mail.example.co.uk', 'abuse+ticket=1@mail.example.co.uk'],
    ['a_b.c-d@xn--bcher-kva.example.net', 'a_b.c-d@xn--bcher-kva.example.net'],
    ['abuse@3com.example.net', 'abuse@3com.example.net'],
  ])('%s', (text, mailbox) => expect(mailboxIn(text)).toBe(mailbox));
});

describe('is left out', () => {
  test.each([
    [
      'no mailbox',
      ['', '@', 'abuse', '@example.net', 'abuse@', 'abuse@example', 'a@b@example.net'],
    ],
    [
      'a line break',
      ['abuse@example.net\n', 'abuse@example.net\r\nBcc: x@example.org', '\nabuse@example.net'],
    ],
    [
      'quotes',
      ['"abuse"@example.net', '"a b"@example.net', '<abuse@example.net>', 'abuse@example.net '],
    ],
    [
      'a route',
      [
        '@relay.example.org:abuse@example.net',
        'user%example.net@example.org',
        'example.org!user@example.net',
      ],
    ],
    [
      'what a mailer or a shell obeys',
      [
        '|/bin/sh@example.net',
        '/tmp/x@example.net',
        '-oQ@example.net',
        '$(id)@example.net',
        '`id`@example.net',
        ':include:x@example.net',
      ],
    ],
    [
      'dots',
      [
        '.abuse@example.net',
        'abuse.@example.net',
        'a..b@example.net',
        'abuse@example..net',
        'abuse@.example.net',
        'abuse@example.net.',
      ],
    ],
    ['hyphens', ['abuse@-example.net', 'abuse@example-.net']],
    [
      'addresses',
      ['abuse@192.0.2.1', 'abuse@[192.0.2.1]', 'abuse@example.1', 'abuse@[IPv6:2001:db8::1]'],
    ],
    [
      'not ASCII',
      [
        'abüse@example.net',
        'abuse@exämple.net',
        'abuse@example.net\u202e',
        'ABUSE\u212A@example.net',
      ],
    ],
    [
      'too long',
      [`${'a'.repeat(65)}@example.net`, `a@${'a'.repeat(64)}.net`, `a@${'a.'.repeat(127)}net`],
    ],
    [
      'no place of the world',
      [
        'abuse@localhost',
        'abuse@relay.local',
        'abuse@x.invalid',
        'abuse@2.0.192.in-addr.arpa',
        'root@x.internal',
      ],
    ],
    [
      'registries',
      [
        'abuse@lacnic.net',
        'abusepoc@afrinic.net',
        'hostmaster@RIPE.net',
        'a@db.ripe.net',
        'ipas@cnnic.cn',
        'x@nic.ad.jp',
      ],
    ],
    [
      'read by nobody',
      [
        'REDACTED@example.net',
        'noreply@example.net',
        'no-reply@example.net',
        'do_not_reply@example.net',
        'please-query@example.net',
        'not.disclosed@example.net',
        'unknown@example.net',
        'none@example.net',
      ],
    ],
    [
      'words',
      [
        'REDACTED FOR PRIVACY',
        'NOT DISCLOSED',
        'PLEASE QUERY THE RDDS SERVICE',
        'https://example.net/abuse',
      ],
    ],
  ])('%s', (_, texts) => {
    for (const text of texts) expect([text, mailboxIn(text)]).toEqual([text, undefined]);
  });
});

test('a name that only begins like a registry is none', () => {
  expect(mailboxIn('abuse@stripe.net')).toBe('abuse@stripe.net');
  expect(mailboxIn('nonesuch@example.net')).toBe('nonesuch@example.net');
});

/** Of its own making: what may go to a mailer. */
const strict =
  /^[A-Za-z0-9_+=~][A-Za-z0-9_+=~.-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]+$/;

const hostile = fc.oneof(
  fc.string({unit: anyCharacter, maxLength: 300}),
  fc.string({
    unit: fc.constantFrom('a', '@', '.', '-', '"', '\n', '\r', ' ', '%', '!', '<', ',', 'net', 'x'),
    maxLength: 40,
  }),
  fc.emailAddress(),
);

test('whatever comes: the strict form, at most three, each once', () => {
  fc.assert(
    fc.property(fc.array(hostile, {maxLength: 20}), (texts) => {
      const found = mailboxesIn(texts);
      expect(found.length).toBeLessThanOrEqual(mostContacts);
      expect(new Set(found.map((each) => each.toLowerCase())).size).toBe(found.length);
      for (const mailbox of found) {
        expect(mailbox).toMatch(strict);
        expect(mailbox.length).toBeLessThanOrEqual(254);
        expect(isMailbox(mailbox)).toBe(true);
      }
    }),
    {numRuns: 2000},
  );
});

test('the first ones are kept', () => {
  const texts = [
    'no',
    'a@example.net',
    'A@example.net',
    'b@example.net',
    'c@example.net',
    'd@example.net',
  ];
  expect(mailboxesIn(texts)).toEqual(['a@example.net', 'b@example.net', 'c@example.net']);
});

test('a long text costs no time', () => {
  const began = performance.now();
  for (const text of [
    `${'a.'.repeat(100_000)}@`,
    `a@${'a-'.repeat(100_000)}`,
    `a@${'a.'.repeat(126)}-`,
  ])
    expect(mailboxIn(text)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(1000);
});

/** Which mailboxes are ours. */
import {expect, test} from '@jest/globals';
import {isOwnMailbox, ownDomains} from '../../src/complaint/never.js';
import {registrableDomain} from '../../src/sys/contact/registrable.js';

test.each([
  ['security@example.org', 'mx1.example.net', ['example.org', 'mx1.example.net', 'example.net']],
  [
    'security@example.org',
    'MX1.mail.Example.net',
    ['example.org', 'mx1.mail.example.net', 'mail.example.net'],
  ],
  ['security@Example.ORG', 'relay', ['example.org', 'relay']],
  ['', 'example.net', ['example.net']],
  // Others register theirs below it: their desks are not ours.
  ['', 'example.co.uk', ['example.co.uk']],
  ['', 'mx.example.co.uk', ['mx.example.co.uk', 'example.co.uk']],
  ['', 'mx.example.internal', ['mx.example.internal']],
])('of %j on %s: %j', async (from, host, domains) => {
  expect(ownDomains(from, host, await registrableDomain(host))).toEqual(domains);
});

test.each([
  ['abuse@example.org', true],
  ['abuse@mail.EXAMPLE.org', true],
  ['abuse@notexample.org', false],
  ['abuse@example.org.example.net', false],
  ['example.org@example.net', false],
])('%s: %s', (mailbox, isOwn) => {
  expect(isOwnMailbox(mailbox, ['example.org', ''])).toBe(isOwn);
});

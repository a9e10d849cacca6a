/** Which mailboxes are ours. */
import {expect, test} from '@jest/globals';
import {isOwnMailbox, ownDomains} from '../../src/complaint/never.js';

test.each([
  ['security@example.org', 'mx1.example.net', ['example.org', 'mx1.example.net']],
  [
    'security@example.org',
    'MX1.mail.Example.net',
    ['example.org', 'mx1.mail.example.net', 'mail.example.net'],
  ],
  ['security@Example.ORG', 'relay', ['example.org', 'relay']],
  ['', 'relay.example.net', ['relay.example.net']],
])('of %j on %s: %j', (from, host, domains) => {
  const found = ownDomains(from, host);
  for (const domain of domains) expect(found).toContain(domain);
  // A top level domain is nobody's own.
  for (const domain of found) expect(domain === 'relay' || domain.includes('.')).toBe(true);
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

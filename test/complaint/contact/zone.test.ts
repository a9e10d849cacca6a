/** The abuse-contact zone: what is asked, and what its texts name. */
import {expect, test} from '@jest/globals';
import {mailboxesInTexts, reverseName, zoneName} from '../../../src/complaint/contact/zone.js';
import {parseAddress} from '../../../src/net/address.js';

const [four, six] = [parseAddress('192.0.2.7')!, parseAddress('2001:db8::7')!];
const nibbles = '7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2';

test('the names of an address', () => {
  expect(zoneName(four, 'abuse.example.net')).toBe('7.2.0.192.abuse.example.net');
  expect(zoneName(six, 'abuse.example.net')).toBe(`${nibbles}.abuse.example.net`);
  expect(reverseName(four)).toBe('7.2.0.192.in-addr.arpa');
  expect(reverseName(six)).toBe(`${nibbles}.ip6.arpa`);
});

test('several mailboxes stand in one text, or in several', () => {
  expect(mailboxesInTexts([['a@example.net,b@example.net']])).toEqual([
    ...['a@example.net', 'b@example.net'],
  ]);
  expect(mailboxesInTexts([['a@exam', 'ple.net , b@example.net'], ['c@example.net']])).toEqual([
    ...['a@example.net', 'b@example.net', 'c@example.net'],
  ]);
  expect(mailboxesInTexts([['v=spf1 -all'], ['abuse@lacnic.net'], ['x@example.net\n']])).toEqual([
    'x@example.net',
  ]);
  expect(mailboxesInTexts([])).toEqual([]);
});

test('a text that is too long, and texts behind many others, are left out', () => {
  expect(mailboxesInTexts([[`a@example.net,${' '.repeat(2000)}`]])).toEqual([]);
  const many = Array.from({length: 20}, () => ['nothing']);
  expect(mailboxesInTexts([...many, ['a@example.net']])).toEqual([]);
});

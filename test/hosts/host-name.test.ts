import {expect, test} from '@jest/globals';
import {domainOf, isWithin, readHostName} from '../../src/hosts/host-name.js';

test.each([
  ['partner.example', 'partner.example'],
  ['MX1.Partner.Example.', 'mx1.partner.example'],
  ['Anna@partner.example', 'partner.example'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['_dmarc.partner.example', '_dmarc.partner.example'],
])('%s names a host', (word, host) => {
  expect(readHostName(word)).toBe(host);
});

test.each([
  'partner', // no dot: a word that was mistyped
  '203.0.113',
  '203.0.113.256',
  '203.0.113.7/33',
  '2001:db8::g',
  'a b.example',
  'x.example;reboot',
  '\u001B[2J.example',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(130)}example`,
  '',
])('%j names none', (word) => {
  expect(readHostName(word)).toBeUndefined();
});

test('names within a host: itself, and names below it, whatever their letters', () => {
  expect(isWithin('partner.example', 'partner.example')).toBe(true);
  expect(isWithin('MX.Partner.example', 'partner.example')).toBe(true);
  expect(isWithin('notpartner.example', 'partner.example')).toBe(false);
  expect(isWithin('partner.example.net', 'partner.example')).toBe(false);
});

test('the domain of a mailbox, as a client writes it', () => {
  expect(domainOf('<Anna@Partner.example>')).toBe('partner.example');
  expect(domainOf('<"a@b"@partner.example>')).toBe('partner.example');
  expect(domainOf('<anna@partner.example>, size=1')).toBe('');
  expect(domainOf('<>')).toBe('');
});

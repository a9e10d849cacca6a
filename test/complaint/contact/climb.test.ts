/** From a reverse name up to the domain, and never beyond it. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  climbed,
  guessedMailboxes,
  mostClimbed,
  mostReverseNames,
  takesMail,
  usableNames,
} from '../../../src/complaint/contact/climb.js';

test.each([
  ['a.b.example.net', 'example.net', ['a.b.example.net', 'b.example.net', 'example.net']],
  ['example.net', 'example.net', ['example.net']],
  ['net', undefined, []],
  ['co.uk', undefined, []],
  ['example.net', 'other.net', []],
  ['notexample.net', 'example.net', []],
  [
    'a.b.c.d.e.f.g.example.net',
    'example.net',
    [
      ...['c.d.e.f.g.example.net', 'd.e.f.g.example.net', 'e.f.g.example.net'],
      ...['f.g.example.net', 'g.example.net', 'example.net'],
    ],
  ],
])('%s below %s', (name, domain, expected) => expect(climbed(name, domain)).toEqual(expected));

test('never beyond the domain, and never many', () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  fc.assert(
    fc.property(fc.array(label, {maxLength: 40}), (labels) => {
      const names = climbed([...labels, 'example', 'net'].join('.'), 'example.net');
      expect(names.length).toBeLessThanOrEqual(mostClimbed);
      expect(names.at(-1)).toBe('example.net');
      for (const name of names) expect(name).toMatch(/(^|\.)example\.net$/);
    }),
  );
});

test('a reverse name is a host name', () => {
  expect(
    usableNames(['Host.Example.NET.', 'net', 'a b.example.net', '-x.example.net', '']),
  ).toEqual(['host.example.net']);
  expect(usableNames([`${'a.'.repeat(130)}net`, '\x1b[31m.example.net'])).toEqual([]);
  const many = Array.from({length: 50}, (_, i) => `h${i}.example.net`);
  expect(usableNames(many)).toHaveLength(mostReverseNames);
});

test('a null exchanger takes no mail', () => {
  expect(takesMail([])).toBe(false);
  expect(takesMail([''])).toBe(false);
  expect(takesMail(['.'])).toBe(false);
  expect(takesMail(['mx.example.net'])).toBe(true);
});

test('the mailboxes of RFC 2142', () => {
  expect(guessedMailboxes('example.net')).toEqual(['abuse@example.net', 'postmaster@example.net']);
  expect(guessedMailboxes('_x.example.net')).toEqual([]);
  expect(guessedMailboxes('lacnic.net')).toEqual([]);
});

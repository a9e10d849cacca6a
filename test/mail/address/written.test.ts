/** One address as sendmail cuts it off a command, and what in it means something. */
import {describe, expect, test} from '@jest/globals';
import {mayGoOn, readWritten, writtenLength} from '../../../src/mail/address/written.js';

const isOneAddress = (text: string): boolean => writtenLength(text) === text.length;

describe('writtenLength()', () => {
  test.each([
    '',
    'anna',
    '<anna@example.net>',
    '<-- <anna@example.net>>',
    '"a b"@example.net',
    '(a b)anna@example.net',
    '(a (b c) d)anna@example.net',
    '"a ) b"@example.net',
    String.raw`"a \\" b"@example.net`,
    String.raw`(a \\) b)anna@example.net`,
  ])('%s', (text) => {
    expect(isOneAddress(text)).toBe(true);
  });

  test.each([
    'a b',
    '"a b',
    '(a b',
    'a) b',
    '<a b',
    'a> b',
    '"a" b',
    '(a) b',
    String.raw`"a \\" b`,
    'host.example [203.0.113.7]: VRFY root',
  ])('%s is none', (text) => {
    expect(isOneAddress(text)).toBe(false);
  });

  test.each([
    ['<a@b>... User unknown', 8],
    ['"a b"@c... User unknown', 10],
    ['(a (b c))<d> e', 12],
    [String.raw`(\\) c)<d> e`, 10],
    ['a\\tb', 1],
    ['<a\\tb>', 6],
  ])('%s: %i characters', (text, length) => {
    expect(writtenLength(text)).toBe(length);
  });
});

describe('mayGoOn()', () => {
  test.each([
    ['', true],
    ['from=((a b', true],
    ['"a b', true],
    ['<a b', true],
    ['a', true],
    ['/home/anna/.forward: line', false],
    ['a b', false],
    ['a)', false],
  ])('%s: %s', (text, expected) => {
    expect(mayGoOn(text)).toBe(expected);
  });
});

describe('readWritten()', () => {
  const read = (text: string): string | undefined => {
    const written = readWritten(text);
    return written?.characters
      .map((each, at) => `${each}${written.kinds[at]?.[0] ?? ''}`)
      .join(' ');
  };

  test.each([
    ['<a>', '<p ap >p'],
    ['"a<"b', 'aq <q bp'],
    ['((a)+)b(c)', 'bp'],
    [String.raw`(\\)+)b`, 'bp'],
    [String.raw`\\(b`, '(e bp'],
    [String.raw`"\\""`, '"e'],
    [' a ', 'ap'],
    [String.raw`<\001>`, '<p \x01p >p'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test.each(['a b', '"a', '(a', 'a)', '<a', 'a>', String.raw`a\\`])('%s is none', (text) => {
    expect(read(text)).toBeUndefined();
  });
});

/** One mailbox is one text, however a client writes it. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {plainAddress} from '../../../src/mail/address/plain-address.js';

describe('plainAddress()', () => {
  test.each([
    ['<anna@example.net>', '<anna@example.net>'],
    ['<Anna@EXAMPLE.net>', '<anna@example.net>'],
    ['anna@example.net', '<anna@example.net>'],
    ['<<anna@example.net>>', '<anna@example.net>'],
    ['<"anna"@example.net>', '<anna@example.net>'],
    ['<anna(a comment)@example.net>', '<anna@example.net>'],
    ['< anna@example.net >', '<anna@example.net>'],
    ['<a\\\\nna@example.net>', '<anna@example.net>'],
    ['<anna+list@example.net>', '<anna@example.net>'],
    ['<anna+a+b@example.net>', '<anna@example.net>'],
    // Not a detail: without a name in front of it, or behind the last @.
    ['<+anna@example.net>', '<+anna@example.net>'],
    ['<anna@example+net>', '<anna@example+net>'],
    ['alice', '<alice>'],
    ['', '<>'],
  ])('%s is %s', (text, plain) => {
    expect(plainAddress(text)).toBe(plain);
  });

  test('a plain address is its own plain address', () => {
    fc.assert(
      fc.property(fc.string({maxLength: 60}), (text) => {
        const once = plainAddress(text.replaceAll(/[()+<>]/g, ''));
        expect(plainAddress(once)).toBe(once);
      }),
    );
  });

  test('however short and odd it is', () => {
    const odd = ['@', ':', '!', ',', '%', '"', '\\', ' ', 'a', '.', ';'];
    const longer = (texts: readonly string[]): string[] =>
      texts.flatMap((text) => odd.map((one) => text + one));
    const texts = longer(longer(longer(longer(['']))));
    expect(texts.map(plainAddress).filter((once) => plainAddress(once) !== once)).toEqual([]);
  });

  test('case, quotes, a comment and a detail make no other mailbox of one', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}[a-z]$/);
    fc.assert(
      fc.property(word, word, word, (name, host, more) => {
        const plain = `<${name}@${host}>`;
        for (const same of [
          plain.toUpperCase(),
          `<"${name}"@${host}>`,
          `<${name}(${more})@${host}>`,
          `<${name}+${more}@${host}>`,
          `<${name}%${more}@${host}>`,
          `<${more}!${name}@${host}>`,
          `<${name}@${host}.>`,
          `${name}@${host}`,
        ]) {
          expect(plainAddress(same)).toBe(plain);
        }
      }),
    );
  });
});

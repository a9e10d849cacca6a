/** Foreign text in a line: printable, bounded, and with the part left that tells something. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {printable, printablePath} from '../../src/base/printable.js';
import {anyCharacter} from '../support/any-text.js';

test.each([
  ['short enough', '/usr/bin/perl', '/usr/bin/perl'],
  ['the last component', '/srv/www/customers/blog/wp-content/x.pl', '/srv/www/customers.../x.pl'],
  ['what stands behind it', '/usr/local/lib/systemd/systemd (1)', '/usr/local/.../systemd (1)'],
  ['as much of a long one as fits', `/tmp/${'y'.repeat(60)}.pl`, `/tmp/...${'y'.repeat(15)}.pl`],
  ['no component at all', 'z'.repeat(50), `${'z'.repeat(5)}...${'z'.repeat(18)}`],
  ['what is hostile', '/tmp/\u001b[2J\n\u202e', '/tmp/?[2J??'],
])('of a path stays: %s', (_, text, shown) => {
  expect(printablePath(text, 26)).toBe(shown);
});

test('whatever the text, it is printable and as long as it may be', () => {
  const anything = fc.string({unit: anyCharacter, maxLength: 100});
  fc.assert(
    fc.property(anything, fc.integer({min: 4, max: 60}), (text, most) => {
      for (const shown of [printable(text, most), printablePath(text, most)]) {
        expect(shown).toMatch(/^[\x20-\x7e]*$/);
        expect(shown).toHaveLength(Math.min(text.length, most));
      }
    }),
  );
});

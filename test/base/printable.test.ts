/** Foreign text in a line of ours: it cannot pass for a part of the line that is ours. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {printable, printablePath, quoted} from '../../src/base/printable.js';
import {anyCharacter} from '../support/any-text.js';

test.each([
  ['', ''],
  ['/usr/bin/perl', '/usr/bin/perl'],
  ['/usr/bin/perl (deleted)', '/usr/bin/perl (deleted)'],
  ['/home/x/my files/a', '"/home/x/my files/a"'],
  ['/home/x/my files/a (deleted)', '"/home/x/my files/a" (deleted)'],
  ['x; unit ssh.service; it holds the socket', '"x; unit ssh.service; it holds the socket"'],
  ['x, pid 1', '"x, pid 1"'],
  ['x" (1) < "y', '"x? (1) < ?y"'],
  ['x\\" ; y', '"x?? ; y"'],
  ['a (deleted) (deleted)', '"a (deleted)" (deleted)'],
])('%s is shown as %s', (text, shown) => {
  expect(quoted(text)).toBe(shown);
});

test('nothing in it ends its quotation, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({unit: anyCharacter, maxLength: 60}), (text) => {
      const shown = quoted(printable(text, 40));
      expect(shown.length).toBeLessThanOrEqual(42);
      expect(shown).toMatch(/^(?:[^ ,"()]*|"[^"\\]*")(?: \(deleted\))?$/);
      expect(quoted(printablePath(text, 40))).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});

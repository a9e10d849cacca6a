/** Foreign text in a line of ours: it cannot pass for a part of the line that is ours. */
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {detached, printable, printablePath, quoted} from '../../src/base/printable.js';
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

test('a detached part is the same text', () => {
  fc.assert(fc.property(fc.string({unit: anyCharacter}), (text) => detached(text) === text));
  expect(['', 'x', 'xy'].map(detached)).toEqual(['', 'x', 'xy']);
});

test('a detached part does not keep the text around it in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const [count, lineBytes] = [2000, 10_000];
  const before = used();
  const parts = Array.from({length: count}, (_, i) =>
    detached(
      Buffer.alloc(lineBytes, String(i % 10))
        .toString('latin1')
        .slice(100, 130),
    ),
  );
  expect(used() - before).toBeLessThan((count * lineBytes) / 4);
  expect(parts).toHaveLength(count);
});

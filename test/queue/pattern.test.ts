import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {fits, patternOf} from '../../src/queue/pattern.js';

const asRegExp = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((piece) => piece.replaceAll(/[^\w]/g, '\\$&'))
      .join('[^]*')}$`,
    'i',
  );

test('a pattern with * fits as a regular expression would', () => {
  const word = fc.string({unit: fc.constantFrom('a', 'b', 'B', '.', '*'), maxLength: 8});
  fc.assert(
    fc.property(word, word, (pattern, text) => {
      const plain = text.replaceAll('*', 'x');
      if (!pattern.includes('*')) return;
      expect(fits(patternOf(pattern), plain)).toBe(asRegExp(pattern).test(plain));
    }),
    {numRuns: 2000},
  );
});

test('fixed text may stand anywhere', () => {
  expect(fits(patternOf('B.c'), 'ab.CD')).toBe(true);
  expect(fits(patternOf('b?c'), 'abxcd')).toBe(false);
});

test('a hostile text of a megabyte is looked through at once', () => {
  const text = 'a'.repeat(1_000_000);
  expect(fits(patternOf(`${'*a'.repeat(90)}*b`), text)).toBe(false);
});

/** Pieces of a log are cut into lines, wherever the pieces end. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {longestLineBytes} from '../../src/base/bytes.js';
import type {Line} from '../../src/log/line.js';
import {Lines} from '../../src/log/lines.js';

const linesIn = (log: string, ends: readonly number[]): Line[] => {
  const lines = new Lines('mail.log');
  const given: Line[] = [];
  let begin = 0;
  // A piece holds whole lines, as the reader cuts them.
  for (const at of [...ends].sort((a, b) => a - b).concat(log.length)) {
    const end = at === log.length ? at : log.indexOf('\n', at) + 1;
    if (end <= begin) continue;
    given.push(...lines.of(Buffer.from(log.slice(begin, end), 'latin1')));
    begin = end;
  }
  return given;
};

test('every line but the empty ones, in order, each at its place', () => {
  const log = fc
    .array(fc.constantFrom('a', 'bc', '\n', '\n', '\r', '\0', '\xff'))
    .map((all) => all.join(''));
  fc.assert(
    fc.property(log, fc.array(fc.nat(50), {maxLength: 3}), (text, ends) => {
      const given = linesIn(text, ends);
      const expected = text.split('\n');
      expect(given.map((line) => line.text)).toEqual(expected.filter((line) => line !== ''));
      for (const line of given) {
        expect(line.source).toBe('mail.log');
        expect(text.slice(line.offset, line.offset + line.text.length)).toBe(line.text);
      }
    }),
  );
});

test('no line that is longer than any mailer’s', () => {
  const [longest, longer] = [longestLineBytes, longestLineBytes + 1].map((n) => 'x'.repeat(n));
  const given = linesIn(`${longer}\n${longest}\na\nb`, []);
  expect(given.map(({text}) => text.length)).toEqual([longestLineBytes, 1, 1]);
});

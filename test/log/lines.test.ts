/** Pieces of a log are cut into the lines that somebody wants, wherever the pieces end. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {longestLineBytes} from '../../src/log/bytes.js';
import {Lines} from '../../src/log/lines.js';

const linesIn = (
  log: string,
  ends: readonly number[],
  wanted: (text: string) => boolean = () => true,
) => {
  const lines = new Lines('mail.log', (bytes, start, end) => {
    return wanted(Buffer.from(bytes.subarray(start, end)).toString('latin1'));
  });
  const given: {source: string; offset: number; text: string}[] = [];
  let begin = 0;
  // A piece holds whole lines, as the reader cuts them.
  for (const at of [...ends].sort((a, b) => a - b).concat(log.length)) {
    const end = at === log.length ? at : log.indexOf('\n', at) + 1;
    if (end <= begin) continue;
    lines.each(Buffer.from(log.slice(begin, end), 'latin1'), (line) => given.push({...line}));
    begin = end;
  }
  return {given, count: lines.count};
};

test('every line but the empty ones, in order, each at its place', () => {
  const log = fc
    .array(fc.constantFrom('a', 'bc', '\n', '\n', '\r', '\0', '\xff'))
    .map((all) => all.join(''));
  fc.assert(
    fc.property(log, fc.array(fc.nat(50), {maxLength: 3}), (text, ends) => {
      const {given, count} = linesIn(text, ends);
      const expected = text.split('\n');
      expect(given.map((line) => line.text)).toEqual(expected.filter((line) => line !== ''));
      for (const line of given) {
        expect(line.source).toBe('mail.log');
        expect(text.slice(line.offset, line.offset + line.text.length)).toBe(line.text);
      }
      expect(count).toBe(expected.at(-1) === '' ? expected.length - 1 : expected.length);
    }),
  );
});

test('no line that is longer than any mailer’s, and none that does not matter', () => {
  const [longest, longer] = [longestLineBytes, longestLineBytes + 1].map((n) => 'x'.repeat(n));
  const {given, count} = linesIn(`${longer}\n${longest}\na\nb`, []);
  expect([given.map(({text}) => text.length), count]).toEqual([[longestLineBytes, 1, 1], 4]);
  expect(
    linesIn('a\nb\nab', [], (text) => text.includes('b')).given.map(({offset}) => offset),
  ).toEqual([2, 4]);
});

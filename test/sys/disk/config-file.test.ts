/** Where keys stand in a file, and what is still read of one that is no TOML. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {parseConfigText} from '../../../src/sys/disk/config-file.js';

function linesIn(text: string): Record<string, number> {
  const read = parseConfigText('f', text);
  return Object.fromEntries((read.kind === 'table' ? read : read.rest)?.lines() ?? []);
}

test.each([
  ['plain', '# x\n\na = 1\nb = 2', {a: 3, b: 4}],
  ['quoted', '"a" = 1\n\'b c\' = 2', {a: 1, 'b c': 2}],
  ['dotted', 'a.b = 1\na . c = 2', {a: 1}],
  ['in a text of several lines', 'a = """\nb = 1\n"""\nb = 2', {a: 1, b: 4}],
  ['in a list of several lines', 'a = [\n  "b = 1",\n]\nb = 2', {a: 1, b: 4}],
  ['in a comment', '# a = 1\na = 2 # b = 3\nb = 4', {a: 2, b: 3}],
  ['in a table', 'a = 1\n[t]\na = 2\nb = 3\n[t.u]\nc = 1', {a: 1, t: 2}],
  ['in an array of tables', '[[t]]\na = 1\n[[t]]\na = 2', {t: 1}],
  ['with CRLF and a mark of the byte order', '\uFEFFa = 1\r\n\r\nb = 2\r\n', {a: 1, b: 3}],
])('%s', (_, text, lines) => expect(linesIn(text)).toEqual(lines));

test('any keys in any order stand where they were written', () => {
  const line = fc.oneof(
    fc.constantFrom('', '# c', '  '),
    fc.nat(99).map((n) => `k${n} = ${n}`),
    fc.nat(99).map((n) => `"k${n}" = """\nk${n + 100} = 1\n"""`),
  );
  fc.assert(
    fc.property(fc.array(line, {maxLength: 20}), (all) => {
      const names = all.map((each) => /^"?(k\d+)/.exec(each)?.[1]);
      const statements = all.filter((_, i) => !names[i] || names.indexOf(names[i]) === i);
      let at = 1;
      const expected: Record<string, number> = {};
      for (const each of statements) {
        const name = /^"?(k\d+)/.exec(each)?.[1];
        if (name !== undefined) expected[name] = at;
        at += each.split('\n').length;
      }
      expect(linesIn(statements.join('\n'))).toEqual(expected);
    }),
  );
});

const whereIn = (text: string): string[] => {
  const read = parseConfigText('f', text);
  return read.kind === 'problems' ? read.problems.map(({where}) => where) : [];
};

test('every bad line is reported, and the others are read', () => {
  const text = 'a = 1\nb c = 2\nd = 3\nd = 4\ne =\nf = 5\n';
  expect(whereIn(text).map((where) => where.split(':')[1])).toEqual(['2', '4', '5']);
  const read = parseConfigText('f', text);
  expect(read).toMatchObject({kind: 'problems', rest: {table: {a: 1, d: 3, f: 5}}});
});

test.each(['a = [\n1\nb = 2\n', 'a = """\nb = 2', 'a = {b = 1\nc = 2', '[t\na = 1'])(
  'where one mistake makes others only the first is reported: %j',
  (text) => {
    expect(whereIn(text)).toHaveLength(1);
    expect(parseConfigText('f', text)).toMatchObject({rest: undefined});
  },
);

test('twenty of very many bad lines are reported', () => {
  expect(whereIn('x y\n'.repeat(10_000))).toHaveLength(20);
});

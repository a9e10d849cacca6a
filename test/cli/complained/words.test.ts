import {describe, expect, test} from '@jest/globals';
import {complainedWord, wrongInComplained} from '../../../src/cli/complained/words.js';

const wrong = (
  word: 'message' | 'maildir' | 'headers',
  files: string[],
  options: Parameters<typeof wrongInComplained>[2] = {},
): string => wrongInComplained(word, files, options).join('; ');

test('words of other parts of complain are left to them', () => {
  expect(['message', 'maildir', 'headers'].map(complainedWord)).not.toContain(undefined);
  expect([undefined, 'as-owner', 'show', 'toString'].map(complainedWord)).toEqual(
    Array(4).fill(undefined),
  );
});

describe('good words', () => {
  test.each([
    ['message', ['a', 'b', '-'], {as: 'mx', log: '/l'}],
    ['headers', ['-'], {}],
    ['maildir', ['/home/alice/Maildir'], {virus: 'Win.*,X', since: '2d', move: true}],
  ] as const)('%s', (word, files, options) => {
    expect(wrongInComplained(word, files, options)).toEqual([]);
  });
});

describe('all bad words are reported at once, each with what is expected', () => {
  test.each([
    ['message', [], {}, '0 operands'],
    ['headers', ['a', 'b'], {}, '2 operands'],
    ['maildir', ['Maildir'], {}, 'begins with /'],
    ['message', ['a'], {move: true}, 'expected `complain maildir`'],
    ['maildir', ['/m'], {virus: true}, '--virus'],
    ['maildir', ['/m'], {virus: 'a b'}, 'names as clamd writes them'],
    ['maildir', ['/m'], {since: '8d'}, '--since'],
    ['maildir', ['/m'], {since: true}, 'no time'],
    ['message', ['a'], {as: true, log: true}, '--log: no value'],
  ] as const)('%s %j %j', (word, files, options, said) => {
    expect(wrong(word, [...files], options)).toContain(said);
  });
});

/** Why a client was blocked, in words; and names that want to look like something else. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  barsText,
  becauseInShort,
  becauseText,
  namesText,
  nameText,
  scoreText,
} from '../../src/judge/because-text.js';
import {because} from './samples.js';
import {anyCharacter} from '../support/any-text.js';

describe('becauseText', () => {
  test.each([
    [
      {},
      '10 names that never took mail here in 1s (anna.berg, anna.dahl, +8), none delivered, score 10.0 of 10, proof kernel',
    ],
    [
      {rule: 'silence', score: 4, bar: 4, counts: {unknownRecipient: 4}, seconds: 5400, names: []},
      '4 names that never took mail here in 90m, none delivered, score 4.0 of 4 for a stranger of an hour or more, proof kernel',
    ],
    [
      {rule: 'wave', score: 2, bar: 2, counts: {unknownRecipient: 2}, seconds: 700, wave: 'on'},
      '2 names that never took mail here in 11m (anna.berg, anna.dahl), none delivered, score 2.0 of 2 for a newcomer during a wave, proof kernel',
    ],
    [
      {
        rule: 'network',
        score: 1,
        bar: 1,
        counts: {unknownRecipient: 1},
        seconds: 0,
        names: ['<x>'],
      },
      '1 name that never took mail here (x), none delivered, score 1.0 of 1 for a stranger from a network of guessers, proof kernel',
    ],
    [
      {rule: 'neighbours', score: 8, bar: 8, counts: {}, seconds: 0, members: 5},
      'unknown names by 5 clients of it (anna.berg, anna.dahl), score 8.0 of 8 for a network, proof kernel',
    ],
    [
      {rule: 'neighbours', score: 8, bar: 8, counts: {}, members: 1, names: [], proof: undefined},
      'unknown names by 1 client of it, score 8.0 of 8 for a network',
    ],
    [
      {
        counts: {unknownRecipient: 25, vrfyProbe: 1, smtpAttack: 2},
        ...{stale: 3, delivered: 64, deliveredDays: 9, proof: undefined},
      },
      '25 names that never took mail here, 1 name asked for with VRFY or EXPN, 2 floods of one command, 3 names of former users or of another host in 1s (anna.berg, anna.dahl, +27), delivered to 64 recipients on 9 days, score 10.0 of 10',
    ],
    [
      {counts: {bogusCommand: 2}, names: [], delivered: 1, deliveredDays: 1},
      '2 commands of a worm in 1s, delivered to 1 recipient on 1 day, score 10.0 of 10, proof kernel',
    ],
    [
      {counts: {sign_of_a_later_version: 3}, names: []},
      'nothing in 1s, none delivered, score 10.0 of 10, proof kernel',
    ],
  ] as const)('%j', (changes, expected) => {
    expect(becauseText({...because, ...changes})).toBe(expected);
  });

  test('in short it has no names', () => {
    expect(becauseInShort(because)).toBe(
      '10 names that never took mail here in 1s, score 10.0 of 10',
    );
  });

  test('property: hostile names stay one piece of a line, of bounded length', () => {
    const hostile = fc.string({unit: anyCharacter, maxLength: 400});
    fc.assert(
      fc.property(fc.array(hostile, {maxLength: 20}), (names) => {
        const text = becauseText({...because, names});
        expect(text).toMatch(/^[\x20-\x7e]{1,200}$/);
        // One pair of brackets at most, and it is ours.
        expect(text.match(/[()]/g)?.length ?? 0).toBe(names.length === 0 ? 0 : 2);
      }),
    );
  });
});

describe('nameText', () => {
  test.each([
    ['<anna.berg@example.net>', 'anna.berg'],
    ['<<anna@example.net>>', 'anna'],
    ['anna+lists@example.net', 'anna+lists'],
    ['<anna>', 'anna'],
    ['', '-'],
    ['<>', '-'],
    ['<@relay.example.net:anna@example.net>', '-'],
    ['<a b@example.net>', 'a?b'],
    ['<"a, none delivered, score 0.0 of 10"@example.net>', '?a??none?delivered??s...'.slice(0, 24)],
    ['<a\n6ALD: <x@example.net>... User unknown', 'a?6ALD???x'],
    ['<a\u001B[2J\u001B]0;x\u0007@example.net>', 'a??2J??0?x?'],
    ['<a\u009B31m@example.net>', 'a?31m'],
    ['<a\u202Egnp.exe@example.net>', 'a?gnp.exe'],
    ['<\u00FCber@example.net>', '?ber'],
    ['<a`id`$(id)@example.net>', 'a?id?$?id?'],
    ['<abcdefghijklmnopqrstuvwx@example.net>', 'abcdefghijklmnopqrstuvwx'],
    ['<abcdefghijklmnopqrstuvwxy@example.net>', 'abcdefghijklmnopqrstu...'],
    [`<${'x'.repeat(10_240)}@example.net>`, `${'x'.repeat(21)}...`],
    ['<'.repeat(10_240), '-'],
  ])('%j is %j', (hostile, expected) => expect(nameText(hostile)).toBe(expected));
});

test('namesText() gives the last ones, and the number of the others', () => {
  expect(namesText([], 2)).toBe('');
  expect(namesText([], 2, 8)).toBe('');
  expect(namesText(['a'], 2)).toBe('a');
  expect(namesText(['a', 'b', 'c'], 2)).toBe('b, c, +1');
  expect(namesText(['a', 'b', 'c'], 2, 50)).toBe('b, c, +48');
  // Of fewer than are named there are as many as are named.
  expect(namesText(['a', 'b'], 2, 1)).toBe('a, b');
});

test('scoreText() does not round up to a bar that was not met', () => {
  expect(scoreText(9.99)).toBe('9.9');
  expect(scoreText(10 - 1e-12)).toBe('10.0');
  expect(scoreText(-2.29)).toBe('-2.3');
  expect(scoreText(0)).toBe('0.0');
});

test('barsText() begins with the bar that is met first', () => {
  expect(
    barsText([
      {rule: 'row', names: 10, blockSeconds: 3600},
      {rule: 'wave', names: 2, blockSeconds: 86_400},
    ]),
  ).toBe('2 for a newcomer during a wave (for 1d), 10 (for 1h)');
});

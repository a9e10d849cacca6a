/** What is wrong with the words of `queue`: each thing in a line, with what was expected. */
import {describe, expect, test} from '@jest/globals';
import {type QueueOptions, queue, wrongInQueue} from '../../../src/cli/queue/words.js';

const wrong: readonly (readonly [readonly string[], QueueOptions, string])[] = [
  [[], {limit: '0'}, '--limit'],
  [[], {limit: true}, '--limit'],
  [[], {watch: '0s'}, '--watch'],
  [[], {full: true, count: true}, '--full and --count'],
  [[], {yes: true}, '--yes'],
  [[], {reason: true}, '--reason'],
  [[], {from: ''}, '--from'],
  [[], {from: true}, '--from'],
  [[], {uid: '../etc'}, '--uid'],
  [[], {header: 'Subject'}, '--header'],
  [[], {older: 'soon'}, '--older'],
  [['../../etc'], {}, '../../etc'],
  [['-qI1'], {}, '-qI1'],
  [['hold'], {}, 'which messages?'],
  [['release'], {}, 'which messages?'],
  [['hold'], {uid: '33', full: true}, 'queue hold'],
  [['hold'], {uid: '33', reason: ' '}, '--reason'],
];

describe('are refused', () => {
  test.each(wrong)('%j %j', (operands, options, where) => {
    const problems = wrongInQueue(operands, options);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(where);
  });
});

test.each([
  [['hold'], {}],
  [[], {count: true}],
] as const)('the name of no user is refused: %j', async (operands, options) => {
  const said: string[] = [];
  const output = {
    print: (text: string) => void said.push(text),
    complain: (text: string) => void said.push(text),
  };
  const signals = {onStop: () => undefined, onReload: () => undefined};
  const code = await queue(operands, {...options, uid: 'wwwdata'}, 'text', {signals, output});
  expect([code, said]).toEqual([
    64,
    ['--uid: "wwwdata": no such user here: expected the number or the name of a user'],
  ]);
});

test('are good', () => {
  expect(wrongInQueue([], {})).toEqual([]);
  expect(wrongInQueue(['6ATFIh0Y000204'], {full: true, watch: true, limit: '5'})).toEqual([]);
  expect(wrongInQueue(['hold'], {uid: '33', reason: 'spam', yes: true})).toEqual([]);
  expect(wrongInQueue(['release'], {reason: 'blocksmtp: *'})).toEqual([]);
  expect(wrongInQueue([], {reason: 'x'})).toEqual([]);
  expect(wrongInQueue(['release', '6ATFIh0Y000204'], {})).toEqual([]);
});

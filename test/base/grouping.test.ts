import {expect, test} from '@jest/globals';
import {inTurns} from '../../src/base/grouping.js';

test('in turns the first of each group comes before the second of any', () => {
  expect([...inTurns([['a1', 'a2', 'a3'], [], ['b1'], ['c1', 'c2']])]).toEqual([
    ...['a1', 'b1', 'c1'],
    ...['a2', 'c2'],
    'a3',
  ]);
});

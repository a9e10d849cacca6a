/** A count and its word. */
import {expect, test} from '@jest/globals';
import {countText} from '../../src/base/count.js';

test.each([
  [0, '0 blocks'],
  [1, '1 block'],
  [2, '2 blocks'],
])('%j', (count, expected) => {
  expect(countText(count, 'block')).toBe(expected);
});

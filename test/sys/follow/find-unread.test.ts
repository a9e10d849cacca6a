/** How many older files are searched for a place: a log that was cut has no place in any of them. */
import {describe, expect, test} from '@jest/globals';
import {mostSearchedBytes, within} from '../../../src/sys/follow/find-unread.js';

const plain = (name: string) => ({name, packing: 'none'}) as const;
const packed = (name: string, packing: 'gzip' | 'program' = 'gzip') => ({name, packing}) as const;
const older = [packed('5', 'program'), packed('4'), packed('3'), packed('2'), plain('1')];
const names = (offset: number): string[] => within(older, offset).map(({name}) => name);

describe('older files in the search for a place', () => {
  test.each([
    ['near the start of the log: all of them', 1, ['1', '2', '3', '4', '5']],
    ['as far as the bound for two of them', mostSearchedBytes / 2, ['1', '2', '3']],
    ['a byte further', mostSearchedBytes / 2 + 1, ['1', '2']],
    ['beyond the bound: one packed file all the same', 10 * mostSearchedBytes, ['1', '2']],
  ])('a place %s', (_, offset, expected) => {
    expect(names(offset)).toEqual(expected);
  });

  test('the bound is 256 MB', () => {
    expect(mostSearchedBytes).toBe(268_435_456);
  });
});

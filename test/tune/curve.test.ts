/** The operating curve: a point for each threshold that was tried, in order. */
import {expect, test} from '@jest/globals';
import {judged, today} from './judged.js';
import {operatingCurve} from '../../src/tune/curve.js';

test('a point for each threshold, from the tightest on; times of blocks are none', () => {
  const brief = judged({changes: 'blockTime', blockTime: 900, is: 'looser'});
  const curve = operatingCurve([
    judged({threshold: 14, is: 'looser'}),
    today,
    brief,
    judged({threshold: 4}),
  ]);
  expect(curve.today).toBe(10);
  expect(curve.points.map(({threshold}) => threshold)).toEqual([4, 10, 14]);
  expect(curve.points[1]).toEqual({threshold: 10, ...today.whole});
});

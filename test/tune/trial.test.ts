/** What is tried beside today's settings: one at a time, within the bounds of the settings, and not many. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {settings} from '../../src/config/schema.js';
import {mostTrials, trialsAround} from '../../src/tune/trial.js';

const usual = {threshold: 10, blockTime: 3600, blockTimeMax: 345_600};

test('the usual settings have these trials, and no more than the bound', () => {
  const trials = trialsAround(usual);
  const thresholds = trials.filter(({changes}) => changes !== 'blockTime');
  expect(thresholds.map(({threshold, is}) => `${threshold} ${is}`)).toEqual([
    ...['4 tighter', '5 tighter', '7 tighter', '10 today'],
    ...['14 looser', '20 looser', '28 looser'],
  ]);
  const times = trials.filter(({changes}) => changes === 'blockTime');
  expect(times.map(({blockTime, is}) => `${blockTime} ${is}`)).toEqual([
    '900 looser',
    '14400 tighter',
  ]);
  expect([trials.length, mostTrials]).toEqual([9, 9]);
});

test('each trial is a good setting, differs from today in one, and today is tried once', () => {
  const times = fc.integer({min: 1, max: 365 * 86_400});
  const today = fc.record({
    threshold: fc.integer({min: 2, max: 1000}),
    blockTime: times,
    longer: fc.nat(86_400),
  });
  fc.assert(
    fc.property(today, ({threshold, blockTime, longer}) => {
      const trials = trialsAround({threshold, blockTime, blockTimeMax: blockTime + longer});
      expect(trials.length).toBeLessThanOrEqual(mostTrials);
      expect(trials.filter(({is}) => is === 'today')).toEqual([
        {threshold, blockTime, changes: 'nothing', is: 'today'},
      ]);
      for (const trial of trials) {
        expect(settings.threshold.kind.read(trial.threshold)).toMatchObject({ok: true});
        expect(trial.blockTime).toBeLessThanOrEqual(blockTime + longer);
        const differing = [trial.threshold !== threshold, trial.blockTime !== blockTime];
        const expected = {nothing: [false, false], threshold: [true, false]};
        expect(differing).toEqual(
          trial.changes === 'blockTime' ? [false, true] : expected[trial.changes],
        );
      }
    }),
  );
});

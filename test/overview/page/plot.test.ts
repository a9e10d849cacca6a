/** Plots show what the values say: ticks that people read, columns as high as their sums, a name for who cannot see. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {labelled, plotMarkup, ticksTo} from '../../../src/overview/page/plot.js';

test('ticks begin with 0, rise evenly, are whole, and reach the highest value', () => {
  fc.assert(
    fc.property(fc.nat(1e9), (most) => {
      const ticks = ticksTo(most);
      const step = ticks[1]!;
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
      expect(ticks.every((tick, at) => tick === at * step && Number.isInteger(tick))).toBe(true);
    }),
  );
  expect(ticksTo(220)).toEqual([0, 100, 200, 300]);
});

test('labels do not run into each other', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 2200}), (hours) => {
      const times = Array.from({length: hours}, (_, at) => at * 3_600_000);
      expect(labelled(times).length).toBeLessThanOrEqual(7);
      expect(labelled(times).length).toBeGreaterThanOrEqual(Math.min(1, hours));
    }),
  );
});

const heights = (markup: string): number[] =>
  [...markup.matchAll(/<rect [^>]*height="([\d.]+)"/g)].map(([, text]) => Number(text));

test('a column is as high as its value, and nothing has no column', () => {
  const {markup} = plotMarkup(
    {
      ...{kind: 'columns', title: 'T', unit: 'names', times: [0, 3_600_000, 7_200_000]},
      series: [
        {name: 'a', values: [100, 0, 50]},
        {name: 'b', values: [0, 0, 50]},
      ],
    },
    'x',
  );
  const [first, ...others] = heights(markup);
  expect(others).toEqual([first! / 2, first! / 2]);
  expect(markup).toContain('role="img" aria-labelledby="x-plot-title x-plot-text"');
  expect(markup).toContain('a: 150 names in all, 100 at most; b: 50 names in all, 50 at most.');
});

test('a plot of lines marks the present value, also between two given values', () => {
  const plot = (mark: number) =>
    plotMarkup(
      {
        ...{kind: 'lines', title: 'T', unit: 'blocks', axis: 'threshold', at: [10, 12, 20], mark},
        series: [{name: 'a', values: [3, 2, 1]}],
      },
      'x',
    ).markup;
  const markOf = (markup: string): number =>
    Number(/class="mark" x1="([\d.]+)"/.exec(markup)?.[1] ?? NaN);
  expect(markOf(plot(11))).toBeGreaterThan(markOf(plot(10)));
  expect(markOf(plot(11))).toBeLessThan(markOf(plot(12)));
  expect(markOf(plot(30))).toBeNaN();
});

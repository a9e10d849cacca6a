/**
 * Draws plots as SVG. A plotting library was refused: it is larger than the two forms that are needed, and the page runs
 * no script. The style sheet of the page (`style.ts`) has the colours, light and dark. For a screen reader a plot is one
 * picture; the table below it has its values.
 */
import type {Plot, Series} from '../section.js';
import {minuteText, numberText} from '../section-text.js';
import {element, type Markup} from './markup.js';

/** Sizes of the picture in its own units. The page scales it. */
const size = {width: 720, height: 240, left: 56, right: 12, top: 12, bottom: 40};
const inner = {
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
};
const floor = size.top + inner.height;

/** @param id of the section; an id occurs once in a page */
export function plotMarkup(plot: Plot, id: string): Markup {
  const [title, desc] = [`${id}-plot-title`, `${id}-plot-text`];
  const drawn = plot.kind === 'columns' ? columns(plot) : lines(plot);
  return element(
    'figure',
    {},
    element('figcaption', {}, `${plot.title} (${plot.unit})`),
    plot.series.length > 1 ? legend(plot.series) : [],
    element(
      'svg',
      {
        viewBox: `0 0 ${size.width} ${size.height}`,
        role: 'img',
        'aria-labelledby': `${title} ${desc}`,
      },
      element('title', {id: title}, plot.title),
      element('desc', {id: desc}, description(plot)),
      drawn,
    ),
  );
}

const legend = (series: readonly Series[]): Markup =>
  element(
    'ul',
    {class: 'legend'},
    series.map(({name}, at) => element('li', {class: `key s${at}`}, name)),
  );

function description({series, unit}: Plot): string {
  const parts = series.map(({name, values}) => {
    const most = Math.max(0, ...values);
    const sum = values.reduce((all, value) => all + value, 0);
    return `${name}: ${numberText(sum)} ${unit} in all, ${numberText(most)} at most`;
  });
  return `${parts.join('; ')}. The table below has the values.`;
}

/** Ticks that people read easily: 1, 2 or 5 with zeros. There are three or four up to the highest value. */
export function ticksTo(most: number): number[] {
  const rough = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough)!,
  );
  const count = Math.max(1, Math.ceil(Math.max(1, most) / step));
  return Array.from({length: count + 1}, (_, at) => at * step);
}

const round = (value: number): number => Math.round(value * 10) / 10;

interface Scale {
  readonly yOf: (value: number) => number;
  readonly grid: readonly Markup[];
}

function scaleTo(most: number): Scale {
  const ticks = ticksTo(most);
  const top = ticks.at(-1)!;
  const yOf = (value: number): number => round(floor - (value / top) * inner.height);
  const grid = ticks.flatMap((tick) => [
    element('line', {
      class: tick === 0 ? 'axis' : 'grid',
      ...{x1: size.left, x2: size.width - size.right, y1: yOf(tick), y2: yOf(tick)},
    }),
    element('text', {x: size.left - 6, y: yOf(tick) + 4, 'text-anchor': 'end'}, numberText(tick)),
  ]);
  return {yOf, grid};
}

/** At most so many labels below the axis. A count: more would overlap on a phone. */
const mostLabels = 7;

/** Labels go to the beginnings of days if there are several days, but not too many. */
export function labelled(times: readonly number[]): number[] {
  const all = times.map((_, at) => at);
  const days = all.filter((at) => minuteText(times[at] ?? 0).endsWith(' 00:00'));
  const among = days.length > 1 ? days : all;
  const every = Math.max(1, Math.ceil(among.length / mostLabels));
  return among.filter((_, at) => at % every === 0);
}

function columns({times, series}: Extract<Plot, {kind: 'columns'}>): Markup[] {
  const sums = times.map((_, at) => series.reduce((sum, {values}) => sum + (values[at] ?? 0), 0));
  const {yOf, grid} = scaleTo(Math.max(...sums, 0));
  const width = inner.width / Math.max(1, times.length);
  const gap = width > 6 ? 1 : 0;
  const bars = times.flatMap((_, at) => {
    let below = 0;
    return series.flatMap(({values}, which) => {
      const value = values[at] ?? 0;
      if (value === 0) return [];
      const [bottom, top] = [yOf(below), yOf(below + value)];
      below += value;
      const x = round(size.left + at * width);
      const height = Math.max(0.5, round(bottom - top));
      return [element('rect', {class: `s${which}`, x, y: top, width: round(width - gap), height})];
    });
  });
  const labels = labelled(times).flatMap((at) => {
    const x = round(size.left + at * width);
    const [day = '', time = ''] = minuteText(times[at] ?? 0).split(' ');
    return [
      element('line', {class: 'axis', x1: x, x2: x, y1: floor, y2: floor + 4}),
      element('text', {x, y: floor + 17}, day.slice(5)),
      time === '00:00' ? [] : element('text', {x, y: floor + 32}, time),
    ];
  });
  return [...grid, ...bars, ...labels.flat()];
}

function lines({at, axis, mark, series}: Extract<Plot, {kind: 'lines'}>): Markup[] {
  const {yOf, grid} = scaleTo(Math.max(0, ...series.flatMap(({values}) => values)));
  const step = inner.width / Math.max(1, at.length - 1);
  const xOf = (place: number): number => round(size.left + place * step);
  const paths = series.map(({values}, which) => {
    const points = values.map((value, place) => `${xOf(place)},${yOf(value)}`);
    return element('path', {class: `line s${which}`, d: `M${points.join('L')}`});
  });
  const dots = series.flatMap(({values}, which) =>
    values.map((value, place) =>
      element('circle', {class: `s${which}`, cx: xOf(place), cy: yOf(value), r: 3}),
    ),
  );
  const labels = at.map((value, place) =>
    element('text', {x: xOf(place), y: floor + 17, 'text-anchor': 'middle'}, String(value)),
  );
  const middle = {x: size.left + inner.width / 2, y: floor + 34, 'text-anchor': 'middle'};
  return [
    ...grid,
    ...markAt(placeOf(mark, at), xOf),
    ...[...paths, ...dots, ...labels],
    element('text', middle, axis),
  ];
}

/** The position of a value among those of the plot; undefined if it is outside of them. */
function placeOf(value: number, at: readonly number[]): number | undefined {
  const next = at.findIndex((each) => each >= value);
  if (next < 0) return undefined;
  const [above, below] = [at[next]!, at[next - 1] ?? at[next]!];
  return above === value || above === below ? next : next - (above - value) / (above - below);
}

function markAt(place: number | undefined, xOf: (place: number) => number): Markup[] {
  if (place === undefined) return [];
  const x = xOf(place);
  const isRight = x > size.left + inner.width / 2;
  return [
    element('line', {class: 'mark', x1: x, x2: x, y1: size.top, y2: floor}),
    element(
      'text',
      {x: isRight ? x - 6 : x + 6, y: size.top + 10, 'text-anchor': isRight ? 'end' : 'start'},
      'now',
    ),
  ];
}

/** The report as text and as a digest: each part is there, without data it says so, and foreign text is text. */
import {describe, expect, test} from '@jest/globals';
import {sectionsOf} from '../../src/overview/sections.js';
import {digestText, overviewText} from '../../src/overview/text.js';
import {localTime} from '../../src/base/time-text.js';
import {emptyOverview, hostile, overviewWith, untilMs} from './samples.js';

const parts = [
  'Summary',
  'Likely false positives',
  'Guesses, blocks and spared over time',
  'Blocks, and answers that guessers got',
  'Offenders',
  'Networks of offenders',
  'What each threshold would have done',
  'Outgoing mail',
  'Complaints',
];

test('the likely false positives stand behind the summary, then the rest', () => {
  expect(sectionsOf(overviewWith('x')).map(({title}) => title)).toEqual(parts);
  const text = overviewText(overviewWith('anna.berg'));
  const places = parts.map((part) => text.indexOf(`${part.toUpperCase()}\n`));
  expect(places.every((at, i) => at > (places[i - 1] ?? -1))).toBe(true);
  expect(text).toMatch(/^192\.0\.2\.200 +you unblocked it .*mail to 12 recipients on 3 days/m);
  expect(text).toMatch(/^203\.0\.113\.7 +3 times +21 /m);
  expect(text).toContain('56 more rows.');
  expect(text).toMatch(/^10 \(now\) +50 +1 +200$/m);
  expect(text).not.toMatch(/^12 +48/m);
  // Not what no configuration may say.
  expect(text).toMatch(/^2 +58 /m);
  expect(text).not.toMatch(/^1 +59 /m);
  expect(text).toContain('4,711 connections');
});

test('the summary names the zone of its times', () => {
  const zone = localTime(untilMs).slice(-6);
  expect(overviewText(overviewWith('x'))).toMatch(
    /^From [-\d]{10} [:\d]{5} to [-\d]{10} [:\d]{5} \(local time, [-+:\d]{6}\), from /m,
  );
  expect(overviewText(overviewWith('x'))).toContain(`(local time, ${zone})`);
});

test('a figure that is counted by whole days says since when', () => {
  const made = overviewWith('x');
  expect(overviewText(made)).toMatch(/^Of whole days by UTC, so since 2026-11-/m);
  const fromMs = Date.UTC(2026, 10, 20);
  expect(overviewText({...made, fromMs})).not.toContain('Of whole days');
});

test('where counting began later than the report does, the summary says so', () => {
  const made = overviewWith('x');
  expect(overviewText({...made, countedFromMs: made.fromMs + 7_200_000})).toMatch(
    /^The counts begin [-\d]{10} [:\d]{5}; clients that were blocked are those since /m,
  );
  expect(overviewText(made)).not.toContain('The counts begin');
});

test('without data each part has one line and no table', () => {
  for (const {title, lines, table, plot} of sectionsOf(emptyOverview)) {
    if (title === 'Summary') continue;
    expect([title, lines.length, table, plot]).toEqual([title, 1, undefined, undefined]);
  }
});

describe('foreign text', () => {
  test('reaches a terminal as printable ASCII', () => {
    expect(overviewText(overviewWith(hostile))).toMatch(/^[\n\x20-\x7e]*$/);
  });

  test('makes no line of its own', () => {
    const lines = (text: string): number => text.split('\n').length;
    expect(lines(overviewText(overviewWith(hostile)))).toBe(lines(overviewText(overviewWith('x'))));
  });
});

describe('digestText', () => {
  test('is short: lines and their length have a bound, and cut parts are named', () => {
    const many = overviewWith('x'.repeat(500));
    const shown = Array.from({length: 50}, () => many.doubtful.shown[0]!);
    const {lines, title} = digestText({...many, doubtful: {all: 500, shown}});
    expect(lines.length).toBeLessThanOrEqual(92);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(160);
    expect(title).toMatch(/^report: 500 likely false positives, 24 blocks since /);
    expect(lines.join('\n')).toContain('490 more rows.');
    expect(lines.indexOf('LIKELY FALSE POSITIVES')).toBeLessThan(8);
    expect(lines.at(-1)).toContain('blocksmtp report --html');
  });

  test('says of an empty time that nothing happened', () => {
    const {title, lines} = digestText(emptyOverview);
    expect(title).toMatch(/^report: 0 blocks since /);
    expect(lines).toContain('Nobody was blocked.');
  });
});

/** Sums of hours: each counts what happened in it; the table has its bound, whatever the clock does. */
import {expect, test} from '@jest/globals';
import {Table} from '../../src/base/mechanisms/table.js';
import {
  emptyHour,
  hourMs,
  hoursBetween,
  HourTally,
  keptMs,
  mostHours,
  type OutcomeHour,
} from '../../src/tally/hours.js';

const hour = 490_000;
const atMs = hour * hourMs + 1;

function make() {
  const table = new Table<OutcomeHour>();
  return {table, tally: new HourTally(table)};
}

test('the events of an hour are summed in its row', () => {
  const {table, tally} = make();
  tally.add('guesses', 1, atMs, atMs);
  tally.add('guesses', 1, atMs + hourMs - 2, atMs + hourMs);
  tally.add('beforeBlocks', 7, atMs, atMs + hourMs);
  tally.add('blocks', 1, atMs + hourMs, atMs + hourMs);
  expect([...table.values()]).toEqual([
    {...emptyHour(hour), guesses: 2, beforeBlocks: 7},
    {...emptyHour(hour + 1), blocks: 1},
  ]);
});

test('hours are kept for 90 days, and no more of them than there are in that time', () => {
  expect([keptMs, mostHours]).toEqual([90 * 86_400_000, 90 * 24 + 2]);
  const {table, tally} = make();
  for (let at = 0; at < mostHours + 50; at++) {
    tally.add('guesses', 1, atMs + at * hourMs, atMs + at * hourMs);
  }
  expect(table.size).toBeLessThanOrEqual(mostHours);
  expect(table.get(String(hour))).toBeUndefined();
  tally.add('guesses', 1, atMs, atMs + 100 * 86_400_000);
  expect(table.get(String(hour))).toBeUndefined();
});

test('a clock that is years behind at a start takes no hour away, and its own go when it is right', () => {
  const {table, tally} = make();
  tally.add('guesses', 5, atMs, atMs);
  tally.add('guesses', 1, hourMs, hourMs);
  tally.add('guesses', 2, atMs + hourMs, atMs + hourMs);
  expect([...table.values()].map((each) => [each.hour - hour, each.guesses])).toEqual([
    [0, 5],
    [1, 2],
  ]);
  for (let at = 0; at < mostHours + 50; at++) tally.add('guesses', 1, at * hourMs, at * hourMs);
  expect(table.size).toBeLessThanOrEqual(mostHours);
});

test('a line that seems to come from the future counts now', () => {
  const {table, tally} = make();
  tally.add('signs', 1, atMs + 9 * hourMs, atMs);
  expect([...table.entries()].map(([key]) => key)).toEqual([String(hour)]);
});

test('the hours of a time, in order', () => {
  const rows = [3, 1, 2].map((at) => emptyHour(hour + at));
  const found = hoursBetween(rows, (hour + 2) * hourMs + 5, (hour + 3) * hourMs);
  expect(found.map((each) => each.hour - hour)).toEqual([2, 3]);
});

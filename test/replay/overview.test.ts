/** The report on a log: of one that is longer than counts are kept, it says since when they count. */
import {expect, test} from '@jest/globals';
import type {Outcome} from '../../src/guard/outcome.js';
import {parseAddress} from '../../src/net/address.js';
import {overviewText} from '../../src/overview/text.js';
import {overviewOfReplay} from '../../src/replay/overview.js';
import {newReplayed} from '../../src/replay/replayed.js';
import {ReplayTally} from '../../src/replay/replay-tally.js';

const dayMs = 86_400_000;
const client = parseAddress('203.0.113.7')!;

const beganMs = Date.UTC(2026, 6, 1);

/** @param strays days of single lines with wrong stamps, each behind so many days */
function reported(days: number, strays: Readonly<Record<number, number>> = {}) {
  const tally = new ReplayTally({threshold: 10, ipv6Prefix: 64});
  for (let day = 0; day < days; day++) {
    const atMs = beganMs + day * dayMs;
    const stray = strays[day];
    for (const ms of stray === undefined ? [atMs] : [beganMs + stray * dayMs, atMs])
      tally.hear({kind: 'delivered', client, sender: 'named', atMs: ms} as unknown as Outcome);
  }
  const replayed = newReplayed(10);
  replayed.limits.beganMs = beganMs;
  const dealings = {blocked: new Map()};
  return overviewOfReplay({replayed, dealings, tally: tally.end()});
}

test('the last 90 days of a log of half a year are counted, and the summary says so', () => {
  const made = reported(180);
  expect(made.sums.delivered).toBe(91);
  expect(made.countedFromMs).toBe(Date.UTC(2026, 6, 1) + 89 * dayMs);
  expect(overviewText(made)).toMatch(/^The counts begin 2026-09-2\d/m);
});

test('all of a shorter log is counted', () => {
  const made = reported(60);
  expect([made.sums.delivered, made.countedFromMs]).toEqual([60, made.fromMs]);
  expect(overviewText(made)).not.toContain('The counts begin');
});

test.each([
  ['the first line', {0: 2000}],
  ['a line', {7: 2000}],
  ['lines of two years', {7: 2000, 8: 3000}],
  ['the last line', {59: 2000}],
])('%s of another year leaves the others as they are', (_, strays) => {
  const made = reported(60, strays);
  expect(made.sums.delivered).toBe(60);
  expect(made.untilMs).toBeLessThan(beganMs + 60 * dayMs);
});

test('one outcome is counted, as are those behind a pause', () => {
  expect(reported(1).sums.delivered).toBe(1);
  const tally = new ReplayTally({threshold: 10, ipv6Prefix: 64});
  for (const day of [0, 0, 9, 9]) {
    const atMs = beganMs + day * dayMs;
    tally.hear({kind: 'delivered', client, sender: 'named', atMs} as unknown as Outcome);
  }
  const hours = [...tally.end().outcomeHours.values()];
  expect(hours.map(({delivered}) => delivered)).toEqual([2, 2]);
});

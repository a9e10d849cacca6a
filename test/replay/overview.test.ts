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

function reported(days: number) {
  const beganMs = Date.UTC(2026, 6, 1);
  const tally = new ReplayTally({threshold: 10, ipv6Prefix: 64});
  for (let day = 0; day < days; day++) {
    const atMs = beganMs + day * dayMs;
    tally.hear({kind: 'delivered', client, sender: 'named', atMs} as unknown as Outcome);
  }
  const replayed = newReplayed(10);
  replayed.limits.beganMs = beganMs;
  const dealings = {blocked: new Map()};
  return overviewOfReplay({replayed, dealings, tally: tally.tables});
}

test('of a log of half a year the last 90 days are counted, and the summary says so', () => {
  const made = reported(180);
  expect(made.sums.delivered).toBe(91);
  expect(made.countedFromMs).toBe(Date.UTC(2026, 6, 1) + 89 * dayMs);
  expect(overviewText(made)).toMatch(/^The counts begin 2026-09-2\d/m);
});

test('of a shorter one all is counted', () => {
  const made = reported(60);
  expect([made.sums.delivered, made.countedFromMs]).toEqual([60, made.fromMs]);
  expect(overviewText(made)).not.toContain('The counts begin');
});

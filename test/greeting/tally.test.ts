/** The counts that come of the gate's reports. */
import {expect, test} from '@jest/globals';
import type {GateReport, GateVisit} from '../../src/greeting/report.js';
import {Tally, waitBounds} from '../../src/greeting/tally.js';

const startMs = Date.UTC(2026, 10, 21, 12);
const visit = (changed: Partial<GateVisit> = {}): GateVisit => ({
  ...{fate: 'handed', client: '203.0.113.7', atMs: startMs, waitedMs: 6004},
  ...changed,
});
const report = (
  visits: readonly GateVisit[] = [],
  changed: Partial<GateReport> = {},
): GateReport => ({
  ...{state: 'takes', port: 2500, waiting: 3, children: 2, stress: 'calm'},
  ...{visits, waiters: [{client: '192.0.2.1', sinceMs: startMs}]},
  ...changed,
});

test('before the first report nothing is known', () => {
  const tally = new Tally();
  expect(tally.gate).toBeUndefined();
  expect(tally.waiting).toEqual({waiting: 0, waiters: []});
  expect(tally.waits.clients).toBe(0);
});

test('a report that comes again counts once', () => {
  const tally = new Tally();
  const visits = [visit({pid: 7}), visit({pid: 8}), visit({fate: 'early', said: 'EHLO x'})];
  expect(tally.take(report(visits), startMs)).toEqual(visits);
  expect(tally.take(report([...visits, visit({fate: 'left'})]), startMs + 5)).toHaveLength(1);
  expect(tally.fates).toEqual({handed: 2, early: 1, left: 1, unwaited: 0, refused: 0});
  expect(tally.gate).toMatchObject({waiting: 3, children: 2, heardMs: startMs + 5});
  expect(tally.waiting).toMatchObject({waiting: 3, heardMs: startMs + 5});
});

test('waits are counted by their length, but not of clients that did not wait', () => {
  const tally = new Tally();
  const ms = [100, 1004, 6004, 6004, 90_000, 500_000];
  const waited = ms.map((waitedMs, pid) => visit({waitedMs, pid}));
  const others = (['unwaited', 'refused'] as const).map((fate) => visit({fate, waitedMs: 0}));
  tally.take(report([...waited, ...others]), startMs);
  const {upTo, seconds, clients} = tally.waits;
  expect(upTo.map((each) => each.seconds)).toEqual([...waitBounds]);
  expect(upTo.map((each) => each.clients)).toEqual([1, 2, 2, 2, 4, 4, 4, 4, 4, 5]);
  expect([seconds, clients]).toEqual([603.112, 6]);
});

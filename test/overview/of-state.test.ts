/** The report of the daemon's memory: who was blocked, what speaks for them, and what stands in its tables. */
import {expect, test} from '@jest/globals';
import {flushReason, type HistoryEntry} from '../../src/blocks/history.js';
import {operatorReason} from '../../src/blocks/block.js';
import {isOverview} from '../../src/control/report-shapes.js';
import {emptyState, type State} from '../../src/guard/state.js';
import type {ClientView} from '../../src/judge/view.js';
import {mostEvents, overviewOfState} from '../../src/overview/of-state.js';
import {overviewText} from '../../src/overview/text.js';
import {emptyHour, hourMs} from '../../src/tally/hours.js';
import {configIn} from '../support/config.js';

const nowMs = Date.UTC(2026, 10, 21, 12);
const fromMs = nowMs - 86_400_000;

function report(
  events: readonly HistoryEntry[],
  views: Readonly<Record<string, Partial<ClientView>>> = {},
  state: State = emptyState('unsaved'),
  sinceMs = fromMs,
) {
  return overviewOfState(
    {
      ...{config: configIn('/tmp'), state, due: 0},
      judged: {
        client: ({text}) => views[text] as ClientView | undefined,
        crowd: () => {
          throw new Error('not asked');
        },
      },
      events: (sinceMs, most) => events.filter(({atMs}) => atMs >= sinceMs).slice(0, most),
      mailSenders: () => [],
    },
    sinceMs,
    nowMs,
  );
}

const event = (
  network: string,
  agoMs: number,
  kind: HistoryEntry['event'] = 'blocked',
  reason = '10 names',
): HistoryEntry => ({atMs: nowMs - agoMs, network, event: kind, reason});

test('blocks are summed by client, and what the operator blocked is no offender', () => {
  const {offenders, networks} = report([
    event('203.0.113.7', 100, 'blocked', 'latest'),
    event('203.0.113.7', 200, 'ended', 'ended'),
    event('203.0.113.7', 300),
    event('203.0.113.9', 400),
    event('198.51.100.1', 500, 'blocked', operatorReason),
    event('2001:db8:1:2::/64', 600),
    event('2001:db8:1:3::/64', 700),
    event('203.0.113.7', 90_000_000),
  ]);
  expect(offenders.all).toBe(4);
  expect(offenders.shown[0]).toEqual({
    ...{network: '203.0.113.7', blocks: 2, firstMs: nowMs - 300, lastMs: nowMs - 100},
    ...{untilMs: null, answers: null, reason: 'latest'},
  });
  expect(networks.shown).toEqual([
    {network: '203.0.113.0/24', clients: 2, blocks: 3},
    {network: '2001:db8:1::/48', clients: 2, blocks: 2},
  ]);
});

test('signs for the blocked: a person first, then mail since, then a record; a stranger is left out', () => {
  const mail = {delivered: 9, deliveredDays: 3, friend: 'no'} as const;
  const {doubtful} = report(
    [
      event('192.0.2.4', 50, 'unblocked', 'operator'),
      event('192.0.2.4', 100),
      event('192.0.2.5', 100, 'unblocked', 'replaced'),
      ...['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.5'].map((text) => event(text, 1000)),
    ],
    {
      '192.0.2.1': {...mail, standing: 'record', deliveredMs: nowMs - 5000},
      '192.0.2.2': {...mail, standing: 'stranger', delivered: 1, deliveredMs: nowMs - 10},
      '192.0.2.3': {...mail, standing: 'stranger', delivered: 1, deliveredMs: nowMs - 5000},
    },
  );
  expect(doubtful.shown.map(({network}) => network)).toEqual([
    '192.0.2.4',
    '192.0.2.2',
    '192.0.2.1',
  ]);
  expect(doubtful.shown[0]!.doubts).toEqual([{kind: 'lifted', by: 'operator', atMs: nowMs - 50}]);
});

test('a flush does not say that anybody was blocked wrongly', () => {
  const {doubtful, offenders} = report([
    event('192.0.2.4', 50, 'unblocked', flushReason),
    event('192.0.2.4', 100),
  ]);
  expect([doubtful.all, offenders.all]).toEqual([0, 1]);
});

test('an operator who lifts a block that a person made says nothing of those that evidence made', () => {
  const byHand = [
    event('192.0.2.4', 50, 'unblocked', 'operator'),
    event('192.0.2.4', 60, 'blocked', operatorReason),
  ];
  expect(report([...byHand, event('192.0.2.4', 100)]).doubtful.all).toBe(0);
  const both = [
    ...byHand,
    event('192.0.2.4', 90, 'unblocked', 'operator'),
    event('192.0.2.4', 100),
  ];
  expect(report(both).doubtful.shown[0]?.doubts).toEqual([
    {kind: 'lifted', by: 'operator', atMs: nowMs - 90},
  ]);
});

test('the hours of the time have no gap, and a program can read the report', () => {
  const state = emptyState('unsaved');
  const hour = Math.floor(nowMs / hourMs) - 2;
  state.outcomeHours.set('a', {...emptyHour(hour), guesses: 5, blocks: 1});
  const made = report([], {}, state);
  expect(made.times.rows).toHaveLength(25);
  expect(made.times.rows[22]).toMatchObject({atMs: hour * hourMs, guesses: 5});
  expect(made.sums.guesses).toBe(5);
  expect(isOverview(JSON.parse(JSON.stringify(made)))).toBe(true);
  expect(isOverview({...made, doubtful: {all: 1, shown: [{}]}})).toBe(false);
});

test('counts and clients are of the same time: both begin with an hour', () => {
  const state = emptyState('unsaved');
  const hour = Math.floor(nowMs / hourMs) - 2;
  state.outcomeHours.set('a', {...emptyHour(hour), blocks: 1});
  const sinceMs = hour * hourMs + 1_800_000;
  const made = report([event('203.0.113.7', nowMs - sinceMs + 1000)], {}, state, sinceMs);
  expect([made.sums.blocks, made.offenders.all, made.fromMs]).toEqual([1, 1, hour * hourMs]);
});

test('the report of an empty state says so', () => {
  const made = report([]);
  expect(isOverview(JSON.parse(JSON.stringify(made)))).toBe(true);
  expect(overviewText(made)).toContain('Nothing was counted yet.');
});

test('the newest events are counted, as many as the bound, and the report says since when', () => {
  expect(mostEvents).toBe(10_000);
  const many = Array.from({length: mostEvents + 10}, (_, at) => event(`192.0.2.${at % 200}`, at));
  const {offenders, blocksFromMs} = report(many);
  const sum = offenders.shown.reduce((all, {blocks}) => all + blocks, 0);
  expect(sum).toBeLessThanOrEqual(mostEvents);
  expect(blocksFromMs).toBe(nowMs - mostEvents + 1);
  expect(report([event('192.0.2.1', 5)]).blocksFromMs).toBe(fromMs);
});

import {expect, test} from '@jest/globals';
import {type GateVisit, mostVisits, mostWaiters} from '../../../src/greeting/report.js';
import {isGateReport, longestSaid} from '../../../src/greeting/report-shape.js';
import {mostUnsent, Outbox, reportOf} from '../../../src/greeting/waiting/outbox.js';
import {WaitingRoom} from '../../../src/greeting/waiting/room.js';
import {parseAddress} from '../../../src/net/address.js';

const visit = (atMs: number): GateVisit => ({
  fate: 'early',
  client: '2001:db8:1111:2222:3333:4444:5555:6666',
  atMs,
  waitedMs: 90_000,
  pid: 4_194_304,
  said: '"'.repeat(longestSaid),
});

test('reports that no daemon takes are kept up to a bound, and dropped ones are counted once', () => {
  const outbox = new Outbox();
  for (let i = 0; i < mostUnsent + 7; i++) outbox.add(visit(i));
  expect([outbox.unsent, outbox.takeDropped(), outbox.takeDropped()]).toEqual([mostUnsent, 7, 0]);
  expect(outbox.next().map(({atMs}) => atMs)).toEqual(
    Array.from({length: mostVisits}, (_, i) => i + 7),
  );
});

test('reports that the daemon has are forgotten, also when the bound has dropped some meanwhile', () => {
  const outbox = new Outbox();
  for (let i = 0; i < mostUnsent; i++) outbox.add(visit(i));
  const visits = outbox.next();
  for (let i = 0; i < 50; i++) outbox.add(visit(mostUnsent + i));
  outbox.sent(visits);
  expect(outbox.next()[0]?.atMs).toBe(mostVisits);
  expect(outbox.unsent).toBe(mostUnsent + 50 - mostVisits);
  outbox.sent([]);
  outbox.sent(visits);
  expect(outbox.next()[0]?.atMs).toBe(mostVisits);
});

test('a full report is one, and fits into a request', () => {
  const limits = {
    ...{waitMs: 6000, stressWaitMs: 1000, most: 200, mostPerClient: 200, mostPerNetwork: 200},
    ...{mostChildren: 5, childrenPerSecond: 5},
  };
  const room = new WaitingRoom(limits);
  const client = parseAddress('2001:db8:1111:2222:3333:4444:5555:6666')!;
  for (let i = 0; i < mostWaiters + 50; i++) room.come(i, client, 1000 + i);
  const nowMs = 1_800_000_000_000;
  const visits = Array.from({length: mostVisits}, () => visit(nowMs));
  const report = reportOf(room, 2500, visits, 0, nowMs);
  expect(report).toMatchObject({state: 'takes', waiting: 150, children: 0, stress: 'stressed'});
  expect(report.waiters.length).toBe(mostWaiters);
  expect(report.waiters[0]).toEqual({client: client.text, sinceMs: nowMs + 1000});
  const text = JSON.stringify({command: 'greet', report});
  expect(text.length).toBeLessThan(128 * 1024);
  expect(isGateReport((JSON.parse(text) as {report: unknown}).report)).toBe(true);
});

test.each([
  ['too many visits', {visits: Array.from({length: mostVisits + 1}, () => visit(1))}],
  ['too long a word', {visits: [{...visit(1), said: 'x'.repeat(longestSaid + 1)}]}],
  ['words of a terminal', {visits: [{...visit(1), said: '\x1b[2J'}]}],
  ['another fate', {visits: [{...visit(1), fate: 'gone'}]}],
  ['half a process', {visits: [{...visit(1), pid: 1.5}]}],
  ['another state', {state: 'no'}],
  ['no port', {port: 0}],
  ['no waiters', {waiters: undefined}],
])('no report: %s', (_, wrong) => {
  const good = {
    ...{state: 'takes', port: 2500, waiting: 0, children: 0, stress: 'calm'},
    ...{visits: [visit(1)], waiters: [{client: '192.0.2.1', sinceMs: 5}]},
  };
  expect(isGateReport(good)).toBe(true);
  expect(isGateReport({...good, ...wrong})).toBe(false);
});

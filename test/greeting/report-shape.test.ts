/** Values from the control socket can be anything: which of them are reports. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {mostVisits, mostWaiters} from '../../src/greeting/report.js';
import {isGateReport} from '../../src/greeting/report-shape.js';

const visit = {fate: 'early', client: '203.0.113.7', atMs: 1, waitedMs: 2, said: 'EHLO x'};
const waiter = {client: '2001:db8::1', sinceMs: 5};
const good = {
  ...{state: 'takes', port: 2500, waiting: 1, children: 0, stress: 'calm'},
  ...{visits: [visit], waiters: [waiter]},
};

test('a report is one, with all that it may hold', () => {
  expect(isGateReport(good)).toBe(true);
  const full = {
    ...good,
    visits: Array(mostVisits).fill({...visit, said: 'x'.repeat(100), pid: 4_194_304}),
    waiters: Array(mostWaiters).fill({...waiter, client: '2001:db8:1111:2222:3333:4444:5555:6666'}),
  };
  expect(isGateReport(full)).toBe(true);
  // The largest report fits into one request.
  expect(JSON.stringify({command: 'greet', report: full}).length).toBeLessThan(128 * 1024);
});

test.each([
  undefined,
  null,
  7,
  'x',
  [],
  {},
  {...good, state: 'open'},
  {...good, port: 0},
  {...good, port: 65_536},
  {...good, waiting: -1},
  {...good, children: 0.5},
  {...good, stress: 'on'},
  {...good, visits: {}},
  {...good, visits: [{...visit, fate: 'toString'}]},
  {...good, visits: [{...visit, client: 5}]},
  {...good, visits: [{...visit, client: 'x'.repeat(65)}]},
  {...good, visits: [{...visit, atMs: '1'}]},
  {...good, visits: [{...visit, atMs: 1e300}]},
  {...good, visits: [{...visit, waitedMs: -1}]},
  {...good, visits: [{...visit, pid: 0}]},
  {...good, visits: [{...visit, said: 'x'.repeat(101)}]},
  {...good, visits: Array(mostVisits + 1).fill(visit)},
  {...good, waiters: [{client: '192.0.2.1'}]},
  {...good, waiters: Array(mostWaiters + 1).fill(waiter)},
])('%# is none', (value) => {
  expect(isGateReport(value)).toBe(false);
});

test('property: whatever comes, it answers', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (value, inner) => {
      expect(typeof isGateReport(value)).toBe('boolean');
      expect(typeof isGateReport({...good, visits: inner, waiters: [inner]})).toBe('boolean');
    }),
  );
});

/** How long a client that has waited goes straight to the mailer. */
import {beforeEach, expect, test} from '@jest/globals';
import {Table} from '../../src/base/mechanisms/table.js';
import {mostPassed, type Pass, Passed, renewMs, unwaitedMs} from '../../src/greeting/passed.js';

const client = '203.0.113.7';
const startMs = Date.UTC(2026, 10, 21, 12);
const days30 = 30 * 86_400;
const [hour, passMs] = [3_600_000, days30 * 1000];

let table: Table<Pass>;
let passed: Passed;
beforeEach(() => {
  table = new Table();
  passed = new Passed(table, days30);
});

test('a client that has waited passes for the setting, and a second hand-over makes it longer', () => {
  expect(passed.note(client, 'waited', startMs)).toBe(startMs + passMs);
  expect(passed.untilMs(client, startMs + passMs - 1)).toBe(startMs + passMs);
  expect(passed.untilMs(client, startMs + passMs)).toBeUndefined();
  expect(passed.note(client, 'waited', startMs)).toBeUndefined();
  expect(passed.note(client, 'waited', startMs + 5)).toBe(startMs + 5 + passMs);
  expect(table.get(client)?.sinceMs).toBe(startMs);
});

test('a client that could not wait passes for an hour, and takes no longer pass away', () => {
  expect(passed.note(client, 'unwaited', startMs)).toBe(startMs + unwaitedMs);
  expect(passed.note(client, 'waited', startMs)).toBe(startMs + passMs);
  expect(passed.note(client, 'unwaited', startMs + 1)).toBeUndefined();
  expect(new Passed(new Table<Pass>(), 60).note(client, 'unwaited', startMs)).toBe(
    startMs + 60_000,
  );
});

test('mail renews it, not with each mail, and never makes a pass', () => {
  expect(passed.delivered(client, startMs)).toBeUndefined();
  passed.note(client, 'waited', startMs);
  expect(passed.delivered(client, startMs + renewMs - 1)).toBeUndefined();
  expect(passed.delivered(client, startMs + renewMs)).toBe(startMs + renewMs + passMs);
  expect(passed.delivered(client, startMs + renewMs + passMs)).toBeUndefined();
});

test('mail of a client that could not wait makes it a whole pass', () => {
  passed.note(client, 'unwaited', startMs);
  expect(passed.delivered(client, startMs + 60_000)).toBe(startMs + 60_000 + passMs);
});

test('a block ends it', () => {
  passed.note(client, 'waited', startMs);
  expect([passed.end(client), passed.end(client)]).toEqual(['ended', 'none']);
  expect(passed.untilMs(client, startMs)).toBeUndefined();
});

test('a pass that is over is forgotten, and one of a clock that was ahead or a longer setting is cut', () => {
  passed.note('192.0.2.1', 'waited', startMs);
  passed.note('192.0.2.2', 'unwaited', startMs);
  passed.sweep(startMs + hour);
  expect([...passed.standing(startMs)]).toEqual([['192.0.2.1', startMs + passMs]]);
  passed.sweep(startMs - hour);
  expect([...passed.standing(startMs)]).toEqual([['192.0.2.1', startMs - hour + passMs]]);
});

test('the one renewed longest ago goes', () => {
  for (let i = 0; i <= mostPassed; i++) passed.note(`client ${i}`, 'waited', startMs);
  expect(passed.size).toBe(mostPassed);
  expect(passed.untilMs('client 0', startMs)).toBeUndefined();
});

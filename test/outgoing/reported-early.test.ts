import {expect, test} from '@jest/globals';
import {ReportedEarly, lateMs, mostAhead} from '../../src/outgoing/reported-early.js';

const relay = '192.0.2.25 25';

test('each connection seen early matches one report of the kernel; a further report is of another one', () => {
  const ahead = new ReportedEarly();
  ahead.note(815, relay, 0);
  ahead.note(815, relay, 0);
  const takes = [815, 815, 815].map((pid) => ahead.take(pid, relay, 1));
  expect(takes).toEqual(['told', 'told', 'new']);
});

test('a report of another process, or of another destination, is of another connection', () => {
  const ahead = new ReportedEarly();
  ahead.note(815, relay, 0);
  expect(ahead.take(816, relay, 0)).toBe('new');
  expect(ahead.take(815, '192.0.2.26 25', 0)).toBe('new');
  expect(ahead.take(815, relay, 0)).toBe('told');
});

test('a report that comes too late is of another connection, also when the clock was set back', () => {
  const ahead = new ReportedEarly();
  ahead.note(815, relay, 0);
  expect(ahead.take(815, relay, lateMs)).toBe('new');
  ahead.note(815, relay, lateMs);
  expect(ahead.take(815, relay, 0)).toBe('new');
});

test('the latest are remembered, up to a bound', () => {
  const ahead = new ReportedEarly();
  for (let pid = 1; pid <= mostAhead + 1; pid++) ahead.note(pid, relay, 0);
  expect([1, 2, mostAhead + 1].map((pid) => ahead.take(pid, relay, 0))).toEqual([
    'new',
    'told',
    'told',
  ]);
});

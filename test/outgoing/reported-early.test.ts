import {expect, test} from '@jest/globals';
import {ReportedEarly, lateMs, mostAhead} from '../../src/outgoing/reported-early.js';

const relay = '192.0.2.25 25';

test('of each that was seen the kernel tells once more, and then of another', () => {
  const ahead = new ReportedEarly();
  ahead.note(815, relay, 0);
  ahead.note(815, relay, 0);
  const takes = [815, 815, 815].map((pid) => ahead.take(pid, relay, 1));
  expect(takes).toEqual(['told', 'told', 'new']);
});

test('of another process, or of another destination, it is another', () => {
  const ahead = new ReportedEarly();
  ahead.note(815, relay, 0);
  expect(ahead.take(816, relay, 0)).toBe('new');
  expect(ahead.take(815, '192.0.2.26 25', 0)).toBe('new');
  expect(ahead.take(815, relay, 0)).toBe('told');
});

test('what comes too late is another, and so it is when the clock was set back', () => {
  const ahead = new ReportedEarly();
  ahead.note(815, relay, 0);
  expect(ahead.take(815, relay, lateMs)).toBe('new');
  ahead.note(815, relay, lateMs);
  expect(ahead.take(815, relay, 0)).toBe('new');
});

test('no more than a bound are remembered, the latest', () => {
  const ahead = new ReportedEarly();
  for (let pid = 1; pid <= mostAhead + 1; pid++) ahead.note(pid, relay, 0);
  expect([1, 2, mostAhead + 1].map((pid) => ahead.take(pid, relay, 0))).toEqual([
    'new',
    'told',
    'told',
  ]);
});

import {expect, test} from '@jest/globals';
import {mostWriters, StampOffsets} from '../../../src/log/clock/stamp-offsets.js';

const startMs = Date.UTC(2026, 10, 21, 12);
const hourMs = 3_600_000;

const recordAt = (atMs: number, host = 'relay') => ({
  ...{atMs, host, program: 'sm-mta', pid: 7, message: 'x', times: 1},
  writer: undefined,
});
const seen = {zone: undefined, beganMs: undefined, read: 'live'} as const;

test('each host of each log has its offset, which is reported once', () => {
  const offsets = new StampOffsets();
  const take = (source: string, host: string, behindMs: number, nowMs: number) =>
    offsets.take(source, recordAt(nowMs - behindMs, host), seen, nowMs);
  expect(take('/a', 'one', hourMs, startMs)).toEqual({
    record: recordAt(startMs, 'one'),
    changed: {source: '/a', host: 'one', seconds: 3600},
  });
  expect(take('/a', 'one', hourMs, startMs + 5).changed).toBeUndefined();
  expect(take('/a', 'two', 0, startMs + 5).changed).toBeUndefined();
  expect(take('/b', 'one', 0, startMs + 5).changed).toBeUndefined();
  expect(take('/b', 'two', -2 * hourMs, startMs + 5).changed?.seconds).toBe(-7200);
  expect(offsets.view).toEqual([
    {source: '/a', host: 'one', seconds: 3600},
    {source: '/b', host: 'two', seconds: -7200},
  ]);
});

test('the end of an offset is reported too, and no more than once in ten minutes', () => {
  const offsets = new StampOffsets();
  const told = [hourMs, 0, hourMs, 0].map(
    (behindMs, i) =>
      offsets.take('/a', recordAt(startMs + i - behindMs), seen, startMs + i).changed?.seconds,
  );
  expect(told).toEqual([3600, undefined, undefined, undefined]);
  const laterMs = startMs + hourMs;
  expect(offsets.take('/a', recordAt(laterMs), seen, laterMs).changed?.seconds).toBe(0);
  expect(offsets.view).toEqual([]);
});

test('no more hosts are remembered than a bound', () => {
  const offsets = new StampOffsets();
  for (let i = 0; i < mostWriters + 10; i++) {
    offsets.take('/a', recordAt(startMs - hourMs, `h${i}`), seen, startMs);
  }
  expect(offsets.view).toHaveLength(mostWriters);
});

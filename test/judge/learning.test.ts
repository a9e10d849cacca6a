/** How far an installation is with learning, over restarts and clocks that were set. */
import {describe, expect, test} from '@jest/globals';
import {Table} from '../../src/base/mechanisms/table.js';
import {
  afterReading,
  isToRead,
  type Learning,
  learningMs,
  learningUntilMs,
  mendLearning,
  note,
} from '../../src/judge/learning.js';

const nowMs = Date.UTC(2026, 10, 21, 12);
const tableOf = (learning?: Learning): Table<Learning> => {
  const table = new Table<Learning>();
  if (learning !== undefined) note(table, learning);
  return table;
};

describe('when the old logs have been read', () => {
  test.each<[string, Parameters<typeof afterReading>[0], Learning]>([
    [
      'a day of deliveries is enough',
      {firstDeliveryMs: nowMs - learningMs, read: 'all'},
      {kind: 'learnt'},
    ],
    [
      'less is counted on',
      {firstDeliveryMs: nowMs - learningMs + 1, read: 'all'},
      {kind: 'firstDay', sinceMs: nowMs - learningMs + 1},
    ],
    [
      'no delivery tells nothing',
      {firstDeliveryMs: undefined, read: 'all'},
      {kind: 'firstDay', sinceMs: nowMs},
    ],
    [
      'without the newest nobody knows who delivers now',
      {firstDeliveryMs: nowMs - 9 * learningMs, read: 'cut'},
      {kind: 'firstDay', sinceMs: nowMs},
    ],
    [
      'a delivery yet to come is of a clock that was wrong',
      {firstDeliveryMs: nowMs + 1000, read: 'all'},
      {kind: 'firstDay', sinceMs: nowMs},
    ],
  ])('%s', (_, read, expected) => {
    expect(afterReading(read, nowMs)).toEqual(expected);
  });
});

test('they are read at the first start, and again where that was killed half-way', () => {
  expect(isToRead(tableOf())).toBe(true);
  expect(isToRead(tableOf({kind: 'reading'}))).toBe(true);
  expect(isToRead(tableOf({kind: 'firstDay', sinceMs: nowMs}))).toBe(false);
  expect(isToRead(tableOf({kind: 'learnt'}))).toBe(false);
});

describe('the first day', () => {
  test('ends 24 hours after it began, whatever was restarted', () => {
    const table = tableOf({kind: 'firstDay', sinceMs: nowMs});
    expect(learningUntilMs(table, nowMs)).toBe(nowMs + learningMs);
    expect(learningUntilMs(table, nowMs + learningMs - 1)).toBe(nowMs + learningMs);
    expect(learningUntilMs(table, nowMs + learningMs)).toBeUndefined();
    expect(learningUntilMs(tableOf({kind: 'learnt'}), nowMs)).toBeUndefined();
  });

  test('is no longer for a clock that was ahead when it began', () => {
    const table = tableOf({kind: 'firstDay', sinceMs: nowMs + 365 * learningMs});
    mendLearning(table, nowMs);
    expect(learningUntilMs(table, nowMs)).toBe(nowMs + learningMs);
    mendLearning(table, nowMs + 1000);
    expect(learningUntilMs(table, nowMs)).toBe(nowMs + learningMs);
  });
});

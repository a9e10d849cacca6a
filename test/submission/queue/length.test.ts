/** When the whole queue is too long: it lasts, it is far beyond the usual, and one alarm is one. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  keptDays,
  lastingMs,
  longQueueView,
  looked,
  type QueueLength,
  type QueueNews,
  rareDays,
} from '../../../src/submission/queue/length.js';

const lookMs = 30_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const startMs = Date.UTC(2026, 10, 2);
const least = 2000;

/** A relay whose queue somebody looks into each half minute. */
class Relay {
  length: QueueLength | undefined;
  news: QueueNews[] = [];
  atMs = startMs;

  /** @param of whether all of the queue can be read */
  waits(count: number, forMs: number, of: 'whole' | 'part' = 'whole', stepMs = lookMs): this {
    const endMs = this.atMs + forMs;
    for (; this.atMs < endMs; this.atMs += stepMs) {
      const {length, news} = looked(this.length, {count, of, atMs: this.atMs}, least);
      this.length = length;
      if (news !== undefined) this.news.push(news);
    }
    return this;
  }

  days(counts: readonly number[]): this {
    for (const count of counts) {
      this.waits(count, hourMs);
      this.atMs += 23 * hourMs;
    }
    return this;
  }

  get told(): string[] {
    return this.news.map((each) => (each.kind === 'ended' ? 'ended' : `${each.kind} ${each.how}`));
  }

  get limit(): number {
    return longQueueView(this.length, least).limit;
  }
}

const calm = (): Relay => new Relay().waits(50, hourMs);

describe('a queue', () => {
  test.each([
    ['of the limit is not long', [[2000, hourMs]], []],
    ['above it is long', [[2001, hourMs]], ['began loud']],
    ['that is long for a moment is a run over a list', [[9000, lastingMs - 2 * lookMs]], []],
    [
      'is one alarm, and warns once more where it becomes twice as long',
      [
        [2500, hourMs],
        [4999, hourMs],
        [90_000, hourMs],
        [100_000, hourMs],
      ],
      ['began loud', 'grew loud'],
    ],
    [
      'that begins quietly and grows tenfold leads to a warning',
      [
        [2500, hourMs],
        [10, hourMs],
        [2600, hourMs],
        [26_000, hourMs],
      ],
      ['began loud', 'ended', 'began quiet', 'grew loud'],
    ],
    [
      'around the limit is one alarm',
      [
        [2001, hourMs],
        [1600, hourMs],
        [2100, hourMs],
      ],
      ['began loud'],
    ],
    [
      'below three quarters of the limit is not long any more',
      [
        [2001, hourMs],
        [1499, hourMs],
      ],
      ['began loud', 'ended'],
    ],
    [
      'that is long again on that day leads to no second warning',
      [
        [2500, hourMs],
        [10, hourMs],
        [4900, hourMs],
      ],
      ['began loud', 'ended', 'began quiet'],
    ],
    [
      'of twice that length does',
      [
        [2500, hourMs],
        [10, hourMs],
        [5000, hourMs],
      ],
      ['began loud', 'ended', 'began loud'],
    ],
    [
      'that is long on the next day does',
      [
        [2500, hourMs],
        [10, dayMs],
        [2500, hourMs],
      ],
      ['began loud', 'ended', 'began loud'],
    ],
  ] as const)('%s', (_, steps, told) => {
    const relay = calm();
    for (const [count, forMs] of steps) relay.waits(count, forMs);
    expect(relay.told).toEqual(told);
  });

  test('has its length, since when, and its length before', () => {
    const relay = calm().waits(3000, hourMs);
    expect(relay.news).toEqual([{kind: 'began', count: 3000, limit: least, usual: 0, how: 'loud'}]);
    const {longSinceMs} = longQueueView(relay.length, least);
    expect(longSinceMs).toBeGreaterThanOrEqual(startMs + hourMs);
    expect(longSinceMs).toBeLessThan(startMs + hourMs + lastingMs + lookMs);
    relay.waits(5900, hourMs).waits(5, hourMs);
    expect(relay.news[1]).toEqual({
      ...{kind: 'ended', count: 5},
      alarm: {sinceMs: longSinceMs, longest: 5900},
    });
    expect(longQueueView(relay.length, least)).toEqual({limit: least});
  });
});

describe('the usual length', () => {
  test('is the one of more than two days in four weeks; twice that is the limit', () => {
    const relay = new Relay().days([1900, 1900]);
    expect(relay.waits(10, dayMs).limit).toBe(least);
    relay.days([1900, 0]);
    expect(relay.limit).toBe(3800);
    expect(relay.days(Array.from({length: keptDays}, () => 0)).limit).toBe(least);
    expect(rareDays).toBe(2);
  });

  test('a queue that is always long is one alarm, which ends by itself', () => {
    const relay = new Relay().waits(10_000, 30 * dayMs, 'whole', 120_000);
    expect(relay.told).toEqual(['began loud', 'ended']);
    expect(relay.limit).toBe(20_000);
    relay.waits(20_001, hourMs);
    expect(relay.told).toEqual(['began loud', 'ended', 'began loud']);
  });

  test('a flood of two days teaches nothing, and one of five days no more than twice the limit', () => {
    const two = calm()
      .days([])
      .waits(90_000, 2 * dayMs - 2 * hourMs, 'whole', 120_000);
    expect(two.waits(10, 2 * dayMs).limit).toBe(least);
    const five = calm().waits(90_000, 5 * dayMs, 'whole', 120_000);
    expect(five.limit).toBe(2 * least);
    expect(five.told).toEqual(['began loud']);
  });

  test('a run over a list each week is an alarm three times, and then usual', () => {
    const relay = new Relay();
    for (let week = 0; week < 6; week++) relay.days([3500, 10, 10, 10, 10, 10, 10]);
    expect(relay.told.filter((each) => each === 'began loud')).toHaveLength(3);
  });
});

describe('gaps between looks', () => {
  test('a part of the queue may begin an alarm, and ends none', () => {
    const relay = calm().waits(2500, hourMs, 'part').waits(10, hourMs, 'part');
    expect(relay.told).toEqual(['began loud']);
    expect(relay.waits(10, hourMs).told).toEqual(['began loud', 'ended']);
  });

  test('a pause between two looks is no proof that it was long', () => {
    const relay = calm();
    for (let count = 0; count < 50; count++) {
      relay.waits(5000, lookMs);
      relay.atMs += hourMs;
    }
    expect(relay.told).toEqual([]);
  });

  test('a restart goes on with the alarm: it warns no second time', () => {
    const relay = calm().waits(5000, hourMs);
    relay.length = JSON.parse(JSON.stringify(relay.length)) as QueueLength;
    relay.atMs += 10 * 60_000;
    relay.waits(5000, hourMs).waits(10, hourMs);
    expect(relay.told).toEqual(['began loud', 'ended']);
  });
});

describe('a clock', () => {
  test('that was set back ends no alarm and begins none, and the days go on', () => {
    const relay = calm().days([1900, 1900, 1900]).waits(9000, hourMs);
    expect(relay.told).toEqual(['began loud']);
    const {limit} = relay;
    relay.atMs -= 10 * dayMs;
    relay.waits(9000, hourMs);
    expect(relay.told).toEqual(['began loud']);
    expect(relay.limit).toBe(limit);
    expect(relay.waits(10, hourMs).told).toEqual(['began loud', 'ended']);
  });

  test.each([
    ['back', -365],
    ['ahead', 365],
    ['a week ahead', 7],
    ['a week back', -7],
  ])('that was wrong for an hour, %s, forgets no usual length', (_, days) => {
    const relay = calm().days([1900, 1900, 1900, 1900]).waits(10, dayMs);
    const {limit} = relay;
    expect(limit).toBe(3800);
    relay.atMs += days * dayMs;
    relay.waits(10, hourMs);
    relay.atMs -= days * dayMs;
    relay.waits(10, 2 * dayMs);
    expect(relay.limit).toBe(limit);
  });
});

test('any looks: begin and end take turns, the row keeps its size, and no limit is below the own one', () => {
  const step = fc.record({
    count: fc.integer({min: 0, max: 200_000}),
    of: fc.constantFrom('whole' as const, 'part' as const),
    passedMs: fc.integer({min: -3 * dayMs, max: 3 * dayMs}),
    looks: fc.integer({min: 1, max: 30}),
  });
  fc.assert(
    fc.property(fc.array(step, {maxLength: 30}), (steps) => {
      const relay = new Relay();
      for (const {count, of, passedMs, looks} of steps) {
        relay.atMs += passedMs;
        relay.waits(count, looks * lookMs, of);
        expect(relay.limit).toBeGreaterThanOrEqual(least);
        expect(relay.length!.days.length).toBeLessThanOrEqual(keptDays + 1);
      }
      const kinds = relay.news.flatMap(({kind}) => (kind === 'grew' ? [] : kind));
      expect(kinds).toEqual(kinds.map((_, i) => (i % 2 === 0 ? 'began' : 'ended')));
    }),
  );
});

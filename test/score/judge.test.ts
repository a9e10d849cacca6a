import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {afterBlock, blockSeconds, judge} from '../../src/score/judge.js';
import {addEvidence} from '../../src/score/offender.js';
import type {Policy} from '../../src/score/policy.js';
import {evidence, offenderAfter, policy, startMs} from './samples.js';

const at = (seconds: number): number => startMs + seconds * 1000;
const every = (gap: number, count: number): number[] =>
  Array.from({length: count}, (_, i) => i * gap);

describe('judge: the threshold', () => {
  test.each([
    ['nine at once', every(0, 9), 'watch'],
    ['ten at once', every(0, 10), 'block'],
    // What leaks within a row is less than one point, so the tenth decides.
    ['ten in 14 s', every(1.5, 10), 'block'],
    ['ten in nine minutes', every(60, 10), 'block'],
    ['ten in twenty minutes', every(130, 10), 'watch'],
    ['one each ten minutes, for ever', every(600, 1000), 'watch'],
    ['one each nine minutes: in the end too many', every(540, 100), 'block'],
  ] as const)('%s: %s', (_, seconds, kind) => {
    const offender = offenderAfter(seconds);
    expect(judge(offender, policy, offender.lastMs).kind).toBe(kind);
  });

  test.each([2, 3, 1000])('with the threshold at %i, so many at once block', (threshold) => {
    const strict = {...policy, threshold};
    const [under, reached] = [threshold - 1, threshold].map((n) =>
      offenderAfter(every(0, n), strict),
    );
    expect(judge(under!, strict, startMs).kind).toBe('watch');
    expect(judge(reached!, strict, startMs).kind).toBe('block');
  });

  test('the reason tells how many, how fast, and how it is known', () => {
    const offender = offenderAfter(every(1.5, 10));
    expect(judge(offender, policy, offender.lastMs)).toEqual({
      kind: 'block',
      seconds: 3600,
      repeat: 1,
      reason: '10 distinct unknown recipients in 14s, proof kernel',
    });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'the time %d is our bug and throws',
    (ms) => {
      expect(() => judge(offenderAfter([0]), policy, ms)).toThrow(RangeError);
    },
  );

  test('never blocks for fewer distinct recipients than the threshold', () => {
    const gaps = fc.array(fc.integer({min: -1000, max: 100}), {minLength: 1, maxLength: 30});
    fc.assert(
      fc.property(gaps, fc.integer({min: 2, max: 20}), (each, threshold) => {
        let now = 0;
        const rules = {...policy, threshold};
        const offender = offenderAfter(
          each.map((gap) => (now += gap)),
          rules,
        );
        const {kind} = judge(offender, rules, offender.lastMs);
        if (kind === 'block') expect(offender.counted.length).toBeGreaterThanOrEqual(threshold);
      }),
    );
  });
});

describe('blockSeconds', () => {
  const hour = 3600;

  test.each([
    [0, hour],
    [1, 2 * hour],
    [2, 4 * hour],
    [7, 128 * hour],
    // 256 h are more than seven days.
    [8, 168 * hour],
    [1e6, 168 * hour],
    [Number.MAX_SAFE_INTEGER, 168 * hour],
  ])('after %i blocks: %i s, doubling up to the cap', (before, seconds) => {
    expect(blockSeconds(before, policy)).toBe(seconds);
  });

  test.each([
    [{blockFactor: 1}, 50, hour],
    [{blockFactor: 1.5}, 1, 5400],
    [{blockFactor: 1.1, blockSeconds: 1}, 1, 1],
    [{longestBlockSeconds: hour}, 1, hour],
  ])('with %j after %i blocks: %i s', (changed, before, seconds) => {
    expect(blockSeconds(before, {...policy, ...changed})).toBe(seconds);
  });

  test('is whole, never below the first block, never above the cap, and never shrinks', () => {
    const rules: fc.Arbitrary<Policy> = fc
      .tuple(
        fc.integer({min: 1, max: 1e6}),
        fc.nat(1e8),
        fc.double({min: 1, max: 100, noNaN: true}),
      )
      .map(([first, more, factor]) => ({
        ...policy,
        blockSeconds: first,
        longestBlockSeconds: first + more,
        blockFactor: factor,
      }));
    fc.assert(
      fc.property(rules, fc.nat(2000), (any, before) => {
        const [seconds, next] = [blockSeconds(before, any), blockSeconds(before + 1, any)];
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(any.blockSeconds);
        expect(seconds).toBeLessThanOrEqual(any.longestBlockSeconds);
        expect(next).toBeGreaterThanOrEqual(seconds);
      }),
    );
  });
});

describe('judge and afterBlock: repeaters', () => {
  /** Blocked for the n-th time, and at it again after the block and this pause. */
  const again = (blocks: number, pauseSeconds: number) => {
    const until = at(3600);
    let offender = afterBlock(offenderAfter(every(1, 10)), blocks, until);
    const back = until + pauseSeconds * 1000;
    for (let i = 0; i < 10; i++) {
      offender = addEvidence(offender, evidence(`<m${i}@example.net>`, back), policy);
    }
    return judge(offender, policy, offender.lastMs);
  };
  const memory = policy.repeatMemorySeconds;

  test.each([
    [1, 0, 2, 7200],
    [2, 86_400, 3, 14_400],
    [20, 60, 21, 604_800],
    // To the last moment of the memory, and one second after it.
    [5, memory, 6, 115_200],
    [5, memory + 1, 1, 3600],
    [20, 10 * memory, 1, 3600],
  ])(
    'after %i blocks and %i s of silence: block no. %i, for %i s',
    (blocks, pause, repeat, seconds) => {
      expect(again(blocks, pause)).toMatchObject({kind: 'block', repeat, seconds});
    },
  );

  test('after a block the score begins at nothing, and old recipients count again', () => {
    const offender = afterBlock(offenderAfter(every(0, 10)), 1, at(3600));
    expect(offender).toMatchObject({score: 0, counted: [], blocks: 1, blockedUntilMs: at(3600)});
    const next = addEvidence(offender, evidence('<n0@example.net>', at(3601)), policy);
    expect(next).toMatchObject({score: 1, firstMs: at(3601)});
    expect(judge(next, policy, next.lastMs).kind).toBe('watch');
  });
});

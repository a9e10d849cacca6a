import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Guard} from '../../src/guard/guard.js';
import type {Outcome} from '../../src/guard/outcome.js';
import {emptyState} from '../../src/guard/state.js';
import {parseSyslog} from '../log/parse-syslog.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions} from '../../src/score/exempt.js';
import {
  addEvidence,
  isForgettable,
  isRepeatForgotten,
  leakedScore,
  mostCountedRecipients,
  mostOffenders,
  type Offender,
} from '../../src/score/offender.js';
import {evidence, offenderAfter, policy, settings, startMs} from './samples.js';

const at = (seconds: number): number => startMs + seconds * 1000;

/** Evidence of these recipients, one a second. */
function offenderOf(recipients: readonly string[]): Offender {
  let offender: Offender | undefined;
  for (const [i, each] of recipients.entries()) {
    offender = addEvidence(offender, evidence(each, at(i)), policy);
  }
  if (offender === undefined) throw new Error('no evidence, no offender');
  return offender;
}

describe('addEvidence: distinctness', () => {
  test.each([
    [['<a@example.net>'], 1],
    [['<a@example.net>', '<b@example.net>'], 2],
    [['<a@example.net>', '<a@example.net>'], 1],
    [['<a@example.net>', '<A@Example.NET>'], 1],
    [['<a@example.net>', '<b@example.net>', '<a@example.net>', '<c@example.net>'], 3],
    [['<a@example.net>', '<a@example.org>'], 2],
  ])('%j counts %i', (recipients, count) => {
    const offender = offenderOf(recipients);
    expect(offender.counted).toHaveLength(count);
    expect(Math.ceil(offender.score)).toBe(count);
  });

  test('one dead address, tried for ever, never scores more than one', () => {
    let offender = offenderOf(['<a@example.net>']);
    for (let i = 1; i < 5000; i++) {
      offender = addEvidence(offender, evidence('<a@example.net>', at(i * 7)), policy);
      expect(offender.score).toBeLessThanOrEqual(1);
    }
  });

  test('generated names do not meet in one hash', () => {
    const names = Array.from({length: 1000}, (_, i) => `<user${i}@example.net>`);
    expect(offenderOf(names).counted).toHaveLength(1000);
  });

  test('mostCountedRecipients is 1,000: beyond it the oldest may count again', () => {
    expect(mostCountedRecipients).toBe(1000);
    const names = Array.from({length: mostCountedRecipients + 1}, (_, i) => `<n${i}@example.net>`);
    const full = offenderOf(names);
    expect(full.counted).toHaveLength(mostCountedRecipients);
    const later = at(2000);
    const newest = addEvidence(full, evidence(names.at(-1) ?? '', later), policy);
    const oldest = addEvidence(full, evidence(names[0] ?? '', later), policy);
    expect(oldest.score - newest.score).toBe(1);
    expect(oldest.counted).toHaveLength(mostCountedRecipients);
  });
});

describe('leakedScore', () => {
  test.each([
    [0, 3],
    [300, 2.5],
    [600, 2],
    [1799, 3 - 1799 / 600],
    [1800, 0],
    [1e9, 0],
    // The clock, or the log, went backwards: nothing leaks and nothing grows.
    [-1, 3],
    [-1e9, 3],
  ])('3 points are, %i s later, %d', (seconds, score) => {
    expect(leakedScore({score: 3, scoredMs: startMs}, policy, at(seconds))).toBeCloseTo(score, 9);
  });

  test('is never negative, and never grows with time', () => {
    const any = fc.record({score: fc.nat(1000), scoredMs: fc.constant(startMs)});
    fc.assert(
      fc.property(any, fc.nat(1e7), fc.nat(1e7), (offender, a, b) => {
        const early = leakedScore(offender, policy, at(a));
        const late = leakedScore(offender, policy, at(a + b));
        expect(early).toBeLessThanOrEqual(offender.score);
        expect(late).toBeLessThanOrEqual(early);
        expect(late).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('addEvidence: time', () => {
  test('leaks between two pieces of evidence', () => {
    expect(offenderAfter([0, 300]).score).toBe(1.5);
    expect(offenderAfter([0, 599]).score).toBeCloseTo(1 + 1 / 600, 9);
  });

  test('with the score at nothing the client begins anew', () => {
    const offender = offenderAfter([0, 1, 5000]);
    expect(offender).toMatchObject({score: 1, firstMs: at(5000), lastMs: at(5000)});
    expect(offender.counted).toHaveLength(1);
  });

  test('until then the row began with its first piece', () => {
    expect(offenderAfter([0, 1, 2])).toMatchObject({firstMs: at(0), lastMs: at(2)});
  });

  test('what is read late counts less what would have been forgiven meanwhile', () => {
    const offender = offenderAfter([100, 0, -1e6]);
    expect(offender.score).toBeCloseTo(1 + (1 - 100 / policy.leakSeconds) + 0);
    expect(offender).toMatchObject({
      scoredMs: at(100),
      lastMs: at(100),
      firstMs: at(100),
    });
  });

  test('a huge gap, and one beyond exact ms, leave a finite score', () => {
    for (const gap of [1e9, 8.64e12]) {
      expect(offenderAfter([0, gap])).toMatchObject({score: 1, counted: [expect.any(Number)]});
    }
  });

  test('blocks and their end are kept', () => {
    const before = {...offenderAfter([0]), blocks: 3, blockedUntilMs: at(10)};
    const after = addEvidence(before, evidence('<x@example.net>', at(20)), policy);
    expect(after).toMatchObject({blocks: 3, blockedUntilMs: at(10)});
  });

  test('the latest proof is the one told, and the offender before is left as it was', () => {
    const before = Object.freeze(offenderAfter([0]));
    const next = {...evidence('<x@example.net>', at(1)), proof: 'log' as const};
    expect(addEvidence(before, next, policy).proof).toBe('log');
    expect(before).toEqual(offenderAfter([0]));
  });

  test('the score is at most the number of pieces, and leaks at the policy’s rate', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: -100, max: 1500}), {minLength: 1}), (gaps) => {
        let now = 0;
        const times = gaps.map((gap) => (now += gap));
        const {score, counted} = offenderAfter(times);
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(times.length);
        expect(score).toBeLessThanOrEqual(counted.length);
        const steady = offenderAfter(times.map(() => 0)).score;
        expect(steady).toBe(times.length);
      }),
    );
  });
});

describe('isForgettable', () => {
  const clean = {...offenderAfter([0]), blocks: 0, blockedUntilMs: 0};
  const blocked = {...clean, score: 0, blocks: 1, blockedUntilMs: at(3600)};
  const memory = policy.repeatMemorySeconds;

  test.each([
    ['a score is left', clean, 599, false],
    ['the score has leaked away', clean, 600, true],
    ['a block is remembered', blocked, 3600 + memory, false],
    ['the block is forgotten', blocked, 3601 + memory, true],
    ['time goes backwards', blocked, -1e6, false],
  ])('%s', (_, offender, seconds, expected) => {
    expect(isForgettable(offender, policy, at(seconds))).toBe(expected);
  });

  test('isRepeatForgotten counts from the end of the block, not its beginning', () => {
    expect(isRepeatForgotten(blocked, policy, at(3600 + memory))).toBe(false);
    expect(isRepeatForgotten(blocked, policy, at(3600 + memory) + 1)).toBe(true);
  });
});

describe('mostOffenders', () => {
  const nobody = new Exemptions(parseWhitelist('none', ''), undefined, []);
  const state = emptyState();
  const nth = (i: number): string => `2001:db8::${(i + 1).toString(16)}`;
  for (let i = 0; i < mostOffenders; i++) state.offenders.set(nth(i), offenderAfter([0]));

  const take = (recipient: string, client: string, pid: number): Outcome[] => {
    const reject = `550 5.1.1 <${recipient}>... User unknown`;
    const message = `ruleset=check_rcpt, arg1=<${recipient}>, relay=[${client}], reject=${reject}`;
    const text = `2026-11-21T12:00:00+00:00 relay sm-mta[${pid}]: 6ALC0000000${pid}: ${message}`;
    const record = parseSyslog(text, startMs);
    if (record === undefined) throw new Error(text);
    return new Guard(settings, state).take(record, startMs, nobody, () => undefined);
  };

  test('is 100,000; one more, and the one silent for longest is forgotten', () => {
    expect(mostOffenders).toBe(100_000);
    expect(take('a@example.net', `IPv6:${nth(0)}`, 152)).toMatchObject([{kind: 'counted'}]);
    // The first has just spoken, so it is the newest now, and the second is the one to go.
    expect(take('b@example.net', '203.0.113.7', 153)).toMatchObject([{kind: 'counted'}]);
    expect(state.offenders.size).toBe(mostOffenders);
    expect(state.offenders.get(nth(0))?.score).toBeGreaterThan(1);
    expect(state.offenders.get(nth(1))).toBeUndefined();
    expect(state.offenders.get(nth(2))).toBeDefined();
  });
});

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {setName} from '../../../src/blocks/chain/spec.js';
import {Intent} from '../../../src/blocks/intent.js';
import {
  countStanding,
  doSetSteps,
  type Elements,
  endSlackMs,
  lateSlackMs,
  longestSeconds,
  planSet,
} from '../../../src/blocks/sets/set.js';
import type {Unwanted} from '../../../src/firewall/backend.js';
import {pool} from '../chain/tree-samples.js';
import {spec} from '../../support/kernel/samples.js';

const nowMs = 1_800_000_000_000;
const day = 24 * 3600 * 1000;

/** Times of every kind: over, nearly over, soon, and beyond what the kernel can count to. */
const endsMs = fc
  .oneof(fc.integer({min: -5000, max: 9000}), fc.integer({min: 0, max: 60 * day}))
  .map((ms) => nowMs + ms);
const elementsOf = (ends: fc.Arbitrary<number>): fc.Arbitrary<Elements> =>
  fc
    .array(fc.tuple(fc.constantFrom(...pool[4]), ends), {maxLength: 8})
    .map((entries) => new Map(entries));

const intents = elementsOf(endsMs.filter((ms) => ms > nowMs)).map((elements) => {
  const intent = new Intent(4);
  for (const [network, untilMs] of elements) intent.set({network, untilMs});
  return intent;
});
const founds = elementsOf(fc.oneof(endsMs, fc.constant(Number.POSITIVE_INFINITY)));

const wish = (desired: Intent, unwanted: Unwanted = 'remove', atMs = nowMs) =>
  ({desired, unwanted, changed: new Set<string>(), scope: 'all', nowMs: atMs}) as const;

const after = (found: Elements, steps: ReturnType<typeof planSet>, atMs = nowMs): Elements =>
  doSetSteps(new Map(found), steps, atMs);

describe('planSet: properties', () => {
  test('a wanted element stands at least until its end, as far as the kernel counts', () => {
    fc.assert(
      fc.property(intents, founds, (intent, found) => {
        const set = after(found, planSet(wish(intent), found));
        for (const [network, untilMs] of intent.entries()) {
          const leastMs = Math.min(untilMs - endSlackMs, nowMs + (longestSeconds / 2) * 1000);
          expect(set.get(network)).toBeGreaterThanOrEqual(leastMs);
          expect(set.get(network)).toBeLessThanOrEqual(untilMs + lateSlackMs);
        }
        expect(countStanding(intent, set, nowMs)).toBe(
          [...intent.entries()].filter(([network]) => set.get(network)! > nowMs).length,
        );
      }),
    );
  });

  test('an unwanted element goes, or ends within the slack; with keep, nothing goes', () => {
    fc.assert(
      fc.property(intents, founds, (intent, found) => {
        const set = after(found, planSet(wish(intent), found));
        for (const [network, endMs] of set) {
          if (intent.untilMs(network) === undefined) {
            expect(endMs).toBeLessThanOrEqual(nowMs + endSlackMs);
          }
        }
        const kept = planSet(wish(intent, 'keep'), found);
        expect(kept.filter(({kind}) => kind === 'delete')).toEqual([]);
      }),
    );
  });

  test('a second plan has no steps, at once or when the kernel’s seconds have been rounded', () => {
    fc.assert(
      fc.property(intents, founds, fc.nat(999), (intent, found, laterMs) => {
        const set = after(found, planSet(wish(intent), found));
        expect(planSet(wish(intent), set)).toEqual([]);
        // As a listing tells it: whole seconds left, cut off.
        const atMs = nowMs + laterMs;
        const listed = new Map(
          [...set].map(([network, endMs]) => {
            const leftSeconds = Math.floor((endMs - atMs) / 1000);
            return [network, atMs + leftSeconds * 1000];
          }),
        );
        const wanted = new Set([...intent.entries()].map(([network]) => network));
        const fresh = [...planSet(wish(intent), found)].map(({network}) => network);
        const again = planSet(wish(intent, 'remove', atMs), listed);
        expect(again.filter(({network}) => wanted.has(network) && fresh.includes(network))).toEqual(
          [],
        );
      }),
    );
  });

  test('removals come first, so that nothing new overlaps them', () => {
    fc.assert(
      fc.property(intents, founds, (intent, found) => {
        const kinds = planSet(wish(intent), found).map(({kind}) => kind === 'delete');
        expect(kinds).toEqual([...kinds].sort((a, b) => Number(b) - Number(a)));
      }),
    );
  });

  test('of a scope, just the steps of a plan of everything for its networks', () => {
    fc.assert(
      fc.property(intents, founds, fc.subarray([...pool[4]]), (intent, found, names) => {
        const scope = new Set(names);
        const all = planSet(wish(intent), found).filter(({network}) => scope.has(network));
        const some = planSet({...wish(intent), scope: 'changed', changed: scope}, found);
        const sorted = (steps: typeof all) => steps.map((step) => JSON.stringify(step)).sort();
        expect(sorted(some)).toEqual(sorted(all));
      }),
    );
  });
});

describe('planSet: bounds', () => {
  const only = (untilMs: number): Intent => {
    const intent = new Intent(4);
    intent.set({network: '192.0.2.7', untilMs});
    return intent;
  };

  test('a block is set for a second more than it lasts: the daemon ends it', () => {
    const steps = planSet(wish(only(nowMs + 3600_000)), new Map());
    expect(steps).toEqual([{kind: 'add', network: '192.0.2.7', seconds: 3601}]);
  });

  test('the longest time is 2,000,000 seconds, and is begun anew when half of it is over', () => {
    expect(longestSeconds).toBe(2_000_000);
    const intent = only(nowMs + 60 * day);
    const set = after(new Map(), planSet(wish(intent), new Map()));
    expect(set.get('192.0.2.7')).toBe(nowMs + longestSeconds * 1000);
    const halfMs = (longestSeconds / 2) * 1000;
    expect(planSet(wish(intent, 'remove', nowMs + halfMs - 1), set)).toEqual([]);
    expect(planSet(wish(intent, 'remove', nowMs + halfMs), set)).toEqual([
      {kind: 'renew', network: '192.0.2.7', seconds: longestSeconds},
    ]);
  });

  test('an end more than 3 s too early, or a minute too late, is set right', () => {
    expect([endSlackMs, lateSlackMs]).toEqual([3000, 60_000]);
    const found = (ms: number): Elements => new Map([['192.0.2.7', nowMs + 60_000 + ms]]);
    const plan = (ms: number) => planSet(wish(only(nowMs + 60_000)), found(ms));
    expect([plan(60_000), plan(-3000)]).toEqual([[], []]);
    for (const ms of [60_001, -3001, Number.POSITIVE_INFINITY]) {
      expect(plan(ms)).toEqual([{kind: 'renew', network: '192.0.2.7', seconds: 61}]);
    }
  });

  test('a batch and a listing that took 20 s each leave nothing to do: or it would never end', () => {
    const intent = only(nowMs + 3600_000);
    const set = after(new Map(), planSet(wish(intent), new Map()));
    // The kernel began to count 20 s after the plan, and was listed 20 s before it was read.
    const listed: Elements = new Map([['192.0.2.7', set.get('192.0.2.7')! + 40_000]]);
    expect(planSet(wish(intent, 'remove', nowMs + 60_000), listed)).toEqual([]);
  });

  test('the longest chain name gives a set name that ipset takes', () => {
    expect(setName({chain: 'C'.repeat(28)}, 6).length).toBeLessThanOrEqual(31);
    expect([4, 6].map((family) => setName(spec, family as 4 | 6))).toEqual([
      'SPAM_UNAME_GUESSERS-4',
      'SPAM_UNAME_GUESSERS-6',
    ]);
  });
});

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Backoff} from '../../../src/base/mechanisms/backoff.js';

const bounds = fc
  .tuple(fc.integer({min: 0, max: 10_000}), fc.nat(1_000_000))
  .map(([firstMs, moreMs]) => ({firstMs, lastMs: firstMs + moreMs}));

describe('Backoff', () => {
  test('doubles from the first to the last, and begins anew after a success', () => {
    fc.assert(
      fc.property(bounds, fc.array(fc.boolean(), {maxLength: 60}), (each, tries) => {
        const backoff = new Backoff(each);
        let waitMs = each.firstMs;
        for (const hasFailed of tries) {
          if (hasFailed) {
            expect(backoff.failed()).toBe(waitMs);
            waitMs = Math.min(waitMs * 2, each.lastMs);
          } else {
            backoff.succeeded();
            waitMs = each.firstMs;
          }
        }
      }),
    );
  });

  test.each([0, 1, 250])('a year of failures waits for the last span: first %d ms', (firstMs) => {
    const backoff = new Backoff({firstMs, lastMs: 30_000});
    for (let failure = 0; failure < 2_000; failure += 1) backoff.failed();
    expect(backoff.failed()).toBe(firstMs === 0 ? 0 : 30_000);
  });
});

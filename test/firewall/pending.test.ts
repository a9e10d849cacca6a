/** How much the next plan looks at: never too little. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Pending} from '../../src/firewall/pending.js';

test('the first plan looks at all, the next ones at the decided networks', () => {
  const pending = new Pending();
  pending.want('remove');
  expect(pending.take(['a'], 'belief')).toMatchObject({unwanted: 'remove', scope: 'all'});
  pending.carriedOut();
  const second = pending.take(['b'], 'belief');
  expect(second).toEqual({unwanted: 'remove', scope: 'changed', changed: new Set(['b'])});
});

test('all again once other things are to be kept, and for each reading', () => {
  const pending = new Pending();
  pending.want('keep');
  pending.take([], 'belief');
  pending.want('keep');
  expect(pending.take([], 'belief').scope).toBe('changed');
  pending.want('remove');
  expect(pending.take([], 'belief').scope).toBe('all');
  expect(pending.take([], 'belief').scope).toBe('changed');
  expect(pending.take([], 'reading').scope).toBe('all');
});

test('property: a decision stays open until a plan is carried out', () => {
  const round = fc.record({
    changed: fc.array(fc.constantFrom('a', 'b', 'c', 'd')),
    end: fc.constantFrom('carriedOut', 'failed'),
  });
  fc.assert(
    fc.property(fc.array(round), (rounds) => {
      const pending = new Pending();
      let open = new Set<string>();
      for (const {changed, end} of rounds) {
        for (const key of changed) open.add(key);
        expect(pending.take(changed, 'belief').changed).toEqual(open);
        if (end === 'failed') continue;
        pending.carriedOut();
        open = new Set();
      }
    }),
  );
});

import type {Desired} from '../../../src/blocks/intent.js';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Wish} from '../../../src/firewall/backend.js';
import type {ChainStep} from '../../../src/blocks/chain/chain.js';
import {planChain, planChainRemoval} from '../../../src/blocks/chain/plan.js';
import {
  absent,
  afterSteps,
  chainStates,
  desiredSets,
  dropsOf,
  flat,
  present,
  spec,
  stepsTo,
  wishOf,
} from '../../support/kernel/samples.js';

const runs = {numRuns: 500};
const {chain} = spec;
const create: ChainStep = {kind: 'createChain', chain};
const add = (network: string): ChainStep => ({kind: 'add', chain, key: network});
const remove = (network: string): ChainStep => ({kind: 'delete', chain, key: network});
const insertHook: ChainStep = {kind: 'insertHook', chain: 'INPUT', at: 0};
const deleteHook: ChainStep = {kind: 'deleteHook', chain: 'INPUT', at: 0};

describe('planChain of a flat chain: cases', () => {
  test.each<[string, string[], ReturnType<typeof present>, ChainStep[]]>([
    ['nothing there', ['192.0.2.7'], absent(), [create, insertHook, add('192.0.2.7')]],
    ['nothing there, nothing wanted', [], absent(), [create, insertHook]],
    ['all is well', ['192.0.2.7'], present(['192.0.2.7']), []],
    ['the hook is gone', ['192.0.2.7'], present(['192.0.2.7'], 0), [insertHook]],
    ['the hook is late', [], present([], 1, true), [deleteHook, insertHook]],
    ['the hook stands twice', [], present([], 2), [deleteHook, deleteHook, insertHook]],
    [
      'one more, one less',
      ['192.0.2.8'],
      present(['192.0.2.7']),
      [add('192.0.2.8'), remove('192.0.2.7')],
    ],
    [
      'a wanted rule three times',
      ['192.0.2.7'],
      present(['192.0.2.7', '192.0.2.7', '192.0.2.7']),
      [remove('192.0.2.7'), remove('192.0.2.7')],
    ],
    [
      'an unwanted rule twice',
      [],
      present(['192.0.2.7', '192.0.2.7']),
      [remove('192.0.2.7'), remove('192.0.2.7')],
    ],
  ])('%s', (_, desired, actual, steps) => {
    expect(stepsTo(desired, actual)).toEqual(steps);
  });
});

test('rules go in the order in which they stand: iptables looks for each from the top', () => {
  const standing = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
  const changed = new Set(['192.0.2.4', '203.0.113.7', '192.0.2.1', '192.0.2.3']);
  const wish: Wish<Desired> = {
    ...wishOf(['192.0.2.2', '203.0.113.7']),
    scope: 'changed',
    changed,
  };
  expect(planChain(flat, wish, present(standing))).toEqual([
    add('203.0.113.7'),
    ...['192.0.2.1', '192.0.2.3', '192.0.2.4'].map(remove),
  ]);
});

describe('planChain of a flat chain: properties', () => {
  test('with unwanted rules removed, the steps lead to exactly the desired state', () => {
    fc.assert(
      fc.property(desiredSets, chainStates, (desired, actual) => {
        const after = afterSteps(actual, stepsTo(desired, actual));
        expect(after).toEqual(present([...desired]));
      }),
      runs,
    );
  });

  test('a second plan is empty, whatever is done with unwanted rules', () => {
    fc.assert(
      fc.property(
        desiredSets,
        chainStates,
        fc.constantFrom('remove', 'keep'),
        (desired, actual, unwanted) => {
          const after = afterSteps(actual, stepsTo(desired, actual, unwanted));
          expect(stepsTo(desired, after, unwanted)).toEqual([]);
        },
      ),
      runs,
    );
  });

  test('is the smallest change: no rule is added and deleted, none deleted that stays', () => {
    fc.assert(
      fc.property(desiredSets, chainStates, (desired, actual) => {
        const steps = stepsTo(desired, actual);
        const before = dropsOf(actual);
        for (const step of steps) {
          if (step.kind === 'add') expect(before.has(step.key)).toBe(false);
        }
        const missing = [...desired].filter((text) => !before.has(text)).length;
        const unwanted = [...before].reduce(
          (sum, [text, count]) => sum + count - (desired.has(text) ? 1 : 0),
          0,
        );
        const ofRules = steps.filter(({kind}) => kind === 'add' || kind === 'delete');
        expect(ofRules).toHaveLength(missing + unwanted);
      }),
      runs,
    );
  });

  test('unwanted rules kept: no wanted and no unknown rule goes, duplicates do', () => {
    fc.assert(
      fc.property(desiredSets, chainStates, (desired, actual) => {
        const drops = dropsOf(afterSteps(actual, stepsTo(desired, actual, 'keep')));
        expect(new Set(drops.keys())).toEqual(new Set([...desired, ...dropsOf(actual).keys()]));
        expect([...drops.values()].every((count) => count === 1)).toBe(true);
      }),
      runs,
    );
  });

  test('changes neither the desired state nor the present one', () => {
    fc.assert(
      fc.property(desiredSets, chainStates, (desired, actual) => {
        const before = structuredClone([desired, actual]);
        stepsTo(desired, actual);
        expect([desired, actual]).toEqual(before);
      }),
    );
  });
});

describe('planChainRemoval', () => {
  test('nothing there, nothing to do', () => {
    expect(planChainRemoval(flat, absent())).toEqual([]);
  });

  test('every jump, then the rules, then the chain', () => {
    expect(planChainRemoval(flat, present(['192.0.2.7'], 2))).toEqual([
      deleteHook,
      deleteHook,
      {kind: 'flushChain', chain},
      {kind: 'deleteChain', chain},
    ]);
  });

  test('leaves nothing of ours', () => {
    fc.assert(
      fc.property(chainStates, (actual) => {
        expect(afterSteps(actual, planChainRemoval(flat, actual))).toEqual(absent());
      }),
    );
  });
});

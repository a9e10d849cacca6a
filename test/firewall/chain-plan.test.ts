import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {afterSteps, plan, removalPlan, type Step} from '../../src/firewall/plan.js';
import {absent, chainStates, desiredSets, present} from './samples.js';

const runs = {numRuns: 2000};
const add = (network: string): Step => ({kind: 'add', network});
const remove = (network: string): Step => ({kind: 'delete', network});

describe('plan: cases', () => {
  test.each<[string, string[], ReturnType<typeof present>, Step[]]>([
    [
      'nothing there',
      ['192.0.2.7'],
      absent(),
      [{kind: 'createChain'}, {kind: 'insertHook'}, add('192.0.2.7')],
    ],
    ['nothing there, nothing wanted', [], absent(), [{kind: 'createChain'}, {kind: 'insertHook'}]],
    ['all is well', ['192.0.2.7'], present(['192.0.2.7']), []],
    ['the hook is gone', ['192.0.2.7'], present(['192.0.2.7'], 0), [{kind: 'insertHook'}]],
    ['the hook is late', [], present([], 1, true), [{kind: 'deleteHook'}, {kind: 'insertHook'}]],
    [
      'the hook stands twice',
      [],
      present([], 2),
      [{kind: 'deleteHook'}, {kind: 'deleteHook'}, {kind: 'insertHook'}],
    ],
    [
      'one more, one less',
      ['192.0.2.8'],
      present(['192.0.2.7']),
      [remove('192.0.2.7'), add('192.0.2.8')],
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
    expect(plan(new Set(desired), actual, 'remove')).toEqual(steps);
  });
});

describe('plan: properties', () => {
  test('with surplus removed, the steps lead to exactly what is desired', () => {
    fc.assert(
      fc.property(desiredSets, chainStates, (desired, actual) => {
        const after = afterSteps(actual, plan(desired, actual, 'remove'));
        expect({...after, drops: new Set(after.drops.keys())}).toEqual({
          chain: 'present',
          hook: 'first',
          hookCount: 1,
          otherJumps: 0,
          drops: desired,
        });
        expect([...after.drops.values()].every((count) => count === 1)).toBe(true);
      }),
      runs,
    );
  });

  test('a second plan is empty, whatever is done with surplus', () => {
    fc.assert(
      fc.property(
        desiredSets,
        chainStates,
        fc.constantFrom('remove', 'keep'),
        (desired, actual, surplus) => {
          const after = afterSteps(actual, plan(desired, actual, surplus));
          expect(plan(desired, after, surplus)).toEqual([]);
        },
      ),
      runs,
    );
  });

  test('is the smallest change: no rule is added and deleted, none deleted that stays', () => {
    fc.assert(
      fc.property(desiredSets, chainStates, (desired, actual) => {
        const steps = plan(desired, actual, 'remove');
        for (const step of steps) {
          if (step.kind === 'add') expect(actual.drops.has(step.network)).toBe(false);
        }
        const missing = [...desired].filter((text) => !actual.drops.has(text)).length;
        const surplus = [...actual.drops].reduce(
          (sum, [text, count]) => sum + count - (desired.has(text) ? 1 : 0),
          0,
        );
        const ofRules = steps.filter(({kind}) => kind === 'add' || kind === 'delete');
        expect(ofRules).toHaveLength(missing + surplus);
      }),
      runs,
    );
  });

  test('surplus keep: no wanted and no unknown rule goes, duplicates do', () => {
    fc.assert(
      fc.property(desiredSets, chainStates, (desired, actual) => {
        const {drops} = afterSteps(actual, plan(desired, actual, 'keep'));
        expect(new Set(drops.keys())).toEqual(new Set([...desired, ...actual.drops.keys()]));
        expect([...drops.values()].every((count) => count === 1)).toBe(true);
      }),
      runs,
    );
  });

  test('changes neither what is desired nor what is there', () => {
    fc.assert(
      fc.property(desiredSets, chainStates, (desired, actual) => {
        const before = structuredClone([desired, actual]);
        afterSteps(actual, plan(desired, actual, 'remove'));
        expect([desired, actual]).toEqual(before);
      }),
    );
  });
});

describe('removalPlan', () => {
  test('nothing there, nothing to do', () => {
    expect(removalPlan(absent())).toEqual([]);
  });

  test('every jump, then the rules, then the chain', () => {
    expect(removalPlan(present(['192.0.2.7'], 2))).toEqual([
      {kind: 'deleteHook'},
      {kind: 'deleteHook'},
      {kind: 'flushChain'},
      {kind: 'deleteChain'},
    ]);
  });

  test('leaves nothing of ours', () => {
    fc.assert(
      fc.property(chainStates, (actual) => {
        expect(afterSteps(actual, removalPlan(actual))).toEqual(absent());
      }),
    );
  });
});

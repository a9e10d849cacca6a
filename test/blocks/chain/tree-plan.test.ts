/** Whatever stands in the kernel, one plan makes it right: flat chains, trees, and the way between. */
import type {Desired} from '../../../src/blocks/intent.js';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Unwanted, Wish} from '../../../src/firewall/backend.js';
import type {ChainState} from '../../../src/blocks/chain/chain.js';
import {type ChainSettings, planChain, planChainRemoval} from '../../../src/blocks/chain/plan.js';
import {isSubChain, type Layout} from '../../../src/blocks/chain/tree.js';
import {families} from '../../net/samples.js';
import {
  absent,
  afterSteps,
  flat,
  intentOf,
  placeOf,
  times,
  wishOf,
} from '../../support/kernel/samples.js';
import {afterStep, faultsOf, foundStates, pool, wantedOf, whyNot} from './tree-samples.js';

interface Case {
  readonly settings: ChainSettings;
  readonly found: ChainState;
  readonly wanted: readonly string[];
}

const cases: fc.Arbitrary<Case> = families.chain((family) =>
  fc.record({
    settings: fc.record({
      spec: fc.constant(flat.spec),
      family: fc.constant(family),
      carrier: fc.constantFrom('rules', 'rules', 'set'),
      flatMax: fc.nat(8),
      hookPlace: fc.constantFrom('first', 'any'),
    }),
    found: foundStates(family),
    wanted: wantedOf(family),
  }),
);

const runs = {numRuns: 200};

/** Merged. */
const mergedOf = ({settings: {family}, wanted}: Case): string[] =>
  [...intentOf(family, wanted).entries()].map(([network]) => network);

const planOf = ({settings, wanted, found}: Case, unwanted: Unwanted = 'remove') =>
  planChain(settings, wishOf(wanted, unwanted, settings.family), found);

/** Digits of the deepest sub-chain that is more than empty and needed; 0 without any. */
const depthIn = ({spec}: ChainSettings, {chains, needed}: ChainState): number =>
  [...chains].reduce((deepest, [name, {drops, jumps, matches, others}]) => {
    const isOthers = needed.has(name) || others > 0;
    const isDone = isOthers && drops.size + jumps.size + matches.size === 0;
    const digits = isSubChain(spec, name) && !isDone ? name.length - spec.chain.length - 1 : 0;
    return Math.max(deepest, digits);
  }, 0);

const layoutIn = (settings: ChainSettings, state: ChainState): Layout => {
  const depth = depthIn(settings, state);
  return depth === 0 ? 'flat' : depth < 3 ? 'tree' : 'deepTree';
};

/** The layout in which it should end. */
function layoutAfter(given: Case): Layout {
  const {settings, found} = given;
  const count = settings.carrier === 'set' ? 0 : mergedOf(given).length;
  const now = layoutIn(settings, found);
  const flatMost = now === 'flat' ? settings.flatMax : settings.flatMax / 2;
  const treeMost = now === 'deepTree' ? settings.flatMax * 10 : settings.flatMax * 20;
  return count <= flatMost ? 'flat' : count <= treeMost ? 'tree' : 'deepTree';
}

describe('planChain: any state that can be found', () => {
  test('leads to exactly the desired state, each rule once and within reach', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const after = afterSteps(given.found, planOf(given));
        const {settings} = given;
        expect(faultsOf(settings, layoutAfter(given), mergedOf(given), after)).toEqual([]);
      }),
      runs,
    );
  });

  test('a second plan has no steps, whatever is done with unwanted rules', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom<Unwanted>('remove', 'keep'), (given, unwanted) => {
        const found = afterSteps(given.found, planOf(given, unwanted));
        expect(planOf({...given, found}, unwanted)).toEqual([]);
      }),
      runs,
    );
  });

  test('with unwanted rules kept, each desired rule stands and no network that stood is gone', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const after = afterSteps(given.found, planOf(given, 'keep'));
        const allOf = ({chains}: ChainState): string[] =>
          [...chains.values()].flatMap(({drops}) => [...drops.keys()]);
        const before = allOf(given.found);
        const wanted = given.settings.carrier === 'set' ? [] : mergedOf(given);
        expect(new Set(allOf(after))).toEqual(new Set([...before, ...wanted]));
      }),
      runs,
    );
  });

  test('steps can be done in their order: nothing is changed that is not there', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom('plan', 'removal'), (given, kind) => {
        const {settings, found} = given;
        const state = structuredClone(found);
        const steps = kind === 'plan' ? planOf(given) : planChainRemoval(settings, found);
        for (const step of steps) {
          expect(whyNot(state, step)).toBe('');
          afterStep(state, step);
        }
      }),
      runs,
    );
  });

  test('nothing stays after the removal but what others need or use, without ours', () => {
    fc.assert(
      fc.property(cases, ({settings, found}) => {
        const after = afterSteps(found, planChainRemoval(settings, found));
        expect(placeOf(after)).toBe('missing');
        const used = [...found.chains].flatMap(([name, {others}]) => (others > 0 ? name : []));
        expect(new Set(after.chains.keys())).toEqual(new Set([...found.needed, ...used]));
        for (const {drops, jumps, matches} of after.chains.values()) {
          expect([drops.size, jumps.size, matches.size]).toEqual([0, 0, 0]);
        }
      }),
      runs,
    );
  });

  test('a hook that is late stays where another program put it, with hookPlace any', () => {
    const made = afterSteps(absent(), planChain(flat, wishOf([]), absent()));
    const found: ChainState = {...made, hooks: [{chain: 'INPUT', counts: [1], place: 'late'}]};
    expect(planChain({...flat, hookPlace: 'any'}, wishOf([]), found)).toEqual([]);
    expect(planChain(flat, wishOf([]), found)).toHaveLength(2);
  });
});

describe('planChain: a scope', () => {
  const changes = (family: 4 | 6) =>
    fc.array(fc.record({at: fc.constantFrom(...pool[family]), untilMs: fc.nat(2)}), {maxLength: 6});

  const scoped = cases.chain((given) =>
    fc.record({given: fc.constant(given), changes: changes(given.settings.family)}),
  );

  test('from a right state a plan of what has changed is the plan of everything', () => {
    fc.assert(
      fc.property(scoped, ({given, changes}) => {
        const {settings} = given;
        const right = afterSteps(given.found, planOf(given));
        const intent = intentOf(settings.family, given.wanted);
        intent.takeChanged();
        for (const {at, untilMs} of changes) {
          if (untilMs === 0) intent.delete(at);
          else intent.set({network: at, untilMs});
        }
        const wish: Wish<Desired> = {...wishOf([]), desired: intent, nowMs: times.nowMs};
        const inScope = planChain(
          settings,
          {...wish, scope: 'changed', changed: intent.takeChanged()},
          right,
        );
        const ofAll = planChain(settings, wish, right);
        const sorted = (steps: readonly unknown[]): string[] =>
          steps.map((step) => JSON.stringify(step)).sort();
        expect(sorted(inScope)).toEqual(sorted(ofAll));
      }),
      runs,
    );
  });
});

describe('planChain: growth', () => {
  const settings: ChainSettings = {...flat, flatMax: 8};
  const hosts = Array.from(
    {length: 400},
    (_, i) => `${i % 200}.${i % 256}.${Math.floor(i / 200)}.7`,
  );
  const layoutAt = (count: number, found: ChainState): [Layout, ChainState] => {
    const after = afterSteps(found, planChain(settings, wishOf(hosts.slice(0, count)), found));
    return [layoutIn(settings, after), after];
  };

  test('a tree begins above flatMax and ends at half of it: nothing flaps between', () => {
    let state = absent();
    const seen: [number, Layout][] = [];
    for (const count of [7, 8, 9, 8, 9, 8, 5, 8, 5, 4, 5, 8, 4, 9, 12, 0]) {
      const [layout, after] = layoutAt(count, state);
      state = after;
      seen.push([count, layout]);
    }
    const trees = seen.map(([count, layout]) => (layout === 'flat' ? `${count}` : `${count}!`));
    expect(trees.join(' ')).toBe('7 8 9! 8! 9! 8! 5! 8! 5! 4 5 8 4 9! 12! 0');
  });

  test('a third level comes at twenty times as many, and goes at half of that', () => {
    let state = absent();
    const seen: string[] = [];
    for (const count of [160, 161, 160, 81, 161, 80, 160, 161, 4]) {
      const [layout, after] = layoutAt(count, state);
      state = after;
      seen.push(`${count} ${layout}`);
    }
    expect(seen).toEqual([
      '160 tree',
      '161 deepTree',
      '160 deepTree',
      '81 deepTree',
      '161 deepTree',
      '80 tree',
      '160 tree',
      '161 deepTree',
      '4 flat',
    ]);
  });

  test('a packet of any client enters at most two chains below ours, in a deep tree three', () => {
    expect(depthIn(settings, layoutAt(12, absent())[1])).toBe(2);
    expect(depthIn(settings, layoutAt(400, absent())[1])).toBe(3);
  });
});

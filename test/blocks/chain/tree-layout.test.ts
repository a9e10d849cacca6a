import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {branchesTo, branchTo, isSubChain, layoutFor} from '../../../src/blocks/chain/tree.js';
import {shortestPrefix} from '../../../src/blocks/block.js';
import {families, network, networkTextsOf} from '../../net/samples.js';
import {spec} from '../../support/kernel/samples.js';
import {wayTo} from './tree-samples.js';

/** Anything that can be blocked. */
const blockable = families.chain((family) =>
  networkTextsOf(family, shortestPrefix[family]).map(({text}) => network(text)),
);

const layouts = ['flat', 'tree', 'deepTree'] as const;

/** Names of chains as the configuration takes them. */
const chainNames = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,27}$/);

describe('branchesTo', () => {
  test('leads to where the digits of the address say', () => {
    fc.assert(
      fc.property(blockable, ({family, text}) => {
        for (const layout of layouts) {
          const branches = branchesTo(spec, family, text, layout);
          const way = wayTo(text, layout);
          expect(branches.map(({chain}) => chain)).toEqual(way);
          expect(branches.map(({parent}) => parent)).toEqual([spec.chain, ...way].slice(0, -1));
        }
      }),
    );
  });

  test.each([
    ['192.0.2.7', ['192.0.0.0/4', '192.0.0.0/8', '192.0.0.0/12']],
    ['203.0.113.0/24', ['192.0.0.0/4', '203.0.0.0/8', '203.0.0.0/12']],
    ['198.51.0.0/16', ['192.0.0.0/4', '198.0.0.0/8', '198.48.0.0/12']],
    ['0.0.0.1', ['0.0.0.0/4', '0.0.0.0/8', '0.0.0.0/12']],
    ['2001:db8:0:5c::7', ['0:8::/0:f::', '0:0:0:c::/0:0:0:f::', '0:0:0:50::/0:0:0:f0::']],
    ['2001:db0::7', ['::/0:f::', '::/0:0:0:f::', '::/0:0:0:f0::']],
    ['2001:db8::/63', ['0:8::/0:f::']],
    ['2001:db8::/64', ['0:8::/0:f::', '::/0:0:0:f::', '::/0:0:0:f0::']],
  ])('%s is looked for among %j', (text, expected) => {
    const {family} = network(text);
    const sources = branchesTo(spec, family, text, 'deepTree').map(({source}) => source);
    expect(sources).toEqual(expected);
  });

  test('every address of the network is let through by every source on the way', () => {
    fc.assert(
      fc.property(blockable, ({family, text, first, last}) => {
        for (const {source} of branchesTo(spec, family, text, 'deepTree')) {
          const [base = '', mask = ''] = source.split('/');
          const bits = mask.includes(':') ? network(mask).first : maskOf(Number(mask));
          const wanted = network(base).first;
          expect([first & bits, last & bits]).toEqual([wanted, wanted]);
        }
      }),
    );
  });

  const maskOf = (prefix: number): bigint => (0xffff_ffffn << BigInt(32 - prefix)) & 0xffff_ffffn;
});

describe('names of sub-chains', () => {
  test('lead back to the branch, fit the kernel, and are no other chain’s', () => {
    fc.assert(
      fc.property(blockable, chainNames, chainNames, ({family, text}, chain, other) => {
        const which = {chain, ports: [25], hooks: ['INPUT']};
        for (const branch of branchesTo(which, family, text, 'deepTree')) {
          expect(branchTo(which, family, branch.chain)).toEqual(branch);
          expect(isSubChain(which, branch.chain)).toBe(true);
          expect(branch.chain.length).toBeLessThanOrEqual(28);
          const isOthers = isSubChain({chain: other, ports: [25], hooks: ['INPUT']}, branch.chain);
          expect(isOthers).toBe(other === chain);
        }
        expect(isSubChain(which, chain)).toBe(false);
      }),
    );
  });

  test('two long names that begin alike have different ones', () => {
    const [one, two] = ['A', 'B'].map((end) => `${'LONG'.repeat(6)}NAM${end}`);
    const chainOf = (chain = '') =>
      branchesTo({chain, ports: [25], hooks: ['INPUT']}, 4, '192.0.2.7', 'deepTree')[2]?.chain;
    expect(chainOf(one)).toMatch(/^LONGLONGLONGLON\.[0-9a-f]{8}-c00$/);
    expect(chainOf(two)).not.toBe(chainOf(one));
  });

  test.each(['', '-', '-x', '-C', '-0123', '-0 ', '_2', '-f-0'])(
    '%j after the name is none',
    (end) => {
      expect(isSubChain(spec, `${spec.chain}${end}`)).toBe(false);
    },
  );
});

describe('layoutFor', () => {
  test.each([
    [1000, 'flat', 'flat'],
    [1001, 'flat', 'tree'],
    [1000, 'tree', 'tree'],
    [501, 'tree', 'tree'],
    [500, 'tree', 'flat'],
    [0, 'tree', 'flat'],
    [20_000, 'flat', 'tree'],
    [20_000, 'tree', 'tree'],
    [20_001, 'flat', 'deepTree'],
    [20_001, 'tree', 'deepTree'],
    [10_001, 'deepTree', 'deepTree'],
    [10_000, 'deepTree', 'tree'],
    [500, 'deepTree', 'flat'],
  ] as const)('%d rules, at most 1000 flat, %s now: %s', (count, current, then) => {
    expect(layoutFor(count, 1000, current)).toBe(then);
  });
});

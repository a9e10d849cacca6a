/** Chains as they could be found, and what should stand in them. */
import fc from 'fast-check';
import type {ChainState} from '../../src/firewall/chain.js';

export const spec = {chain: 'SPAM_UNAME_GUESSERS', port: 25};

const networkText = fc.constantFrom(
  ...['192.0.2.7', '192.0.2.8', '192.0.2.9', '198.51.100.0/24', '203.0.113.128/25'],
  ...['203.0.113.1', '203.0.113.2', '203.0.113.3'],
);

export const desiredSets = fc.uniqueArray(networkText).map((texts) => new Set(texts));

/** What the kernel can have: no hook and no rules without a chain, duplicates, a late hook. */
export const chainStates: fc.Arbitrary<ChainState> = fc.oneof(
  {weight: 1, arbitrary: fc.constant(absent())},
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.array(networkText, {maxLength: 12}), fc.nat(3), fc.boolean())
      .map(([texts, hookCount, passedBy]) => present(texts, hookCount, passedBy)),
  },
);

export function absent(): ChainState {
  return {chain: 'absent', hook: 'missing', hookCount: 0, otherJumps: 0, drops: new Map()};
}

/** @param passedBy whether a rule before the first jump may accept */
export function present(texts: readonly string[], hookCount = 1, passedBy = false): ChainState {
  const drops = new Map<string, number>();
  for (const text of texts) drops.set(text, (drops.get(text) ?? 0) + 1);
  const once = hookCount === 1 && !passedBy ? 'first' : 'late';
  return {
    chain: 'present',
    hook: hookCount === 0 ? 'missing' : once,
    hookCount,
    otherJumps: 0,
    drops,
  };
}

/**
 * Generates chains and sub-chains in any state in which a tool could leave them. Computes the expected tree
 * independently of `src`, and in a simpler way: from the hexadecimal digits of an address.
 */
import fc from 'fast-check';
import {
  type ChainRules,
  type ChainState,
  type ChainStep,
  doSteps,
  emptyRules,
} from '../../../src/blocks/chain/chain.js';
import type {ChainSettings} from '../../../src/blocks/chain/plan.js';
import type {Layout} from '../../../src/blocks/chain/tree.js';
import type {Family} from '../../../src/net/address.js';
import {network} from '../../net/samples.js';
import {spec} from '../../support/kernel/samples.js';

/** Some lie within others, some share a sub-chain, some stand at the edges. */
export const pool: Readonly<Record<Family, readonly string[]>> = {
  4: [
    ...['192.0.2.7', '192.0.2.8', '192.0.0.0/16', '198.51.100.0/24', '198.51.100.7'],
    ...['203.0.113.128/25', '203.0.113.1', '10.0.0.7', '0.0.0.1', '255.255.255.255', '96.0.0.9'],
  ],
  6: [
    ...['2001:db8::7', '2001:db8:0:c::7', '2001:db8:0:c::/64', '2001:db8:bad::/48'],
    ...['2001:db8::/32', '2001:db7:0:c::7', '2001:dbf:0:f::/64', '2001:db0::1', '2001:db8::/63'],
    ...['::1:0:0:1', 'ffff:ffff:ffff:ffff::1'],
  ],
};

export const wantedOf = (family: Family): fc.Arbitrary<string[]> => fc.subarray([...pool[family]]);

/** The groups of bits as hexadecimal digits; one, where the network does not reach the others. */
function digitsOf(text: string): string[] {
  const {family, first, prefix} = network(text);
  const digits = first.toString(16).padStart(family === 4 ? 8 : 32, '0');
  const chosen = (family === 4 ? [0, 1, 2] : [7, 15, 14]).map((at) => digits.charAt(at));
  return family === 6 && prefix < 64 ? chosen.slice(0, 1) : chosen;
}

/** The sub-chains on the way to the network's rule in a tree. */
export function wayTo(text: string, layout: Layout): string[] {
  const depth = {flat: 0, tree: 2, deepTree: 3}[layout];
  const digits = digitsOf(text).slice(0, depth);
  return digits.map((_, i) => `${spec.chain}-${digits.slice(0, i + 1).join('')}`);
}

/** Sub-chain → the chain from which it is reached. */
const parentOf = (chain: string): string =>
  chain.length - spec.chain.length === 2 ? spec.chain : chain.slice(0, -1);

/** Anything: rules doubled and misplaced, jumps missing or doubled, sub-chains of a former tree. */
export function foundStates(family: Family): fc.Arbitrary<ChainState> {
  const ways = pool[family].flatMap((text) => wayTo(text, 'deepTree'));
  const subChains = [...new Set([...ways, `${spec.chain}-e`])];
  return fc
    .record({
      root: fc.boolean(),
      subs: fc.oneof(fc.constant<string[]>([]), fc.subarray(subChains), fc.constant(subChains)),
      /** What leads to each sub-chain, before the rest. */
      jumps: fc.constantFrom(0, 1),
      rules: fc.array(fc.record({in: fc.nat(30), network: fc.constantFrom(...pool[family])})),
      moreJumps: fc.array(fc.nat(30), {maxLength: 5}),
      matches: fc.array(fc.nat(30), {maxLength: 2}),
      /** Sub-chains in which somebody else has a rule too. */
      shared: fc.array(fc.nat(30), {maxLength: 2}),
      /** Whose names others have taken. */
      taken: fc.array(fc.nat(30), {maxLength: 2}),
      hook: fc.constantFrom('missing', 'late', 'first', 'twice'),
      needed: fc.oneof(fc.constant<string[]>([]), fc.subarray([spec.chain, ...subChains])),
    })
    .map(({root, subs: all, jumps, rules, moreJumps, matches, shared, taken, hook, needed}) => {
      const strangers = new Set(taken.map((at) => subChains[at % subChains.length]!));
      // Where a name is taken nothing of ours is below it.
      const subs = all.filter((name) => ![...strangers].some((other) => name.startsWith(other)));
      const names = [...(root ? [spec.chain] : []), ...subs];
      const used = new Set(shared.map((at) => names[at % names.length]));
      const othersIn = (name: string): number => (used.has(name) && name !== spec.chain ? 1 : 0);
      const chains = new Map(names.map((name) => [name, emptyRules(othersIn(name))]));
      const chainAt = (at: number): ChainRules => chains.get(names[at % names.length]!)!;
      const jump = (chain: string): void => {
        const from = chains.get(parentOf(chain));
        if (from !== undefined) countUp(from.jumps, chain);
      };
      if (jumps === 1) for (const chain of subs) jump(chain);
      if (subs.length > 0) for (const at of moreJumps) jump(subs[at % subs.length]!);
      if (names.length > 0) {
        for (const rule of rules) countUp(chainAt(rule.in).drops, rule.network);
        for (const at of matches) countUp(chainAt(at).matches, 0);
      }
      const hookCount = {missing: 0, late: 1, first: 1, twice: 2}[hook];
      return {
        chains,
        hooks: [{chain: 'INPUT', counts: [root ? hookCount : 0], place: root ? hook : 'missing'}],
        staleHooks: [],
        needed: new Set(needed.filter((chain) => chains.has(chain))),
        strangers,
      };
    });
}

const countUp = <Key>(times: Map<Key, number>, key: Key): void =>
  void times.set(key, (times.get(key) ?? 0) + 1);

const textOf = (lines: readonly string[]): string => [...lines].sort().join();

/**
 * What is wrong, in words: nothing when just these rules stand, each once, where packets meet them.
 *
 * @param wanted merged, as an intent gives them
 */
export function faultsOf(
  {carrier, hookPlace, spec: {chain: root}}: Pick<ChainSettings, 'carrier' | 'hookPlace' | 'spec'>,
  layout: Layout,
  wanted: readonly string[],
  {chains, hooks: [hook], needed, strangers}: ChainState,
): string[] {
  const faults: string[] = [];
  const {place, counts} = hook!;
  const isHooked = place === 'first' || (place === 'late' && hookPlace === 'any');
  if (!isHooked || counts[0] !== 1) faults.push(`hook ${place}, ${counts[0]} times`);
  if (!chains.has(root)) faults.push('no chain');
  const expected = carrier === 'set' ? [] : [...wanted];
  const freeWayTo = (text: string): string[] => {
    const way = wayTo(text, layout);
    const taken = way.findIndex((chain) => strangers.has(chain));
    return taken < 0 ? way : way.slice(0, taken);
  };
  const placeOf = (text: string): string => freeWayTo(text).at(-1) ?? root;
  const placed: string[] = expected.map((text) => `${placeOf(text)} ${text}`);
  const found = [...chains].flatMap(([chain, {drops}]) =>
    [...drops].flatMap(([text, times]) => Array<string>(times).fill(`${chain} ${text}`)),
  );
  if (textOf(found) !== textOf(placed)) faults.push(`rules: ${found.join()}`);
  for (const [chain, {jumps, matches}] of chains) {
    const times = matches.get(0) ?? 0;
    if (times !== (carrier === 'set' && chain === root ? 1 : 0)) {
      faults.push(`${chain}: ${times} matches`);
    }
    for (const [to, times] of jumps) if (times !== 1) faults.push(`${chain} to ${to}: ${times}`);
    const depth = chain === root ? 0 : chain.length - root.length - 1;
    const isTooDeep = depth > {flat: 0, tree: 2, deepTree: 3}[layout];
    const isOthers = needed.has(chain) || chains.get(chain)!.others > 0;
    if (isTooDeep && !isOthers) faults.push(`left: ${chain}`);
    if (strangers.has(chain)) faults.push(`not ours: ${chain}`);
  }
  const way = expected.flatMap(freeWayTo);
  for (const chain of way) {
    if (!chains.get(parentOf(chain))?.jumps.has(chain)) faults.push(`not reached: ${chain}`);
  }
  return faults;
}

/** Why iptables would refuse the step; '' when it would not. */
export function whyNot({chains, hooks}: ChainState, step: ChainStep): string {
  const hookCount = hooks[0]!.counts[0]!;
  switch (step.kind) {
    case 'createChain':
      return chains.has(step.chain) ? `${step.chain} is there` : '';
    case 'flushChain':
      if (step.chain !== spec.chain && (chains.get(step.chain)?.others ?? 0) > 0) {
        return `somebody else has a rule in ${step.chain}`;
      }
      return chains.has(step.chain) ? '' : `no ${step.chain}`;
    case 'deleteChain':
      return whyNotDeleted(step.chain);
    case 'insertHook':
      return chains.has(spec.chain) ? '' : 'a jump to nowhere';
    case 'deleteHook':
      return hookCount > 0 ? '' : 'no hook';
    case 'addJump':
      return chains.has(step.branch.parent) && chains.has(step.branch.chain) ? '' : 'no such chain';
    case 'deleteJump':
      return chains.get(step.branch.parent)?.jumps.has(step.branch.chain) ? '' : 'no such jump';
    case 'add':
    case 'addMatch':
      return chains.has(step.chain) ? '' : `no ${step.chain}`;
    case 'delete':
      return chains.get(step.chain)?.drops.has(step.key) ? '' : `no ${step.key}`;
    case 'deleteMatch':
      return chains.get(step.chain)?.matches.has(step.at) ? '' : 'no match';
    case 'addPass':
    case 'deletePass':
    case 'deleteStale':
    case 'deleteStaleHook':
      return 'nobody asked for it';
  }

  function whyNotDeleted(name: string): string {
    const rules = chains.get(name);
    if (rules === undefined) return `no ${name}`;
    const {drops, jumps, matches, others} = rules;
    if (drops.size + jumps.size + matches.size + others > 0) return `${name} is not empty`;
    const isUsed = [...chains.values()].some(({jumps}) => jumps.has(name));
    return isUsed || (name === spec.chain && hookCount > 0) ? `${name} is used` : '';
  }
}

export const afterStep = (state: ChainState, step: ChainStep): ChainState => doSteps(state, [step]);

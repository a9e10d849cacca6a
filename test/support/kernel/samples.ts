/** Chains that could be found in the kernel, and the rules that should be in them. */
import fc from 'fast-check';
import type {Backend, Unwanted, Wish} from '../../../src/firewall/backend.js';
import type {KeeperTask} from '../../../src/firewall/live/keeper.js';
import {
  type ChainState,
  type ChainStep,
  doSteps,
  emptyRules,
  type HookState,
} from '../../../src/blocks/chain/chain.js';
import {type ChainSettings, planChain} from '../../../src/blocks/chain/plan.js';
import {type Desired, Intent} from '../../../src/blocks/intent.js';
import {blockWords} from '../../../src/blocks/live/block-rules.js';
import type {Family} from '../../../src/net/address.js';

export const spec = {chain: 'SPAM_UNAME_GUESSERS', ports: [25], hooks: ['INPUT']};

/** A flat chain of rules with its hook in front. */
export const flat: ChainSettings = {
  spec,
  family: 4,
  carrier: 'rules',
  flatMax: 1000,
  hookPlace: 'first',
};

/** The time of these tests, and an end that is never reached. Ms since the epoch. */
export const times = {nowMs: 1_800_000_000_000, untilMs: 1_800_003_600_000};

/** An intent with these blocks. */
export function intentOf(family: Family, networks: Iterable<string>): Intent {
  const intent = new Intent(family);
  for (const network of networks) intent.set({network, untilMs: times.untilMs});
  return intent;
}

/** The object that a keeper of the IPv4 blocks manages. */
export const keeping = <Actual>(
  backend: Backend<Actual, Desired>,
  goal: Intent,
): KeeperTask<Actual, Desired> => ({family: 4, backend, goal, words: blockWords});

/** A wish; a test may change each part of it. */
export const wishOf = (
  networks: Iterable<string>,
  unwanted: Unwanted = 'remove',
  family: Family = 4,
): Wish<Desired> => ({
  desired: intentOf(family, networks),
  unwanted,
  changed: new Set(),
  scope: 'all',
  nowMs: times.nowMs,
});

/** The steps that bring a flat IPv4 chain to these blocks. */
export const stepsTo = (
  networks: Iterable<string>,
  actual: ChainState,
  unwanted: Unwanted = 'remove',
): ChainStep[] => planChain(flat, wishOf(networks, unwanted), actual);

/** The state after the steps. Does not change the state before. */
export const afterSteps = (actual: ChainState, steps: readonly ChainStep[]): ChainState =>
  doSteps(structuredClone(actual), steps);

const networkText = fc.constantFrom(
  ...['192.0.2.7', '192.0.2.8', '192.0.2.9', '198.51.100.0/24', '203.0.113.128/25'],
  ...['203.0.113.1', '203.0.113.2', '203.0.113.3'],
);

export const desiredSets = fc.uniqueArray(networkText).map((texts) => new Set(texts));

/** All states of a flat chain: no chain (then no hook and no rules), duplicates, a late hook. */
export const chainStates: fc.Arbitrary<ChainState> = fc.oneof(
  {weight: 1, arbitrary: fc.constant(undefined).map(absent)},
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.array(networkText, {maxLength: 12}), fc.nat(3), fc.boolean())
      .map(([texts, hookCount, passedBy]) => present(texts, hookCount, passedBy)),
  },
);

export function absent(): ChainState {
  return {
    ...{chains: new Map(), hooks: [{chain: 'INPUT', counts: [0], place: 'missing'}]},
    ...{staleHooks: [], needed: new Set(), strangers: new Set()},
  };
}

/** A chain that exists. @param passedBy whether a rule before the only jump may accept */
export function present(
  texts: readonly string[],
  hookCount = 1,
  passedBy = false,
  needed: readonly string[] = [],
): ChainState {
  const rules = emptyRules();
  for (const text of texts) rules.drops.set(text, (rules.drops.get(text) ?? 0) + 1);
  const places = ['missing', passedBy ? 'late' : 'first'] as const;
  return {
    chains: new Map([[spec.chain, rules]]),
    hooks: [{chain: 'INPUT', counts: [hookCount], place: places[hookCount] ?? 'twice'}],
    staleHooks: [],
    needed: new Set(needed),
    strangers: new Set(),
  };
}

/** The state with so many rules of other programs in the chain itself. */
export function withOthers(state: ChainState, others: number): ChainState {
  const rules = state.chains.get(spec.chain)!;
  return {...state, chains: new Map([[spec.chain, {...rules, others}]])};
}

/** The place of our only hook. */
export const placeOf = ({hooks: [hook]}: ChainState): HookState['place'] => hook!.place;

/** The rules of the chain itself, with the count of each. */
export const dropsOf = ({chains}: ChainState): ReadonlyMap<string, number> =>
  chains.get(spec.chain)?.drops ?? new Map<string, number>();

/**
 * What one family's chain looks like in the kernel, as far as it concerns us: a value, which
 * `rules.ts` reads from a listing and `plan.ts` compares with what should be.
 */
import type {Branch} from './tree.js';
import type {Hook} from '../../firewall/filter-table.js';

/** The rules of ours in one chain, and how often each: more than once is a fault. */
export interface ChainRules {
  /** DROP rules, by the text of their network. */
  readonly drops: Map<string, number>;
  /** Jumps to sub-chains: chain → how often; those with a wrong source are `others`. */
  readonly jumps: Map<string, number>;
  /** Rules that drop what is in our set. */
  matches: number;
  /** Rules that are not ours. */
  readonly others: number;
}

export interface ChainState {
  /** Those of ours that exist: the chain, and its sub-chains. */
  readonly chains: Map<string, ChainRules>;
  hook: Hook;
  /** How often our jump stands in INPUT. */
  hookCount: number;
  /** Chains of ours to which rules that are not ours jump: they can be emptied, but not deleted. */
  readonly needed: ReadonlySet<string>;
  /** Chains of others that have names like our sub-chains. */
  readonly strangers: ReadonlySet<string>;
}

export const emptyRules = (others = 0): ChainRules => ({
  ...{drops: new Map(), jumps: new Map()},
  ...{matches: 0, others},
});

export type ChainStep =
  | {readonly kind: 'createChain' | 'flushChain' | 'deleteChain'; readonly chain: string}
  | {readonly kind: 'insertHook' | 'deleteHook'}
  | {readonly kind: 'addJump' | 'deleteJump'; readonly branch: Branch}
  | {readonly kind: 'add' | 'delete'; readonly chain: string; readonly network: string}
  | {readonly kind: 'addMatch' | 'deleteMatch'; readonly chain: string};

/** Does the steps to the state itself: a copy of 100,000 rules for one more would be waste. */
export function doSteps(state: ChainState, steps: readonly ChainStep[]): ChainState {
  for (const step of steps) doStep(state, step);
  return state;
}

function doStep(state: ChainState, step: ChainStep): void {
  const {chains} = state;
  switch (step.kind) {
    case 'createChain':
    case 'flushChain':
      chains.set(step.chain, emptyRules());
      break;
    case 'deleteChain':
      chains.delete(step.chain);
      break;
    case 'insertHook':
      state.hookCount += 1;
      state.hook = state.hookCount === 1 ? 'first' : 'twice';
      break;
    case 'deleteHook':
      state.hookCount -= 1;
      if (state.hookCount === 0) state.hook = 'missing';
      break;
    case 'addJump':
      count(chains.get(step.branch.parent)!.jumps, step.branch.chain, 1);
      break;
    case 'deleteJump':
      count(chains.get(step.branch.parent)!.jumps, step.branch.chain, -1);
      break;
    case 'add':
      count(chains.get(step.chain)!.drops, step.network, 1);
      break;
    case 'delete':
      count(chains.get(step.chain)!.drops, step.network, -1);
      break;
    case 'addMatch':
      chains.get(step.chain)!.matches += 1;
      break;
    case 'deleteMatch':
      chains.get(step.chain)!.matches -= 1;
      break;
  }
}

function count(times: Map<string, number>, key: string, change: 1 | -1): void {
  const left = (times.get(key) ?? 0) + change;
  if (left > 0) times.set(key, left);
  else times.delete(key);
}

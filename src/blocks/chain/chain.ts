/**
 * What one family's chain looks like in the kernel, as far as it concerns us. A value: `rules.ts` reads
 * it from a listing, and `plan.ts` compares it with what should be.
 */
import type {Branch} from './tree.js';
import type {Hook} from '../../firewall/filter-table.js';

/** Our rules in one chain, and how often each occurs: more than once is a fault. */
export interface ChainRules {
  /** DROP rules, by their key (`matches.ts`). */
  readonly drops: Map<string, number>;
  /** Jumps to sub-chains: chain → how often. A jump with a wrong source counts among `others`. */
  readonly jumps: Map<string, number>;
  /**
   * Rules, by their key, that let recently logged-in clients pass. They stand before all other rules.
   */
  readonly passes: Map<string, number>;
  /** Rules that drop the members of our set, by the index of their match. */
  readonly matches: Map<number, number>;
  /**
   * Our rules that no longer do what they should, as text: they name former ports, or stand in the
   * wrong place.
   */
  readonly stale: Map<string, number>;
  /** Rules that are not ours. */
  readonly others: number;
}

/** Our jumps in a chain that leads packets to ours. */
export interface HookState {
  readonly chain: string;
  /** How often each jump occurs, by the index of its match. */
  readonly counts: number[];
  /** The place of the worst one. `absent`: the chain does not exist. */
  place: Hook | 'absent';
}

/** Our rule from former settings in somebody else's chain. */
export interface StaleHook {
  readonly chain: string;
  readonly rule: string;
}

export interface ChainState {
  /** Our chains that exist: the main chain and its sub-chains. */
  readonly chains: Map<string, ChainRules>;
  /** In the order of the settings. */
  readonly hooks: readonly HookState[];
  readonly staleHooks: StaleHook[];
  /** Our chains to which somebody else's rules jump: they can be emptied, but not deleted. */
  readonly needed: ReadonlySet<string>;
  /** Chains of others whose names look like our sub-chains. */
  readonly strangers: ReadonlySet<string>;
}

export const emptyRules = (others = 0): ChainRules => ({
  ...{drops: new Map(), jumps: new Map(), passes: new Map(), matches: new Map()},
  ...{stale: new Map(), others},
});

export type ChainStep =
  | {readonly kind: 'createChain' | 'flushChain' | 'deleteChain'; readonly chain: string}
  /** @param at the index of the match. From 0 */
  | {readonly kind: 'insertHook' | 'deleteHook'; readonly chain: string; readonly at: number}
  | {
      readonly kind: 'deleteStale' | 'deleteStaleHook';
      readonly chain: string;
      readonly rule: string;
    }
  | {readonly kind: 'addJump' | 'deleteJump'; readonly branch: Branch}
  | {readonly kind: 'add' | 'delete'; readonly chain: string; readonly key: string}
  | {readonly kind: 'addPass' | 'deletePass'; readonly chain: string; readonly key: string}
  | {readonly kind: 'addMatch' | 'deleteMatch'; readonly chain: string; readonly at: number};

/** Applies the steps to the state in place: copying 100,000 rules for one more would be a waste. */
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
      hook(state, step.chain, step.at, 1);
      break;
    case 'deleteHook':
      hook(state, step.chain, step.at, -1);
      break;
    case 'deleteStale':
      count(chains.get(step.chain)!.stale, step.rule, -1);
      break;
    case 'deleteStaleHook':
      unhook(state, step.chain, step.rule);
      break;
    case 'addJump':
      count(chains.get(step.branch.parent)!.jumps, step.branch.chain, 1);
      break;
    case 'deleteJump':
      count(chains.get(step.branch.parent)!.jumps, step.branch.chain, -1);
      break;
    case 'add':
      count(chains.get(step.chain)!.drops, step.key, 1);
      break;
    case 'delete':
      count(chains.get(step.chain)!.drops, step.key, -1);
      break;
    case 'addPass':
      count(chains.get(step.chain)!.passes, step.key, 1);
      break;
    case 'deletePass':
      count(chains.get(step.chain)!.passes, step.key, -1);
      break;
    case 'addMatch':
      count(chains.get(step.chain)!.matches, step.at, 1);
      break;
    case 'deleteMatch':
      count(chains.get(step.chain)!.matches, step.at, -1);
      break;
  }
}

/** Each hook is removed before it is inserted again, so a hook just inserted is the first rule. */
function hook({hooks}: ChainState, chain: string, at: number, change: 1 | -1): void {
  const state = hooks.find((each) => each.chain === chain)!;
  state.counts[at]! += change;
  if (state.counts.some((times) => times === 0)) state.place = 'missing';
  else state.place = state.counts.some((times) => times > 1) ? 'twice' : 'first';
}

function unhook({staleHooks}: ChainState, chain: string, rule: string): void {
  const at = staleHooks.findIndex((each) => each.chain === chain && each.rule === rule);
  if (at >= 0) staleHooks.splice(at, 1);
}

function count<Key>(times: Map<Key, number>, key: Key, change: 1 | -1): void {
  const left = (times.get(key) ?? 0) + change;
  if (left > 0) times.set(key, left);
  else times.delete(key);
}

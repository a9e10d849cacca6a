/**
 * Plans the smallest change of a chain, as steps. An expired block, an unblocked one, a repair, a
 * recovery, and the growth from a flat chain to a tree are all the same here: a difference. This file
 * neither renders the steps (`rules.ts`) nor runs them (`firewall/live/keeper.ts`).
 */
import type {Desired} from '../intent.js';
import type {ChainRules, ChainState, ChainStep, HookState} from './chain.js';
import {type Matches, matchesOf, networkOfKey, ruleKeys} from './matches.js';
import {droppedBy} from './rules.js';
import type {ChainSpec} from './spec.js';
import {
  type Branch,
  branchesTo,
  branchTo,
  depthIn,
  depthOf,
  isSubChain,
  type Layout,
  layoutFor,
} from './tree.js';
import type {Wish} from '../../firewall/backend.js';
import type {Family} from '../../net/address.js';

export interface ChainSettings {
  readonly spec: ChainSpec;
  readonly family: Family;
  /** `rules`: one rule for each block. `set`: one rule for all blocks, which are in a set. */
  readonly carrier: 'rules' | 'set';
  /** The most rules of a flat chain. */
  readonly flatMax: number;
  /** `first`: the hook must stand before any rule that could accept a packet. */
  readonly hookPlace: 'first' | 'any';
}

/** @returns steps that turn `actual` into what is desired; none if nothing differs */
export function planChain(
  settings: ChainSettings,
  wish: Wish<Desired>,
  actual: ChainState,
): ChainStep[] {
  return new ChainPlanner(settings, wish, actual).plan();
}

class ChainPlanner {
  readonly #settings: ChainSettings;
  readonly #wish: Wish<Desired>;
  readonly #actual: ChainState;
  readonly #layout: Layout;
  readonly #matches: Matches;
  readonly #steps: ChainStep[] = [];
  /** Chains that exist or are being made, and jumps to them. */
  readonly #reached = new Set<string>();

  constructor(settings: ChainSettings, wish: Wish<Desired>, actual: ChainState) {
    this.#settings = settings;
    this.#wish = wish;
    this.#actual = actual;
    this.#layout = layoutOf(settings, wish, actual);
    this.#matches = matchesOf(settings.spec);
  }

  plan(): ChainStep[] {
    const {spec, carrier} = this.#settings;
    const root = this.#actual.chains.get(spec.chain);
    if (root === undefined) this.#steps.push({kind: 'createChain', chain: spec.chain});
    this.#planHooks();
    if (carrier === 'set') this.#addMatches(root);
    const {scope, changed} = this.#wish;
    const hasMoved = layoutNow(spec, this.#actual) !== this.#layout;
    if (scope === 'all' || hasMoved) this.#planAll();
    else if (carrier === 'rules') this.#planSome(changed);
    // Planned last, because passes are inserted before everything else.
    this.#planPasses(root);
    return this.#steps;
  }

  #planHooks(): void {
    for (const hook of this.#actual.hooks) {
      if (hook.place === 'absent' || isGood(hook, this.#settings)) continue;
      this.#steps.push(...deletedHooks(hook));
      for (const at of this.#matches.all.keys()) {
        this.#steps.push({kind: 'insertHook', chain: hook.chain, at});
      }
    }
    for (const {chain, rule} of this.#actual.staleHooks) {
      this.#steps.push({kind: 'deleteStaleHook', chain, rule});
    }
  }

  #addMatches(root: ChainRules | undefined): void {
    const {chain} = this.#settings.spec;
    for (const at of this.#matches.all.keys()) {
      if (!root?.matches.has(at)) this.#steps.push({kind: 'addMatch', chain, at});
    }
  }

  /** Passes are few (`blocks/passes.ts`), so each plan looks at all of them. */
  #planPasses(root: ChainRules | undefined): void {
    const {chain} = this.#settings.spec;
    const {submissions} = this.#matches;
    const wanted = new Set<string>();
    if (submissions.length > 0) {
      for (const network of this.#wish.desired.passes.keys()) {
        for (const key of ruleKeys(network, submissions)) wanted.add(key);
      }
    }
    for (const [key, times] of root?.passes ?? []) {
      for (let i = wanted.has(key) ? 1 : 0; i < times; i++) {
        this.#steps.push({kind: 'deletePass', chain, key});
      }
    }
    for (const key of wanted) {
      if (!root?.passes.has(key)) this.#steps.push({kind: 'addPass', chain, key});
    }
  }

  #planAll(): void {
    const {desired, unwanted, changed} = this.#wish;
    const {spec} = this.#settings;
    const leaving = subChainsOf(spec, this.#actual).filter(
      (chain) => depthIn(spec, chain) > depthOf[this.#layout],
    );
    if (this.#settings.carrier === 'rules') {
      for (const [network] of desired.entries()) this.#planAddition(network);
    }
    for (const [chain, {drops}] of this.#actual.chains) {
      if (leaving.includes(chain)) continue;
      for (const [key, times] of drops) {
        const network = networkOfKey(key);
        const isWanted = this.#untilMs(network) !== undefined;
        const isKept = unwanted === 'keep' && !changed.has(network);
        const stays = isWanted ? this.#placeOf(network) === chain : isKept;
        this.#delete(chain, key, times - (stays ? 1 : 0));
      }
    }
    this.#planStale(leaving);
    this.#planMatches(leaving);
    this.#planJumps(leaving);
  }

  /**
   * Rules for other ports go in the same batch in which the new rules come, so no packet passes in
   * between.
   */
  #planStale(leaving: readonly string[]): void {
    const {unwanted, changed} = this.#wish;
    const {family} = this.#settings;
    for (const [chain, {stale}] of this.#actual.chains) {
      if (leaving.includes(chain)) continue;
      for (const [rule, times] of stale) {
        const network = unwanted === 'keep' ? droppedBy(rule, family) : undefined;
        const isKept =
          network !== undefined &&
          this.#settings.carrier === 'rules' &&
          this.#untilMs(network) === undefined &&
          !changed.has(network);
        if (isKept) continue;
        for (let i = 0; i < times; i++) this.#steps.push({kind: 'deleteStale', chain, rule});
      }
    }
  }

  /** One rule for each match is enough, and only in our main chain. */
  #planMatches(leaving: readonly string[]): void {
    const {spec, carrier} = this.#settings;
    for (const [chain, {matches}] of this.#actual.chains) {
      if (leaving.includes(chain)) continue;
      const wanted = carrier === 'set' && chain === spec.chain ? 1 : 0;
      for (const [at, times] of matches) {
        for (let i = wanted; i < times; i++) this.#steps.push({kind: 'deleteMatch', chain, at});
      }
    }
  }

  /** Removes duplicate jumps, and every jump to a chain that is leaving. */
  #planJumps(leaving: readonly string[]): void {
    const {spec, family} = this.#settings;
    for (const [parent, {jumps}] of this.#actual.chains) {
      if (leaving.includes(parent)) continue;
      for (const [chain, times] of jumps) {
        const wanted = leaving.includes(chain) ? 0 : 1;
        const branch = branchTo(spec, family, chain);
        for (let i = wanted; i < times; i++) this.#steps.push({kind: 'deleteJump', branch});
      }
    }
    this.#steps.push(...dissolved(this.#settings, leaving, this.#actual));
  }

  /** Plans for these networks only; everything else is known to be right. */
  #planSome(networks: ReadonlySet<string>): void {
    const leaving = new Map<string, Set<string>>();
    for (const network of networks) {
      if (this.#untilMs(network) !== undefined) {
        this.#planAddition(network);
        continue;
      }
      const chain = this.#placeOf(network);
      leaving.set(chain, (leaving.get(chain) ?? new Set()).add(network));
    }
    for (const [chain, some] of leaving) {
      const drops = this.#actual.chains.get(chain)?.drops ?? new Map<string, number>();
      // iptables searches each rule from the top of its chain. Deleting 10,000 rules in another order
      // than the chain's took half a minute.
      const keys = (): Iterable<string> =>
        some.size === 1
          ? [...some].flatMap((network) => ruleKeys(network, this.#matches.all))
          : [...drops.keys()].filter((key) => some.has(networkOfKey(key)));
      for (const key of [...keys()]) this.#delete(chain, key, drops.get(key) ?? 0);
    }
  }

  #planAddition(network: string): void {
    const branches = this.#branchesTo(network);
    for (const branch of branches) this.#reach(branch);
    const chain = branches.at(-1)?.chain ?? this.#settings.spec.chain;
    const drops = this.#actual.chains.get(chain)?.drops;
    for (const key of ruleKeys(network, this.#matches.all)) {
      if (!drops?.has(key)) this.#steps.push({kind: 'add', chain, key});
    }
  }

  #reach(branch: Branch): void {
    const {chain, parent} = branch;
    if (this.#reached.has(chain)) return;
    this.#reached.add(chain);
    const {chains} = this.#actual;
    if (!chains.has(chain)) this.#steps.push({kind: 'createChain', chain});
    if (!chains.get(parent)?.jumps.has(chain)) this.#steps.push({kind: 'addJump', branch});
  }

  #delete(chain: string, key: string, times: number): void {
    for (let i = 0; i < times; i++) this.#steps.push({kind: 'delete', chain, key});
  }

  #untilMs(network: string): number | undefined {
    return this.#settings.carrier === 'rules' ? this.#wish.desired.untilMs(network) : undefined;
  }

  #branchesTo(network: string): readonly Branch[] {
    const {spec, family} = this.#settings;
    const branches = branchesTo(spec, family, network, this.#layout);
    // If somebody else has taken a sub-chain's name, the rule goes into the chain above.
    const taken = branches.findIndex(({chain}) => this.#actual.strangers.has(chain));
    return taken < 0 ? branches : branches.slice(0, taken);
  }

  #placeOf(network: string): string {
    return this.#branchesTo(network).at(-1)?.chain ?? this.#settings.spec.chain;
  }
}

function layoutNow(spec: ChainSpec, actual: ChainState): Layout {
  const depths = subChainsOf(spec, actual).map((chain) => depthIn(spec, chain));
  if (depths.length === 0) return 'flat';
  return Math.max(...depths) > depthOf.tree ? 'deepTree' : 'tree';
}

function layoutOf(settings: ChainSettings, wish: Wish<Desired>, actual: ChainState): Layout {
  const {spec, carrier, flatMax} = settings;
  const now = layoutNow(spec, actual);
  // Rules that are kept stay where they are.
  if (now !== 'flat' && wish.unwanted === 'keep') return now;
  return layoutFor(carrier === 'set' ? 0 : wish.desired.size, flatMax, now);
}

/** Our sub-chains, without those that hold nothing of ours and stay only because others use them. */
function subChainsOf(spec: ChainSpec, {chains, needed}: ChainState): string[] {
  return [...chains].flatMap(([chain, {drops, jumps, matches, stale, others}]) => {
    const isOthers = needed.has(chain) || others > 0;
    const isDone = isOthers && drops.size + jumps.size + matches.size + stale.size === 0;
    return isSubChain(spec, chain) && !isDone ? chain : [];
  });
}

/**
 * Removes chains. First nothing jumps to them any more, then they can be deleted. A chain that others
 * need stays, empty; a chain that has rules of others stays with those.
 */
function dissolved(
  {spec, family}: Pick<ChainSettings, 'spec' | 'family'>,
  leaving: readonly string[],
  {chains, needed}: ChainState,
): ChainStep[] {
  const isUsed = (chain: string): boolean =>
    chain !== spec.chain && (chains.get(chain)?.others ?? 0) > 0;
  return [
    ...leaving.flatMap((chain): ChainStep[] =>
      isUsed(chain)
        ? withoutOurs(spec, family, chain, chains.get(chain)!)
        : [{kind: 'flushChain', chain}],
    ),
    ...leaving
      .filter((chain) => !needed.has(chain) && !isUsed(chain))
      .map((chain): ChainStep => ({kind: 'deleteChain', chain})),
  ];
}

/** Removes each of our rules by itself. */
function withoutOurs(
  spec: ChainSpec,
  family: Family,
  chain: string,
  {drops, jumps, matches, stale}: ChainRules,
): ChainStep[] {
  const often = (times: number, step: ChainStep): ChainStep[] =>
    Array(times).fill(step) as ChainStep[];
  return [
    ...[...drops].flatMap(([key, times]) => often(times, {kind: 'delete', chain, key})),
    ...[...stale].flatMap(([rule, times]) => often(times, {kind: 'deleteStale', chain, rule})),
    ...[...jumps].flatMap(([to, times]) =>
      often(times, {kind: 'deleteJump', branch: branchTo(spec, family, to)}),
    ),
    ...[...matches].flatMap(([at, times]) => often(times, {kind: 'deleteMatch', chain, at})),
  ];
}

/** Whether this hook's packets reach our chain before another rule could accept them. */
export const isGood = (
  {place}: HookState,
  {hookPlace}: Pick<ChainSettings, 'hookPlace'>,
): boolean => place === 'first' || (place === 'late' && hookPlace === 'any');

const deletedHooks = ({chain, counts}: HookState): ChainStep[] =>
  counts.flatMap((times, at) =>
    Array.from({length: times}, (): ChainStep => ({kind: 'deleteHook', chain, at})),
  );

/** Steps that remove everything of ours, except empty chains that somebody else's rules need. */
export function planChainRemoval(
  settings: Pick<ChainSettings, 'spec' | 'family'>,
  actual: ChainState,
): ChainStep[] {
  const {spec} = settings;
  const hooks = [
    ...actual.hooks.flatMap(deletedHooks),
    ...actual.staleHooks.map((stale): ChainStep => ({kind: 'deleteStaleHook', ...stale})),
  ];
  const root = actual.chains.has(spec.chain) ? [spec.chain] : [];
  return [...hooks, ...dissolved(settings, [...root, ...subChainsOf(spec, actual)], actual)];
}

/**
 * The smallest change of a chain, as steps: an expired block, an unblocked one, a repair, a
 * recovery and the growth from a flat chain to a tree are all the same thing here, a difference.
 * Does not render (`rules.ts`) or run (`firewall/live/keeper.ts`).
 */
import type {Desired} from '../intent.js';
import type {ChainRules, ChainState, ChainStep} from './chain.js';
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
  /** `rules`: one for each block. `set`: one for all, which are in a set. */
  readonly carrier: 'rules' | 'set';
  /** The most rules of a flat chain. */
  readonly flatMax: number;
  /** Whether the hook is moved before what could accept a packet. */
  readonly hookPlace: 'first' | 'any';
}

/** @returns steps that turn `actual` into what should be; none when it is so already */
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
  readonly #steps: ChainStep[] = [];
  /** Chains, and jumps to them, that stand or are being made. */
  readonly #reached = new Set<string>();

  constructor(settings: ChainSettings, wish: Wish<Desired>, actual: ChainState) {
    this.#settings = settings;
    this.#wish = wish;
    this.#actual = actual;
    this.#layout = layoutOf(settings, wish, actual);
  }

  plan(): ChainStep[] {
    const {spec, carrier} = this.#settings;
    const root = this.#actual.chains.get(spec.chain);
    if (root === undefined) this.#steps.push({kind: 'createChain', chain: spec.chain});
    this.#planHook();
    if (carrier === 'set' && !root?.matches)
      this.#steps.push({kind: 'addMatch', chain: spec.chain});
    const {scope, changed} = this.#wish;
    const hasMoved = layoutNow(spec, this.#actual) !== this.#layout;
    if (scope === 'all' || hasMoved) this.#planAll();
    else if (carrier === 'rules') this.#planSome(changed);
    return this.#steps;
  }

  #planHook(): void {
    const {hook, hookCount} = this.#actual;
    const isGood = hook === 'first' || (hook === 'late' && this.#settings.hookPlace === 'any');
    if (isGood) return;
    for (let i = 0; i < hookCount; i++) this.#steps.push({kind: 'deleteHook'});
    this.#steps.push({kind: 'insertHook'});
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
      for (const [network, times] of drops) {
        const isWanted = this.#untilMs(network) !== undefined;
        const isKept = unwanted === 'keep' && !changed.has(network);
        const stays = isWanted ? this.#placeOf(network) === chain : isKept;
        this.#delete(chain, network, times - (stays ? 1 : 0));
      }
    }
    this.#planMatches(leaving);
    this.#planJumps(leaving);
  }

  /** One of them is enough, and only in our chain. */
  #planMatches(leaving: readonly string[]): void {
    const {spec, carrier} = this.#settings;
    for (const [chain, {matches}] of this.#actual.chains) {
      if (leaving.includes(chain)) continue;
      const wanted = carrier === 'set' && chain === spec.chain ? 1 : 0;
      for (let i = wanted; i < matches; i++) this.#steps.push({kind: 'deleteMatch', chain});
    }
  }

  /** Of jumps that stand twice one goes; with a chain that is leaving, all to it. */
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

  /** Everything but these networks is known to be as it should. */
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
      // iptables looks for each rule from the top of its chain: 10,000 in any other order than they
      // stand took half a minute.
      const inOrder = some.size === 1 ? some : [...drops.keys()].filter((key) => some.has(key));
      for (const network of inOrder) this.#delete(chain, network, drops.get(network) ?? 0);
    }
  }

  #planAddition(network: string): void {
    const branches = this.#branchesTo(network);
    for (const branch of branches) this.#reach(branch);
    const chain = branches.at(-1)?.chain ?? this.#settings.spec.chain;
    if (this.#actual.chains.get(chain)?.drops.has(network)) return;
    this.#steps.push({kind: 'add', chain, network});
  }

  #reach(branch: Branch): void {
    const {chain, parent} = branch;
    if (this.#reached.has(chain)) return;
    this.#reached.add(chain);
    const {chains} = this.#actual;
    if (!chains.has(chain)) this.#steps.push({kind: 'createChain', chain});
    if (!chains.get(parent)?.jumps.has(chain)) this.#steps.push({kind: 'addJump', branch});
  }

  #delete(chain: string, network: string, times: number): void {
    for (let i = 0; i < times; i++) this.#steps.push({kind: 'delete', chain, network});
  }

  #untilMs(network: string): number | undefined {
    return this.#settings.carrier === 'rules' ? this.#wish.desired.untilMs(network) : undefined;
  }

  #branchesTo(network: string): readonly Branch[] {
    const {spec, family} = this.#settings;
    const branches = branchesTo(spec, family, network, this.#layout);
    // A name that somebody else has taken is not for us: the rule stands in the chain above.
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
  // What is kept stands where it stands.
  if (now !== 'flat' && wish.unwanted === 'keep') return now;
  return layoutFor(carrier === 'set' ? 0 : wish.desired.size, flatMax, now);
}

/** All but those that hold nothing of ours any more, and stay because others need or use them. */
function subChainsOf(spec: ChainSpec, {chains, needed}: ChainState): string[] {
  return [...chains].flatMap(([chain, {drops, jumps, matches, others}]) => {
    const isOthers = needed.has(chain) || others > 0;
    const isDone = isOthers && drops.size + jumps.size + matches === 0;
    return isSubChain(spec, chain) && !isDone ? chain : [];
  });
}

/**
 * First nothing jumps to them any more, then they can go; one that others need stays, empty, and one
 * in which there are rules of others stays with these.
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

/** Each rule of ours by itself. */
function withoutOurs(
  spec: ChainSpec,
  family: Family,
  chain: string,
  {drops, jumps, matches}: ChainRules,
): ChainStep[] {
  const often = (times: number, step: ChainStep): ChainStep[] =>
    Array(times).fill(step) as ChainStep[];
  return [
    ...[...drops].flatMap(([network, times]) => often(times, {kind: 'delete', chain, network})),
    ...[...jumps].flatMap(([to, times]) =>
      often(times, {kind: 'deleteJump', branch: branchTo(spec, family, to)}),
    ),
    ...often(matches, {kind: 'deleteMatch', chain}),
  ];
}

/** Steps after which nothing of ours is left; empty chains, while somebody else's rules need them. */
export function planChainRemoval(
  settings: Pick<ChainSettings, 'spec' | 'family'>,
  actual: ChainState,
): ChainStep[] {
  const {spec} = settings;
  const hooks = Array.from({length: actual.hookCount}, (): ChainStep => ({kind: 'deleteHook'}));
  const root = actual.chains.has(spec.chain) ? [spec.chain] : [];
  return [...hooks, ...dissolved(settings, [...root, ...subChainsOf(spec, actual)], actual)];
}

/**
 * The language of iptables. Renders steps as one input of `iptables-restore --noflush` (all or nothing, see
 * iptables-restore(8)), and reads our chains from a listing (`firewall/filter-table.ts`). A rule counts as ours
 * only if it has exactly the shape that we write, now or under former settings. Any other rule in our chain is
 * the administrator's, and stays.
 */
import {
  type ChainRules,
  type ChainState,
  type ChainStep,
  emptyRules,
  type HookState,
  type StaleHook,
} from './chain.js';
import {
  hookRule,
  keyOf,
  matchAt,
  matchesOf,
  networkOfKey,
  setRule,
  shownWithoutPorts,
  withoutPorts,
} from './matches.js';
import type {ChainSpec} from './spec.js';
import {branchTo, depthIn, isSubChain} from './tree.js';
import {canonical, type Hook, hookPlace, readRules, targetOf} from '../../firewall/filter-table.js';
import type {Family} from '../../net/address.js';

/** A batch for `iptables-restore --noflush`. */
export function renderBatch(spec: ChainSpec, family: Family, steps: readonly ChainStep[]): string {
  const {all, submissions} = matchesOf(spec);
  const lines = steps.map((step) => renderStep(step));
  return ['*filter', ...lines, 'COMMIT', ''].join('\n');

  function renderStep(step: ChainStep): string {
    switch (step.kind) {
      case 'createChain':
        // Not `:CHAIN`, which would empty a chain that a listing did not show; `-N` makes the whole batch fail
        // instead.
        return `-N ${step.chain}`;
      case 'flushChain':
        return `-F ${step.chain}`;
      case 'deleteChain':
        return `-X ${step.chain}`;
      case 'insertHook':
        return `-I ${step.chain} 1 ${hookRule(spec, all[step.at]!)}`;
      case 'deleteHook':
        return `-D ${step.chain} ${hookRule(spec, all[step.at]!)}`;
      case 'deleteStale':
      case 'deleteStaleHook':
        return `-D ${step.chain} ${step.rule}`;
      case 'addJump':
        return `-A ${step.branch.parent} -s ${step.branch.source} -j ${step.branch.chain}`;
      case 'deleteJump':
        return `-D ${step.branch.parent} -s ${step.branch.source} -j ${step.branch.chain}`;
      case 'add':
        return `-A ${step.chain} ${ruleOf(step.key, all, 'DROP')}`;
      case 'delete':
        return `-D ${step.chain} ${ruleOf(step.key, all, 'DROP')}`;
      case 'addPass':
        return `-I ${step.chain} 1 ${ruleOf(step.key, submissions, 'RETURN')}`;
      case 'deletePass':
        return `-D ${step.chain} ${ruleOf(step.key, submissions, 'RETURN')}`;
      case 'addMatch':
        return `-A ${step.chain} ${setRule(spec, family, all[step.at]!)}`;
      case 'deleteMatch':
        return `-D ${step.chain} ${setRule(spec, family, all[step.at]!)}`;
    }
  }
}

const ruleOf = (key: string, matches: readonly string[], target: 'DROP' | 'RETURN'): string =>
  `-s ${networkOfKey(key)} ${matches[matchAt(key)]!} -j ${target}`;

/** What a rule of ours does, by the text that follows its source, if it has one. */
type Meaning =
  {readonly kind: 'drop' | 'pass' | 'match'; readonly at: number} | {readonly kind: 'stale'};

/** Every rule that we write, or once wrote, for one chain. */
interface Words {
  readonly sourced: ReadonlyMap<string, Meaning>;
  readonly whole: ReadonlyMap<string, Meaning>;
}

function wordsOf(spec: ChainSpec, family: Family): Words {
  const sourced = new Map<string, Meaning>();
  const whole = new Map<string, Meaning>();
  for (const traffic of spec.former ?? []) {
    const {all, submissions} = matchesOf(traffic);
    for (const match of all) {
      sourced.set(`${match} -j DROP`, {kind: 'stale'});
      whole.set(setRule(spec, family, match), {kind: 'stale'});
    }
    for (const match of submissions) sourced.set(`${match} -j RETURN`, {kind: 'stale'});
  }
  if ([spec, ...(spec.former ?? [])].some(shownWithoutPorts)) {
    for (const target of ['DROP', 'RETURN']) {
      sourced.set(`${withoutPorts} -j ${target}`, {kind: 'stale'});
    }
  }
  const {all, submissions} = matchesOf(spec);
  for (const [at, match] of all.entries()) {
    sourced.set(`${match} -j DROP`, {kind: 'drop', at});
    whole.set(setRule(spec, family, match), {kind: 'match', at});
  }
  for (const [at, match] of submissions.entries()) {
    sourced.set(`${match} -j RETURN`, {kind: 'pass', at});
  }
  return {sourced, whole};
}

/** @param listing what `iptables-save -t filter` (or ip6tables-save) printed */
export function parseListing(spec: ChainSpec, family: Family, listing: string): ChainState {
  const rules = readRules(listing);
  const words = wordsOf(spec, family);
  const named = new Map<string, ChainRules>();
  for (const [name, texts] of rules) {
    if (name !== spec.chain && !isSubChain(spec, name)) continue;
    named.set(name, readChain(spec, family, words, name, texts));
  }
  const staleHooks = staleHooksIn(spec, rules);
  const needed = neededByOthers(spec, family, rules, named, staleHooks);
  const {chains, strangers} = ownOf(spec, named, needed);
  const hooks = spec.hooks.map((chain) => readHook(spec, chain, rules));
  return {chains, hooks, staleHooks, needed, strangers};
}

/** A listing of nf_tables leaves these chains out until they have a rule. */
const alwaysThere: readonly string[] = ['INPUT', 'FORWARD'];

/** From the best to the worst. */
const places: readonly Hook[] = ['first', 'late', 'twice', 'missing'];

function readHook(
  spec: ChainSpec,
  chain: string,
  rules: ReadonlyMap<string, readonly string[]>,
): HookState {
  const {all} = matchesOf(spec);
  const texts = rules.get(chain) ?? (alwaysThere.includes(chain) ? [] : undefined);
  if (texts === undefined) return {chain, counts: all.map(() => 0), place: 'absent'};
  const each = all.map((match) => hookPlace(hookRule(spec, match), spec.chain, rules, texts));
  const worst = Math.max(...each.map(({place}) => places.indexOf(place)));
  return {chain, counts: each.map(({count}) => count), place: places[worst]!};
}

/** Jumps to our chain that former settings made and the present ones do not want. */
function staleHooksIn(spec: ChainSpec, rules: ReadonlyMap<string, readonly string[]>): StaleHook[] {
  const wanted = new Set(matchesOf(spec).all.map((match) => hookRule(spec, match)));
  const stale = new Map<string, Set<string>>();
  const note = (chain: string, match: string): void => {
    const texts = stale.get(chain) ?? new Set();
    stale.set(chain, texts.add(hookRule(spec, match)));
  };
  for (const traffic of spec.former ?? []) {
    for (const chain of traffic.hooks) {
      for (const match of matchesOf(traffic).all) note(chain, match);
    }
  }
  for (const traffic of [spec, ...(spec.former ?? [])].filter(shownWithoutPorts)) {
    for (const chain of traffic.hooks) note(chain, withoutPorts);
  }
  return [...stale].flatMap(([chain, texts]) =>
    (rules.get(chain) ?? []).flatMap((rule) => {
      const isWanted = wanted.has(rule) && spec.hooks.includes(chain);
      return texts.has(rule) && !isWanted ? {chain, rule} : [];
    }),
  );
}

/**
 * Which of the chains with our names are ours: those to which our jumps lead. Where somebody has removed the
 * jumps: those without rules of others, and which nobody else uses. An administrator's chain that happens to
 * have such a name is neither.
 */
function ownOf(
  spec: ChainSpec,
  named: ReadonlyMap<string, ChainRules>,
  needed: ReadonlySet<string>,
): {chains: Map<string, ChainRules>; strangers: Set<string>} {
  const chains = new Map<string, ChainRules>();
  const strangers = new Set<string>();
  const depth = (name: string): number => (name === spec.chain ? 0 : depthIn(spec, name));
  // From the top down, so that the chains which lead to a chain are decided before it.
  for (const [name, rules] of [...named].sort(([a], [b]) => depth(a) - depth(b))) {
    const isReached = [...chains.values()].some(({jumps}) => jumps.has(name));
    const isDeserted = rules.others === 0 && !needed.has(name);
    if (name === spec.chain || isReached || isDeserted) chains.set(name, rules);
    else strangers.add(name);
  }
  return {chains, strangers};
}

/** A rule that is not of our shape is not ours, and counts among `others`. */
function readChain(
  spec: ChainSpec,
  family: Family,
  {sourced, whole}: Words,
  name: string,
  texts: readonly string[],
): ChainRules {
  const rules = emptyRules();
  let others = 0;
  let hasBegun = false; // a pass must stand before every rule that drops
  const add = <Key>(times: Map<Key, number>, key: Key): void =>
    void times.set(key, (times.get(key) ?? 0) + 1);
  for (const text of texts) {
    const {meaning, network} = read(text);
    if (meaning?.kind === 'match') add(rules.matches, meaning.at);
    else if (meaning?.kind === 'drop') add(rules.drops, keyOf(network, meaning.at));
    else if (meaning?.kind === 'pass' && name === spec.chain && !hasBegun) {
      add(rules.passes, keyOf(network, meaning.at));
    } else if (meaning !== undefined) add(rules.stale, text);
    else {
      const to = jumpOf(spec, family, name, text);
      if (to === undefined) others += 1;
      else add(rules.jumps, to);
      if (to === undefined) continue;
    }
    if (meaning?.kind !== 'pass') hasBegun = true;
  }
  // iptables deletes the first of two equal rules, so all of them go, and one is added again.
  for (const [text, times] of rules.stale) {
    const {meaning, network} = read(text);
    if (meaning?.kind !== 'pass') continue;
    const key = keyOf(network, meaning.at);
    rules.stale.set(text, times + (rules.passes.get(key) ?? 0));
    rules.passes.delete(key);
  }
  return {...rules, others};

  function read(text: string): {meaning: Meaning | undefined; network: string} {
    if (!text.startsWith('-s ')) return {meaning: whole.get(text), network: ''};
    const end = text.indexOf(' ', 3);
    const meaning = sourced.get(text.slice(end + 1));
    const network = meaning && canonical(text.slice(3, end), family);
    return network === undefined ? {meaning: undefined, network: ''} : {meaning, network};
  }
}

/** The network that a stale rule drops; undefined for any other rule. */
export function droppedBy(rule: string, family: Family): string | undefined {
  const [, source] = /^-s (\S+) .* -j DROP$/.exec(rule) ?? [];
  return source === undefined ? undefined : canonical(source, family);
}

const jumpShape = / -j (\S+)$/;

/**
 * The sub-chain to which our rule jumps; undefined unless it stands in the right chain and matches the right
 * source.
 */
function jumpOf(spec: ChainSpec, family: Family, parent: string, text: string): string | undefined {
  const to = jumpShape.exec(text)?.[1];
  if (to === undefined || !isSubChain(spec, to)) return undefined;
  const branch = branchTo(spec, family, to);
  const isOurs = branch.parent === parent && text === `-s ${branch.source} -j ${to}`;
  return isOurs ? to : undefined;
}

function neededByOthers(
  spec: ChainSpec,
  family: Family,
  rules: ReadonlyMap<string, readonly string[]>,
  chains: ReadonlyMap<string, ChainRules>,
  staleHooks: readonly StaleHook[],
): Set<string> {
  const needed = new Set<string>();
  if (chains.size === 0) return needed;
  const hooks = new Set(matchesOf(spec).all.map((match) => hookRule(spec, match)));
  const isHook = (name: string, text: string): boolean =>
    (hooks.has(text) && spec.hooks.includes(name)) ||
    staleHooks.some(({chain, rule}) => chain === name && rule === text);
  for (const [name, texts] of rules) {
    for (const text of texts) {
      const to = targetOf(text);
      if (to === undefined || !chains.has(to)) continue;
      if (!isHook(name, text) && jumpOf(spec, family, name, text) === undefined) needed.add(to);
    }
  }
  return needed;
}

/**
 * The language of iptables: renders steps as one input of `iptables-restore --noflush` (all or
 * nothing, see iptables-restore(8)), and reads our chains in a listing (`firewall/filter-table.ts`). Recognises
 * as ours only rules of exactly the shape we write; others in our chain are the administrator's and stay.
 */
import {type ChainRules, type ChainState, type ChainStep, emptyRules} from './chain.js';
import {type ChainSpec, setName} from './spec.js';
import {branchTo, depthIn, isSubChain} from './tree.js';
import {canonical, hookPlace, readRules, targetOf} from '../../firewall/filter-table.js';
import type {Family} from '../../net/address.js';

const match = ({port}: ChainSpec): string => `-p tcp -m tcp --dport ${port}`;
const hookRule = (spec: ChainSpec): string => `${match(spec)} -j ${spec.chain}`;
const setRule = (spec: ChainSpec, family: Family): string =>
  `${match(spec)} -m set --match-set ${setName(spec, family)} src -j DROP`;

/** A batch for `iptables-restore --noflush`. */
export function renderBatch(spec: ChainSpec, family: Family, steps: readonly ChainStep[]): string {
  const lines = steps.map((step) => renderStep(spec, family, step));
  return ['*filter', ...lines, 'COMMIT', ''].join('\n');
}

function renderStep(spec: ChainSpec, family: Family, step: ChainStep): string {
  switch (step.kind) {
    case 'createChain':
      // Not `:CHAIN`, which would empty one that a listing did not show: this refuses the whole batch.
      return `-N ${step.chain}`;
    case 'flushChain':
      return `-F ${step.chain}`;
    case 'deleteChain':
      return `-X ${step.chain}`;
    case 'insertHook':
      return `-I INPUT 1 ${hookRule(spec)}`;
    case 'deleteHook':
      return `-D INPUT ${hookRule(spec)}`;
    case 'addJump':
      return `-A ${step.branch.parent} -s ${step.branch.source} -j ${step.branch.chain}`;
    case 'deleteJump':
      return `-D ${step.branch.parent} -s ${step.branch.source} -j ${step.branch.chain}`;
    case 'add':
      return `-A ${step.chain} -s ${step.network} ${match(spec)} -j DROP`;
    case 'delete':
      return `-D ${step.chain} -s ${step.network} ${match(spec)} -j DROP`;
    case 'addMatch':
      return `-A ${step.chain} ${setRule(spec, family)}`;
    case 'deleteMatch':
      return `-D ${step.chain} ${setRule(spec, family)}`;
  }
}

/** @param listing what `iptables-save -t filter` (or ip6tables-save) printed */
export function parseListing(spec: ChainSpec, family: Family, listing: string): ChainState {
  const rules = readRules(listing);
  const named = new Map<string, ChainRules>();
  for (const [name, texts] of rules) {
    if (name !== spec.chain && !isSubChain(spec, name)) continue;
    named.set(name, readChain(spec, family, name, texts));
  }
  const needed = neededByOthers(spec, family, rules, named);
  const {chains, strangers} = ownOf(spec, named, needed);
  const input = rules.get('INPUT') ?? [];
  const {place: hook, count: hookCount} = hookPlace(hookRule(spec), spec.chain, rules, input);
  return {chains, hook, hookCount, needed, strangers};
}

/**
 * Which of the chains with our names are ours: those to which a jump of ours leads; and, where
 * somebody has taken the jumps away, those in which nothing is of others and which nobody needs. A
 * chain of an administrator that happens to be called so is neither.
 */
function ownOf(
  spec: ChainSpec,
  named: ReadonlyMap<string, ChainRules>,
  needed: ReadonlySet<string>,
): {chains: Map<string, ChainRules>; strangers: Set<string>} {
  const chains = new Map<string, ChainRules>();
  const strangers = new Set<string>();
  const depth = (name: string): number => (name === spec.chain ? 0 : depthIn(spec, name));
  // From above: what leads to a chain is known before it.
  for (const [name, rules] of [...named].sort(([a], [b]) => depth(a) - depth(b))) {
    const isReached = [...chains.values()].some(({jumps}) => jumps.has(name));
    const isDeserted = rules.others === 0 && !needed.has(name);
    if (name === spec.chain || isReached || isDeserted) chains.set(name, rules);
    else strangers.add(name);
  }
  return {chains, strangers};
}

/** What is not of our shape is not ours, and left out. */
function readChain(
  spec: ChainSpec,
  family: Family,
  name: string,
  texts: readonly string[],
): ChainRules {
  const rules = emptyRules();
  let others = 0;
  const drop = ` ${match(spec)} -j DROP`;
  const inSet = setRule(spec, family);
  const add = (times: Map<string, number>, key: string): void =>
    void times.set(key, (times.get(key) ?? 0) + 1);
  for (const text of texts) {
    if (text === inSet) rules.matches += 1;
    else if (text.startsWith('-s ') && text.endsWith(drop)) {
      const network = canonical(text.slice(3, -drop.length), family);
      if (network === undefined) others += 1;
      else add(rules.drops, network);
    } else {
      const to = jumpOf(spec, family, name, text);
      if (to === undefined) others += 1;
      else add(rules.jumps, to);
    }
  }
  return {...rules, others};
}

const jumpShape = / -j (\S+)$/;

/** The sub-chain to which a rule of ours leads, from the right chain and for the right packets. */
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
): Set<string> {
  const needed = new Set<string>();
  if (chains.size === 0) return needed;
  for (const [name, texts] of rules) {
    for (const text of texts) {
      const to = targetOf(text);
      if (to === undefined || !chains.has(to)) continue;
      const isOurs = text === hookRule(spec) ? name === 'INPUT' : jumpOf(spec, family, name, text);
      if (!isOurs) needed.add(to);
    }
  }
  return needed;
}

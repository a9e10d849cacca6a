/**
 * In which chain a rule stands. `flat`: all rules in our chain, as `iptables -L` has always shown
 * them. `tree`: in sub-chains chosen by two groups of four bits of the address, because a packet is
 * compared with every rule of each chain that it enters. `deepTree`: by three groups. All groups lie
 * within the shortest networks that can be blocked; otherwise the rule stands in the chain above. So
 * every rule has exactly one place.
 */
import {isSubChainOf, subChainBase} from '../../config/kinds/chain-names.js';
import type {ChainSpec} from './spec.js';
import type {Family} from '../../net/address.js';
import {parseNetwork} from '../../net/network.js';

export type Layout = 'flat' | 'tree' | 'deepTree';

/** How many groups of bits choose the place; a sub-chain's name ends in at most as many digits. */
export const depthOf: Readonly<Record<Layout, number>> = {flat: 0, tree: 2, deepTree: 3};

/** A sub-chain, the chain that jumps to it, and the source addresses of that jump. */
export interface Branch {
  readonly chain: string;
  readonly parent: string;
  /** As iptables prints it. */
  readonly source: string;
}

/**
 * How many times the flat chain's maximum a tree holds before it gets its third level. A ratio: with
 * 20,000 rules each of 256 sub-chains has 78, and a connection costs a tenth more than without any
 * rule (measured).
 */
const deepFactor = 20;

/**
 * A layout is left again only when the rules fall to this share of the number that led to it, so that
 * it does not flap.
 */
const backShare = 0.5;

/**
 * @param count rules to place
 * @param flatMax the most rules of a flat chain
 */
export function layoutFor(count: number, flatMax: number, current: Layout): Layout {
  const most = (rules: number, beyond: Layout): number =>
    depthOf[current] >= depthOf[beyond] ? rules * backShare : rules;
  if (count <= most(flatMax, 'tree')) return 'flat';
  return count <= most(flatMax * deepFactor, 'deepTree') ? 'tree' : 'deepTree';
}

/** Whether the name is that of a sub-chain of this chain. */
export const isSubChain = ({chain}: ChainSpec, name: string): boolean => isSubChainOf(chain, name);

/** How many levels the sub-chain is below our chain. */
export const depthIn = ({chain}: ChainSpec, name: string): number =>
  name.length - subChainBase(chain).length - 1;

/** The sub-chains from our chain to the place of a network's rule, the uppermost first. */
export function branchesTo(
  spec: ChainSpec,
  family: Family,
  network: string,
  layout: Layout,
): readonly Branch[] {
  if (layout === 'flat') return [];
  const all = family === 4 ? groupsOf4(network) : groupsOf6(network);
  const groups = all.slice(0, depthOf[layout]);
  const base = `${subChainBase(spec.chain)}-`;
  const branches: Branch[] = [];
  let parent = spec.chain;
  let digits = '';
  for (const {digit, source} of groups) {
    digits += digit.toString(16);
    branches.push({chain: base + digits, parent, source});
    parent = base + digits;
  }
  return branches;
}

/** The branch of a sub-chain: its name encodes the source addresses. */
export function branchTo(spec: ChainSpec, family: Family, chain: string): Branch {
  const digits = chain.slice(subChainBase(spec.chain).length + 1);
  const [first = '0', second = '0', third = '0'] = digits;
  const decimal = (hexadecimal: string): number => Number.parseInt(hexadecimal, 16);
  const sample =
    family === 4
      ? `${decimal(first + second)}.${decimal(`${third}0`)}.0.0`
      : `0:${first}:0:${third}${second}::`;
  const branch = branchesTo(spec, family, sample, 'deepTree')[digits.length - 1];
  if (branch?.chain !== chain) throw new Error(`${chain} is no sub-chain of ${spec.chain}`);
  return branch;
}

interface Group {
  readonly digit: number;
  readonly source: string;
}

/** From the first twelve bits: every block has at least sixteen. */
function groupsOf4(network: string): Group[] {
  const [first = 0, second = 0] = network.split('.', 2).map(Number);
  return [
    {digit: first >> 4, source: `${first & 0xf0}.0.0.0/4`},
    {digit: first & 15, source: `${first}.0.0.0/8`},
    {digit: second >> 4, source: `${first}.${second & 0xf0}.0.0/12`},
  ];
}

/**
 * Bits 28 to 31 distinguish providers; bits 60 to 63 and 56 to 59 distinguish one provider's
 * customers. The bits before are much the same everywhere, and those after are the client's own
 * choice. ip6tables accepts such masks.
 */
function groupsOf6(network: string): Group[] {
  const {first, prefix} = parseNetwork(network)!;
  const digitAt = (bit: number): number => Number((first >> BigInt(124 - bit)) & 15n);
  const groupOf = (digit: number, before: string, after: string): Group => {
    const address = digit === 0 ? '::' : `${before}${digit.toString(16)}${after}`;
    return {digit, source: `${address}/${before}f${after}`};
  };
  const provider = groupOf(digitAt(28), '0:', '::');
  if (prefix < 64) return [provider];
  return [provider, groupOf(digitAt(60), '0:0:0:', '::'), groupOf(digitAt(56), '0:0:0:', '0::')];
}

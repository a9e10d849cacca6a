/**
 * In which chain a rule stands. `flat`: all in ours, as `iptables -L` has always shown them. `tree`:
 * in sub-chains under ours, chosen by two groups of four bits of the address, because a packet is
 * compared with every rule of a chain that it enters. Both groups lie within the shortest networks
 * that can be blocked, or the rule stands in the chain above: so every rule has one place.
 */
import {hashOf} from '../hash.js';
import type {Family} from '../net/address.js';
import {parseNetwork} from '../net/network.js';
import type {ChainSpec} from './chain.js';

export type Layout = 'flat' | 'tree';

/** A sub-chain, the chain that leads to it, and whose packets it gets. */
export interface Branch {
  readonly chain: string;
  readonly parent: string;
  /** As iptables writes it. */
  readonly source: string;
}

/** A tree becomes flat again at this part of the number that made it one: nobody wants it to flap. */
const flatAgainShare = 0.5;

/**
 * @param count rules that will stand
 * @param flatMax the most rules of a flat chain
 */
export function layoutFor(count: number, flatMax: number, current: Layout): Layout {
  const most = current === 'tree' ? flatMax * flatAgainShare : flatMax;
  return count > most ? 'tree' : 'flat';
}

/** The longest chain name less the `-7f` of a sub-chain. Characters. */
const longestBase = 25;

/** What names of sub-chains begin with: a name that is too long is told apart by its hash. */
function baseOf(chain: string): string {
  if (chain.length <= longestBase) return chain;
  const hash = (hashOf(chain) % 2 ** 32).toString(16).padStart(8, '0');
  return `${chain.slice(0, longestBase - 9)}.${hash}`;
}

/** Whether the chain is one of the sub-chains. */
export function isSubChain({chain}: ChainSpec, name: string): boolean {
  const base = baseOf(chain);
  return name.startsWith(`${base}-`) && /^[0-9a-f]{1,2}$/.test(name.slice(base.length + 1));
}

/** The way from our chain to the place of a network's rule. */
export function branchesTo(spec: ChainSpec, family: Family, network: string): readonly Branch[] {
  const groups = family === 4 ? groupsOf4(network) : groupsOf6(network);
  const base = `${baseOf(spec.chain)}-`;
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

/** The way into a sub-chain: its name tells whose packets it gets. */
export function branchTo(spec: ChainSpec, family: Family, chain: string): Branch {
  const digits = chain.slice(baseOf(spec.chain).length + 1);
  const [first = 0, second = 0] = Array.from(digits, (digit) => Number.parseInt(digit, 16));
  const sample =
    family === 4
      ? `${first * 16 + second}.0.0.0`
      : `0:${first.toString(16)}:0:${second.toString(16)}::`;
  const branch = branchesTo(spec, family, sample)[digits.length - 1];
  if (branch?.chain !== chain) throw new Error(`${chain} is no sub-chain of ${spec.chain}`);
  return branch;
}

interface Group {
  readonly digit: number;
  readonly source: string;
}

/** The first eight bits: all blocks have at least sixteen. */
function groupsOf4(network: string): Group[] {
  const first = Number.parseInt(network, 10);
  return [
    {digit: first >> 4, source: `${first & 0xf0}.0.0.0/4`},
    {digit: first & 15, source: `${first}.0.0.0/8`},
  ];
}

/**
 * Bits 28 to 31 tell providers apart, bits 60 to 63 a provider's customers; the bits before are much
 * the same everywhere, those behind are the client's own choice. ip6tables takes such masks.
 */
function groupsOf6(network: string): Group[] {
  const {first, prefix} = parseNetwork(network)!;
  const digits = [28, 60].map((bit) => Number((first >> BigInt(124 - bit)) & 15n));
  const [provider = 0, customer = 0] = digits;
  const groups = [
    {digit: provider, source: provider === 0 ? '::/0:f::' : `0:${provider.toString(16)}::/0:f::`},
  ];
  if (prefix < 64) return groups;
  const address = customer === 0 ? '::' : `0:0:0:${customer.toString(16)}::`;
  return [...groups, {digit: customer, source: `${address}/0:0:0:f::`}];
}

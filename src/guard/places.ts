/**
 * Decides which block gives its place to a new one when all places are taken. First go blocks that a larger
 * block covers too. Next go those of a network that exceeds its share: otherwise an attacker with many addresses
 * in one network would fill all places. Last go the least important: a low score and little time left. An
 * operator's block stays. Lifts nothing itself (`lifting.ts`), and makes no block (`sentences.ts`).
 */
import type {Table} from '../base/mechanisms/table.js';
import {type Block, passes} from '../blocks/block.js';
import {addressBits, addressOf, type Family, parseAddress} from '../net/address.js';

/** The share of all places that one network may take while places are short. */
export const shareOfNetwork = {'/24': 1 / 8, '/48': 1 / 8, '/64': 1 / 16} as const;
/**
 * The least number that one network may take. A count: with a small `blocks_max`, a few neighbours are no crowd.
 */
export const leastOfNetwork = 8;
/** Up to this many blocks, all are compared for each new one. A count: it takes a millisecond. */
const mostCompared = 2000;
/** With more blocks, all are compared again after at least this many have been replaced. A count. */
const leastGonePerLook = 256;
/**
 * And after at least this share of them. Comparing 200,000 takes a third of a second, so after a fixed count it
 * would cost a full relay more for each new block than everything else.
 */
const goneShare = 1 / 16;

type Place =
  | {readonly kind: 'free'}
  /** This block must be lifted. */
  | {readonly kind: 'instead'; readonly of: Block}
  | {readonly kind: 'none'};

interface Group {
  readonly key: string;
  readonly size: keyof typeof shareOfNetwork;
}

interface Spot {
  readonly family: Family;
  readonly first: bigint;
  readonly prefix: number;
  /** The networks in which it counts. */
  readonly groups: readonly Group[];
}

/** The result of a comparison: the blocks that could go, the least important last. */
interface Look {
  readonly covered: Block[];
  readonly all: Block[];
  readonly crowds: ReadonlyMap<string, Block[]>;
  readonly counts: Map<string, number>;
  /** How many were replaced since. A count. */
  gone: number;
}

export class Places {
  readonly #most: number;
  readonly #blocks: Table<Block>;
  /** Parsed networks of existing blocks: parsing one again takes longer than everything else. */
  #spots = new Map<string, Spot>();
  #look: Look | undefined;

  /** @param most blocks that can exist at once. A count */
  constructor(most: number, blocks: Table<Block>) {
    [this.#most, this.#blocks] = [most, blocks];
  }

  /** For a block that is not in force yet. Counts the place that it returns as taken. */
  take(block: Block, nowMs: number): Place {
    if (this.#blocks.size < this.#most) {
      this.#look = undefined;
      return {kind: 'free'};
    }
    const {size} = this.#blocks;
    const mostGone = Math.max(leastGonePerLook, Math.floor(size * goneShare));
    const isStale = size <= mostCompared || (this.#look?.gone ?? 0) >= mostGone;
    if (this.#look === undefined || isStale) this.#look = this.#compare(nowMs);
    const leaving = this.#leaving(block, this.#look, nowMs);
    if (leaving === undefined) return {kind: 'none'};
    this.#look.gone += 1;
    for (const {key} of this.#spotOf(leaving.network).groups) add(this.#look.counts, key, -1);
    for (const {key} of this.#spotOf(block.network).groups) add(this.#look.counts, key, 1);
    return {kind: 'instead', of: leaving};
  }

  #leaving(block: Block, look: Look, nowMs: number): Block | undefined {
    const covered = this.#next(look.covered);
    if (covered !== undefined) return covered;
    const isWorse = (than: Block): boolean =>
      block.origin === 'operator' || rank(block, nowMs) > rank(than, nowMs);
    const full = this.#spotOf(block.network).groups.find(
      ({key, size}) => (look.counts.get(key) ?? 0) >= this.#share(size),
    );
    // In a network that has its share, a new block replaces a neighbour's or none.
    if (full !== undefined && block.origin === 'evidence') {
      return this.#next(look.crowds.get(full.key) ?? [], isWorse);
    }
    for (const [key, blocks] of look.crowds) {
      const size = key.slice(0, key.indexOf(' ')) as Group['size'];
      if ((look.counts.get(key) ?? 0) <= this.#share(size)) continue;
      const crowding = this.#next(blocks);
      if (crowding !== undefined) return crowding;
    }
    return this.#next(look.all, isWorse);
  }

  /** Takes the least important block that is unchanged since the comparison, if it may go. */
  #next(blocks: Block[], mayGo: (block: Block) => boolean = () => true): Block | undefined {
    for (let first = blocks.at(-1); first !== undefined; first = blocks.at(-1)) {
      if (this.#blocks.get(first.network) === first) {
        if (!mayGo(first)) return undefined;
        blocks.pop();
        return first;
      }
      blocks.pop();
    }
    return undefined;
  }

  #share(size: Group['size']): number {
    return Math.max(leastOfNetwork, Math.floor(this.#most * shareOfNetwork[size]));
  }

  #compare(nowMs: number): Look {
    const spots = new Map<string, Spot>();
    const counts = new Map<string, number>();
    const members = new Map<string, Block[]>();
    const ranked: (readonly [Block, number])[] = [];
    for (const block of this.#blocks.values()) {
      if (block.origin === 'operator') continue;
      const spot = this.#spots.get(block.network) ?? spotOf(block.network);
      spots.set(block.network, spot);
      ranked.push([block, rank(block, nowMs)]);
    }
    this.#spots = spots;
    // Taking from the end of an array is cheap, so the least important is last; of equal ones, the oldest.
    const all = ranked
      .sort(([, a], [, b]) => a - b)
      .reverse()
      .map(([block]) => block);
    for (const block of all) {
      for (const {key} of this.#spotOf(block.network).groups) {
        add(counts, key, 1);
        const known = members.get(key);
        if (known === undefined) members.set(key, [block]);
        else known.push(block);
      }
    }
    const crowds = [...members].filter(
      ([key, {length}]) => length >= this.#share(key.slice(0, key.indexOf(' ')) as Group['size']),
    );
    crowds.sort(([, a], [, b]) => b.length - a.length);
    return {covered: this.#covered(all), all, crowds: new Map(crowds), counts, gone: 0};
  }

  /** Blocks that a block around them covers until at least the same time. */
  #covered(all: readonly Block[]): Block[] {
    const around = new Map<string, Block>();
    const prefixes = new Set<number>();
    for (const block of this.#blocks.values()) {
      const {family, first, prefix} = this.#spotOf(block.network);
      if (prefix === addressBits[family]) continue;
      around.set(keyOf(family, first, prefix), block);
      prefixes.add(prefix);
    }
    if (around.size === 0) return [];
    return all.filter((block) => {
      const {family, first, prefix: own} = this.#spotOf(block.network);
      return [...prefixes].some((prefix) => {
        if (prefix >= own) return false;
        const larger = around.get(keyOf(family, first, prefix));
        if (larger === undefined || larger.untilMs < block.untilMs) return false;
        return !passes(addressOf(family, first), larger);
      });
    });
  }

  #spotOf(network: string): Spot {
    const known = this.#spots.get(network) ?? spotOf(network);
    // Kept until the next comparison, which drops those of blocks that are gone.
    if (this.#look !== undefined) this.#spots.set(network, known);
    return known;
  }
}

/** How much protection is lost with a block: its score, times the share of its time that is left. */
function rank({because, fromMs, untilMs}: Block, nowMs: number): number {
  const left = (untilMs - nowMs) / Math.max(1, untilMs - fromMs);
  return (because?.score ?? 0) * Math.min(1, Math.max(0, left));
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

const keyOf = (family: Family, value: bigint, prefix: number): string =>
  `${family} ${prefix} ${value >> BigInt(addressBits[family] - prefix)}`;

/** @param network as a block stores it */
function spotOf(network: string): Spot {
  const [text = '', bits] = network.split('/');
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`the state holds ${network} as a network`);
  const {family, value: first} = address;
  const prefix = bits === undefined ? addressBits[family] : Number(bits);
  return {family, first, prefix, groups: groupsOf(family, first, prefix)};
}

function groupsOf(family: Family, first: bigint, prefix: number): Group[] {
  const sizes = family === 4 ? ([24] as const) : ([48, 64] as const);
  return sizes.flatMap((bits) => {
    const size = `/${bits}` as const;
    return prefix < bits ? [] : [{key: `${size} ${keyOf(family, first, bits)}`, size}];
  });
}

/** The IPv4 /24 or IPv6 /48 around a network; a larger network stands for itself. */
export const groupOf = (network: string): string => spotOf(network).groups[0]?.key ?? network;

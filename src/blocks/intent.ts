/**
 * The blocks of one family that should be in force now, merged. A network inside a larger one needs
 * no rule of its own, and an nftables interval set would refuse it; its rule comes back when the
 * larger block ends. The intent remembers which networks have changed since the last call, so one
 * block more costs the same with 100,000 others as with none. A block with holes becomes several
 * networks (`pieces.ts`). Does not know the kernel.
 */
import {addressBits, type Family} from '../net/address.js';
import type {Network} from '../net/network.js';
import type {Block} from './block.js';
import {networkOf, type PieceChange, Pieces} from './pieces.js';

/** What a plan may read of an intent. */
export interface Desired {
  /** How many networks should have a rule; those inside others do not count. */
  readonly size: number;
  /** When the block ends, ms since the epoch; undefined: the network should have no rule. */
  readonly untilMs: (network: string) => number | undefined;
  readonly entries: () => Iterable<readonly [string, number]>;
  /**
   * Blocked clients that are still served at the submission ports, and until when
   * (`blocks/passes.ts`).
   */
  readonly passes: ReadonlyMap<string, number>;
}

export class Intent implements Desired {
  readonly #family: Family;
  readonly #until = new Map<string, number>();
  readonly #pieces = new Pieces((network) => this.#until.get(network));
  /** Networks that lie in larger ones. */
  readonly #covered = new Set<string>();
  /** Networks larger than an address: by prefix length, then by first address. */
  readonly #large = new Map<number, Set<bigint>>();
  #changed = new Set<string>();
  #passes: ReadonlyMap<string, number> = new Map();
  /** `stale`: a large network has come or gone, so the next call merges again. */
  #merge: 'done' | 'stale' = 'done';

  constructor(family: Family) {
    this.#family = family;
  }

  get size(): number {
    this.#mergeAnew();
    return this.#until.size - this.#covered.size;
  }

  untilMs(network: string): number | undefined {
    this.#mergeAnew();
    return this.#covered.has(network) ? undefined : this.#until.get(network);
  }

  *entries(): Generator<readonly [string, number]> {
    this.#mergeAnew();
    for (const entry of this.#until) if (!this.#covered.has(entry[0])) yield entry;
  }

  get passes(): ReadonlyMap<string, number> {
    return this.#passes;
  }

  /** From now on these clients pass, and no others. Those of the other family are ignored. */
  letPass(passes: ReadonlyMap<string, number>): void {
    this.#passes = new Map([...passes].filter(([network]) => this.#isOurs(network)));
  }

  /** Blocks of the other family are ignored. */
  set(block: Pick<Block, 'network' | 'untilMs' | 'except'>): void {
    if (this.#isOurs(block.network)) this.#take(this.#pieces.set(block));
  }

  /** Marks the network as changed even if the intent never held it: the kernel may hold it. */
  delete(text: string): void {
    if (!this.#isOurs(text)) return;
    this.#changed.add(text);
    this.#take(this.#pieces.delete(text));
  }

  /** Replaces all blocks by these. */
  replace(blocks: Iterable<Block>): void {
    const gone = new Set(this.#pieces.blocks(this.#until.keys()));
    for (const block of blocks) {
      gone.delete(block.network);
      this.set(block);
    }
    for (const text of gone) this.delete(text);
  }

  /** The networks that have changed since the last call. */
  takeChanged(): ReadonlySet<string> {
    this.#mergeAnew();
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  #take(changes: readonly PieceChange[]): void {
    for (const [text, untilMs] of changes) {
      if (untilMs === undefined) this.#remove(text);
      else this.#put(text, untilMs);
    }
  }

  #put(text: string, untilMs: number): void {
    const before = this.#until.get(text);
    if (before === untilMs) return;
    this.#until.set(text, untilMs);
    this.#changed.add(text);
    if (before !== undefined) return;
    // BigInts for each of 100,000 addresses would take longer than the kernel takes for their rules.
    if (this.#large.size === 0 && plainQuad.test(text)) return;
    const network = networkOf(text);
    if (this.#isInLarger(network)) this.#covered.add(text);
    if (network.prefix === addressBits[this.#family]) return;
    const {prefix, first} = network;
    this.#large.set(prefix, (this.#large.get(prefix) ?? new Set()).add(first));
    this.#merge = 'stale';
  }

  #remove(text: string): void {
    this.#changed.add(text);
    if (!this.#until.delete(text)) return;
    this.#covered.delete(text);
    if (!text.includes('/')) return;
    const {prefix, first} = networkOf(text);
    this.#large.get(prefix)?.delete(first);
    if (this.#large.get(prefix)?.size === 0) this.#large.delete(prefix);
    this.#merge = 'stale';
  }

  #isOurs(text: string): boolean {
    return text.includes(':') === (this.#family === 6);
  }

  #isInLarger({first, prefix}: Network): boolean {
    for (const [length, firsts] of this.#large) {
      const hostBits = BigInt(addressBits[this.#family] - length);
      if (length < prefix && firsts.has((first >> hostBits) << hostBits)) return true;
    }
    return false;
  }

  /** Looks at every block, so it runs once for all large networks that come or go together. */
  #mergeAnew(): void {
    if (this.#merge === 'done') return;
    this.#merge = 'done';
    for (const text of this.#until.keys()) {
      const isIn = this.#isInLarger(networkOf(text));
      if (isIn === this.#covered.has(text)) continue;
      this.#changed.add(text);
      if (isIn) this.#covered.add(text);
      else this.#covered.delete(text);
    }
  }
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** An IPv4 address in its canonical text. */
const plainQuad = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

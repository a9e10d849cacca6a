/**
 * A set of hashes in fixed memory. May say yes to one that was never added, never no to one that
 * was: good enough to pass a line over, not to judge anybody.
 */

/** A count, 512 KiB: with 100,000 members every fortieth stranger is taken for one. */
const bits = 1 << 22;

export class BitSet {
  readonly #words = new Uint32Array(bits / 32);

  add(hash: number): void {
    const bit = hash % bits;
    const word = bit >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (bit & 31));
  }

  has(hash: number): boolean {
    const bit = hash % bits;
    return (((this.#words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  }
}

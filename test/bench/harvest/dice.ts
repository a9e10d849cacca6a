/**
 * Numbers that look random and are the same in every run. Each actor has a stream of its own, so that the numbers of
 * one do not change those of another. So all contenders meet the same world.
 */
export class Dice {
  #state: number;

  /** @param words identify the stream: the seed, a kind, a number */
  constructor(...words: readonly (string | number)[]) {
    // FNV-1a alone gives similar hashes for similar words, so `mixed` finishes as murmur3 does.
    let hash = 0x811c9dc5;
    for (const char of words.join('/')) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    this.#state = mixed(hash) || 1;
  }

  /** A number from 0 to 1, without 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let x = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    x ^= x + Math.imul(x ^ (x >>> 7), 61 | x);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** A whole number from `least` to `most`. */
  from(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** @param share a ratio from 0 to 1 */
  chance(share: number): boolean {
    return this.next() < share;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!;
  }

  /** A count with the Poisson distribution of this mean (Knuth's method; means here are below 100). */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count += 1;
    return count;
  }
}

/** The finish of murmur3: neighbouring numbers give unlike ones. Unsigned, 32 bits. */
export function mixed(number: number): number {
  let x = number | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * Keeps the least valuable of the rows that `packed-table.ts` looked at recently. That table looks
 * at a few random rows at a time. A row may have changed since, so its value is read again before
 * the row is dropped.
 *
 * Without these candidates the table would have to look at four times as many rows to find one of
 * as little value, and each look misses the cache.
 */

/** A count. */
export const mostCandidates = 16;

export class Candidates {
  readonly #slots: number[] = [];
  readonly #worths: number[] = [];

  get size(): number {
    return this.#slots.length;
  }

  /** It stays while fewer are less worthy than there is room for. */
  propose(slot: number, worth: number): void {
    let at = this.#slots.indexOf(slot);
    if (at === -1 && this.#slots.length < mostCandidates) at = this.#slots.length;
    if (at === -1) {
      at = placeOf('most', this.#worths);
      if (this.#worths[at]! <= worth) return;
    }
    this.#slots[at] = slot;
    this.#worths[at] = worth;
  }

  /**
   * Takes the least worthy out.
   *
   * @param worthNow undefined: nothing lies there any more
   * @throws when there is none
   */
  take(worthNow: (slot: number) => number | undefined): number {
    while (this.#slots.length > 0) {
      const at = placeOf('least', this.#worths);
      const slot = this.#slots[at]!;
      const worth = worthNow(slot);
      const isSame = worth === this.#worths[at];
      if (isSame || worth === undefined) this.#drop(at);
      else this.#worths[at] = worth;
      if (isSame) return slot;
    }
    throw new Error('no candidate is left');
  }

  #drop(at: number): void {
    this.#slots[at] = this.#slots.at(-1)!;
    this.#worths[at] = this.#worths.at(-1)!;
    this.#slots.pop();
    this.#worths.pop();
  }
}

/** @param numbers one or more */
function placeOf(which: 'least' | 'most', numbers: readonly number[]): number {
  let place = 0;
  for (let i = 1; i < numbers.length; i++) {
    const difference = numbers[i]! - numbers[place]!;
    if (which === 'least' ? difference < 0 : difference > 0) place = i;
  }
  return place;
}

/** xorshift (Marsaglia 2003): after the same number, which is not 0, the same entries are picked. */
export function nextRandom(before: number): number {
  let x = before;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x;
}

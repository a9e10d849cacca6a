/**
 * Keeps the rows of least worth among those that `packed-table.ts` looked at recently. That table
 * looks at a few random rows at a time. A row may have changed since, so its worth is read again
 * before it is dropped.
 *
 * Without these candidates the table would have to look at four times as many rows to find one of as
 * little worth, and each look is a cache miss.
 */

/** A count. */
export const mostCandidates = 16;

export class Candidates {
  readonly #slots: number[] = [];
  readonly #worths: number[] = [];

  get size(): number {
    return this.#slots.length;
  }

  /**
   * Adds the slot if there is room, or if it is worth less than the candidate worth most, which it
   * replaces.
   */
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
   * Removes the candidate of least worth.
   *
   * @param worthNow undefined: the slot is empty by now
   * @throws Error if there is no candidate
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

/** xorshift (Marsaglia 2003). The sequence depends only on the seed, which must not be 0. */
export function nextRandom(before: number): number {
  let x = before;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x;
}

/** Random choices that a seed can repeat (mulberry32, public domain). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to below the bound. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  isOneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  /** A list of one to `most` items. */
  list<Item>(most: number, make: () => Item): Item[] {
    return Array.from({length: 1 + this.below(most)}, make);
  }

  /** Chooses a row by its weight. @returns the rest of the row */
  weighted<Row extends readonly unknown[]>(
    table: readonly (readonly [number, ...Row])[],
  ): readonly [...Row] {
    const sum = table.reduce((total, [weight]) => total + weight, 0);
    let left = this.below(sum);
    for (const [weight, ...row] of table) {
      left -= weight;
      if (left < 0) return row;
    }
    throw new Error('expected a table with weights');
  }
}

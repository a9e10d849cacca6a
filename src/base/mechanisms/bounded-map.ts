/** A map with a bound: a new entry pushes the oldest one out. An entry that is set again is new. */

/** Changes without an eviction, after which the iterator at the oldest key is given up. A count. */
const mostChanges = 1000;

export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #most: number;
  /**
   * Stands before the oldest key. A new iterator for each eviction would step over all entries that
   * were deleted since the map last grew: a hundred times slower at 100,000 entries. An iterator that
   * is not used keeps the map's former tables in memory, so it does not stay for long.
   */
  #keys: IterableIterator<Key> | undefined;
  #changesSinceUsed = 0;

  /** @param most entries, a count of 1 or more */
  constructor(most: number) {
    if (!(most >= 1)) throw new RangeError(`a map for at most ${most} entries`);
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  /** @returns the entry that was pushed out, undefined when there was room */
  set(key: Key, value: Value): readonly [Key, Value] | undefined {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#most) return this.#pushOut();
    if (this.#keys !== undefined && ++this.#changesSinceUsed > mostChanges) this.#keys = undefined;
    return undefined;
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key);
  }

  /** From the oldest to the newest. */
  entries(): IterableIterator<[Key, Value]> {
    return this.#entries.entries();
  }

  /** Keys that the iterator has passed were pushed out, so its next one is the oldest. */
  #pushOut(): readonly [Key, Value] {
    this.#keys ??= this.#entries.keys();
    this.#changesSinceUsed = 0;
    const key = this.#keys.next().value as Key;
    const value = this.#entries.get(key) as Value;
    this.#entries.delete(key);
    return [key, value];
  }
}

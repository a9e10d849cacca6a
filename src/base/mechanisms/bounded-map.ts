/**
 * A map with a limit: beyond it, a new entry evicts the oldest one. Setting an entry again makes it
 * the newest.
 */

/**
 * After this many changes without an eviction, the map drops its iterator at the oldest key. A count.
 */
const mostChanges = 1000;

export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #most: number;
  /**
   * Points at the oldest key. A new iterator for each eviction would step over every entry that was
   * deleted since the map last grew: a hundred times slower with 100,000 entries. An unused iterator
   * keeps the map's former tables in memory, so it is dropped soon.
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

  /** @returns the evicted entry; undefined if there was room */
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

  /** Keys behind the iterator were evicted, so its next key is the oldest. */
  #pushOut(): readonly [Key, Value] {
    this.#keys ??= this.#entries.keys();
    this.#changesSinceUsed = 0;
    const key = this.#keys.next().value as Key;
    const value = this.#entries.get(key) as Value;
    this.#entries.delete(key);
    return [key, value];
  }
}

/** A map with a bound: a new entry pushes the oldest one out. An entry that is set again is new. */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #most: number;
  /**
   * Stands before the oldest key while the map is full. A new one for each entry would step over all
   * that was pushed out since the map last grew.
   */
  #keys: IterableIterator<Key> | undefined;

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
    if (this.#entries.size <= this.#most) {
      this.#keys = undefined;
      return undefined;
    }
    this.#keys ??= this.#entries.keys();
    const oldest = this.#keys.next().value as Key;
    const pushedOut = [oldest, this.#entries.get(oldest)!] as const;
    this.#entries.delete(oldest);
    return pushedOut;
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** From the oldest to the newest. */
  entries(): IterableIterator<[Key, Value]> {
    return this.#entries.entries();
  }
}

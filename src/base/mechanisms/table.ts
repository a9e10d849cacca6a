/**
 * A map that knows which of its keys have changed since the last save, so that a commit writes only
 * the changes. The class that fills it sets its limit (`limitTo`). It does not know where it is saved
 * (`sys/disk/store.ts`).
 */

interface TableChanges<Value> {
  readonly put: ReadonlyMap<string, Value>;
  readonly deleted: ReadonlySet<string>;
}

/**
 * After this many changes without a request for the oldest key, the table drops its iterator. A
 * count.
 */
const mostChanges = 1000;

/** Replace values, never change them in place: a change that `set` does not see is not saved. */
export class Table<Value> {
  readonly #values: Map<string, Value>;
  readonly #changed: Set<string> | undefined;
  /**
   * Points behind the oldest key. A new iterator for each request would step over every entry that
   * was deleted since the map last grew, which made a full table a thousand times slower. An unused
   * iterator keeps the map's former tables in memory, so it is dropped soon.
   */
  #keys: IterableIterator<string> | undefined;
  #oldest: string | undefined;
  #changesSinceAsked = 0;
  #most = Number.POSITIVE_INFINITY;

  /** @param use `unsaved`: nobody will ask for the changes, as in a replay or a dry run */
  constructor(saved: Iterable<readonly [string, Value]> = [], use: 'saved' | 'unsaved' = 'saved') {
    this.#changed = use === 'saved' ? new Set() : undefined;
    this.#values = new Map(saved);
  }

  /**
   * From now on, `set` evicts the oldest entry whenever the table is full.
   *
   * @param most entries, a count of 1 or more
   */
  limitTo(most: number): void {
    if (!(most >= 1)) throw new RangeError(`a table for at most ${most} entries`);
    this.#most = most;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /**
   * Sets the value, and makes the key the newest of `entries()`.
   *
   * @returns the evicted entry; undefined if there was room
   */
  set(key: string, value: Value): readonly [string, Value] | undefined {
    this.#noteChange(key);
    this.#values.delete(key);
    this.#values.set(key, value);
    // So that the changes come in the same order.
    this.#changed?.delete(key);
    this.#changed?.add(key);
    return this.#values.size > this.#most ? this.takeOldest() : undefined;
  }

  /** Removes the oldest entry. @returns undefined when there is none */
  takeOldest(): readonly [string, Value] | undefined {
    const key = this.oldestKey();
    if (key === undefined) return undefined;
    const value = this.#values.get(key)!;
    this.delete(key);
    return [key, value];
  }

  delete(key: string): void {
    this.#noteChange(key);
    if (this.#values.delete(key)) this.#changed?.add(key);
  }

  /** Sets a new value and leaves the key at its place in the order: half the work of `set`. */
  replace(key: string, value: Value): void {
    this.#values.set(key, value);
    this.#changed?.add(key);
  }

  /** Oldest first, by when each was last set. */
  entries(): IterableIterator<[string, Value]> {
    return this.#values.entries();
  }

  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  oldestKey(): string | undefined {
    this.#changesSinceAsked = 0;
    if (this.#oldest !== undefined) return this.#oldest;
    let next = this.#keys?.next();
    if (next === undefined || next.done === true) {
      this.#keys = this.#values.keys();
      next = this.#keys.next();
    }
    this.#oldest = next.done === true ? undefined : next.value;
    return this.#oldest;
  }

  #noteChange(key: string): void {
    if (key === this.#oldest) this.#oldest = undefined;
    if (this.#keys !== undefined && ++this.#changesSinceAsked > mostChanges) this.#keys = undefined;
  }

  changes(): TableChanges<Value> {
    const put = new Map<string, Value>();
    const deleted = new Set<string>();
    for (const key of this.#changed ?? []) {
      const value = this.#values.get(key);
      if (value === undefined) deleted.add(key);
      else put.set(key, value);
    }
    return {put, deleted};
  }

  /** The changes that `changes` gave are saved. */
  saved(): void {
    this.#changed?.clear();
  }
}

/**
 * A map that knows which of its keys have changed since they were last saved, so that a commit
 * writes what happened and not all there is. The class that fills it sets its bound (`limitTo`). Does
 * not know where it is saved (`sys/disk/store.ts`).
 */

interface TableChanges<Value> {
  readonly put: ReadonlyMap<string, Value>;
  readonly deleted: ReadonlySet<string>;
}

/** Changes between two questions for the oldest key, after which its place is given up. A count. */
const mostChanges = 1000;

/** Values are replaced, never changed in place: a change that `set` does not see is not saved. */
export class Table<Value> {
  readonly #values: Map<string, Value>;
  readonly #changed: Set<string> | undefined;
  /**
   * Stands behind the oldest key. A new iterator for each question would step over everything that
   * was deleted since the map last grew, which made a full table a thousand times slower. But it is
   * not kept for long without a question: the map keeps its former tables alive for it.
   */
  #keys: IterableIterator<string> | undefined;
  #oldest: string | undefined;
  #changesSinceAsked = 0;
  #most = Number.POSITIVE_INFINITY;

  /** @param use `unsaved`: nobody will ask what has changed, as in a replay or a dry run */
  constructor(saved: Iterable<readonly [string, Value]> = [], use: 'saved' | 'unsaved' = 'saved') {
    this.#changed = use === 'saved' ? new Set() : undefined;
    this.#values = new Map(saved);
  }

  /**
   * From now on `set` pushes the oldest entry out where there are more than so many.
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
   * The key becomes the newest of `entries()`.
   *
   * @returns the entry that was pushed out, undefined when there was room
   */
  set(key: string, value: Value): readonly [string, Value] | undefined {
    this.#noteChange(key);
    this.#values.delete(key);
    this.#values.set(key, value);
    // The changes too come in this order.
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

  /** A new value that leaves the key where it is in the order: half the work of `set`. */
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

  /** What `changes` gave is safe. */
  saved(): void {
    this.#changed?.clear();
  }
}

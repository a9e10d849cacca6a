/**
 * A map that knows which of its keys have changed since they were last saved, so that a commit
 * writes what happened and not all there is. Does not know where it is saved (`sys/store.ts`).
 */

export interface TableChanges<Value> {
  readonly put: ReadonlyMap<string, Value>;
  readonly deleted: ReadonlySet<string>;
}

/** Values are replaced, never changed in place: a change that `set` does not see is not saved. */
export class Table<Value> {
  readonly #values: Map<string, Value>;
  readonly #changed = new Set<string>();

  constructor(saved: Iterable<readonly [string, Value]> = []) {
    this.#values = new Map(saved);
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /** The key becomes the newest of `entries()`. */
  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    // The changes too come in this order.
    this.#changed.delete(key);
    this.#changed.add(key);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#changed.add(key);
  }

  /** Oldest first, by when each was last set. */
  entries(): IterableIterator<[string, Value]> {
    return this.#values.entries();
  }

  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  oldestKey(): string | undefined {
    return this.#values.keys().next().value;
  }

  changes(): TableChanges<Value> {
    const put = new Map<string, Value>();
    const deleted = new Set<string>();
    for (const key of this.#changed) {
      const value = this.#values.get(key);
      if (value === undefined) deleted.add(key);
      else put.set(key, value);
    }
    return {put, deleted};
  }

  /** What `changes` gave is safe. */
  saved(): void {
    this.#changed.clear();
  }
}

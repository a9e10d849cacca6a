/**
 * Hands values from many producers to one consumer, in order. A producer waits while the queue is
 * full, so no value is lost and the queue does not grow. The users decide what a value is and what
 * happens to it.
 */
interface Waiting<Value> {
  readonly value: Value;
  readonly isIn: () => void;
}

export class BoundedQueue<Value> {
  readonly #most: number;
  readonly #values: Value[] = [];
  /** Producers that wait because the queue is full, the first one first. */
  readonly #waiting: Waiting<Value>[] = [];
  #state: 'open' | 'closed' = 'open';
  #wakeTaker = (): void => undefined;

  /** @param most values, a count of 1 or more */
  constructor(most: number) {
    if (!(most >= 1)) throw new RangeError(`a queue for at most ${most} values`);
    this.#most = most;
  }

  /** Values in the queue. A count. */
  get size(): number {
    return this.#values.length;
  }

  /** @returns ends once the value is in the queue; fails if the queue was closed before */
  put(value: Value): Promise<void> {
    if (this.#state === 'closed') return Promise.reject(new Error('the queue is closed'));
    if (this.#values.length >= this.#most) {
      return new Promise((isIn) => this.#waiting.push({value, isIn}));
    }
    this.#values.push(value);
    this.#wakeTaker();
    return Promise.resolve();
  }

  /** No more values will come. The consumer still gets those in the queue. */
  close(): void {
    this.#state = 'closed';
    this.#wakeTaker();
  }

  /** For one consumer. Ends once the queue is closed and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Value, void> {
    for (;;) {
      while (this.#values.length > 0) yield this.#take();
      if (this.#state === 'closed') return;
      await new Promise<void>((resolve) => (this.#wakeTaker = resolve));
    }
  }

  #take(): Value {
    const value = this.#values.shift() as Value;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#values.push(next.value);
      next.isIn();
    }
    return value;
  }
}

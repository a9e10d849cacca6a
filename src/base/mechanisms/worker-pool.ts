/**
 * Does a bounded amount of work at a time, lets a bounded amount wait, and drops the rest. The
 * caller decides what the work is, and handles its failures.
 */
interface PoolBounds {
  /** Under way at a time. A count, 1 or more. */
  readonly atOnce: number;
  /** Waiting for that. A count. */
  readonly waiting: number;
}

/** `leftOut`: the work has not begun, and never will. */
export type PoolResult<Result> =
  {readonly kind: 'done'; readonly result: Result} | {readonly kind: 'leftOut'};

interface Waiting {
  readonly begin: () => void;
  readonly leaveOut: () => void;
}

export class WorkerPool {
  readonly #bounds: PoolBounds;
  /** The first one first. */
  #waiting: Waiting[] = [];
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(bounds: PoolBounds) {
    if (!(bounds.atOnce >= 1)) throw new RangeError(`a pool for ${bounds.atOnce} at once`);
    this.#bounds = bounds;
  }

  /** Whether more work would be left out now. */
  get isFull(): boolean {
    const {atOnce, waiting} = this.#bounds;
    return this.#underWay.size >= atOnce && this.#waiting.length >= waiting;
  }

  /** Begins at once where there is room. @returns fails when the work fails */
  run<Result>(work: () => Promise<Result>): Promise<PoolResult<Result>> {
    if (this.isFull) return Promise.resolve({kind: 'leftOut'});
    if (this.#underWay.size < this.#bounds.atOnce) return this.#begin(work);
    return new Promise((resolve) => {
      this.#waiting.push({
        begin: () => resolve(this.#begin(work)),
        leaveOut: () => resolve({kind: 'leftOut'}),
      });
    });
  }

  /** What waits is left out. @returns a count */
  dropWaiting(): number {
    const dropped = this.#waiting;
    this.#waiting = [];
    for (const {leaveOut} of dropped) leaveOut();
    return dropped.length;
  }

  /** Ends when nothing is under way and nothing waits. Never fails. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  #begin<Result>(work: () => Promise<Result>): Promise<PoolResult<Result>> {
    const done = async (): Promise<PoolResult<Result>> => ({kind: 'done', result: await work()});
    const running = done().finally(() => {
      this.#underWay.delete(running);
      this.#waiting.shift()?.begin();
    });
    this.#underWay.add(running);
    return running;
  }
}

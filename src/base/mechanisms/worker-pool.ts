/**
 * Limits how much work is under way at a time and how much may wait; work beyond that is dropped.
 * The caller decides what the work is, and handles its failures.
 */
interface PoolBounds {
  /** Pieces of work under way at a time. A count, 1 or more. */
  readonly atOnce: number;
  /** Pieces of work that may wait. A count. */
  readonly waiting: number;
}

/** `leftOut`: the work was dropped before it began. */
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

  /** Whether more work would be dropped now. */
  get isFull(): boolean {
    const {atOnce, waiting} = this.#bounds;
    return this.#underWay.size >= atOnce && this.#waiting.length >= waiting;
  }

  /** Begins immediately if there is room. @returns fails if the work fails */
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

  /** Drops the work that waits. @returns how much, a count */
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

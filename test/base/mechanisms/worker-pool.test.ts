import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {WorkerPool} from '../../../src/base/mechanisms/worker-pool.js';

/** Work that ends when the test says so. */
class Job {
  state: 'waits' | 'underWay' | 'over' = 'waits';
  readonly outcome: Promise<string>;
  #end: (how: 'well' | 'badly') => void = () => undefined;

  constructor(pool: WorkerPool) {
    this.outcome = this.#outcomeOf(pool);
  }

  end(how: 'well' | 'badly'): void {
    this.state = 'over';
    this.#end(how);
  }

  async #outcomeOf(pool: WorkerPool): Promise<string> {
    try {
      const result = await pool.run(() => this.#work());
      return result.kind === 'done' ? result.result : result.kind;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #work(): Promise<string> {
    this.state = 'underWay';
    return new Promise((resolve, reject) => {
      this.#end = (how) => {
        if (how === 'well') resolve('fine');
        else reject(new Error('failed'));
      };
    });
  }
}

/** Lets all that is due in this turn be done. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const bounds = fc.record({atOnce: fc.integer({min: 1, max: 3}), waiting: fc.nat(3)});
const action = fc.oneof(
  {weight: 4, arbitrary: fc.constant('give' as const)},
  {weight: 3, arbitrary: fc.constantFrom('well' as const, 'badly' as const)},
  {weight: 1, arbitrary: fc.constant('drop' as const)},
);

describe('WorkerPool', () => {
  test('is a queue before so many desks: never more, in order, and nothing is lost', async () => {
    await fc.assert(
      fc.asyncProperty(bounds, fc.array(action, {maxLength: 30}), async (most, actions) => {
        const pool = new WorkerPool(most);
        // The model: what is under way, what waits, and what has become of the rest.
        let underWay: Job[] = [];
        let waiting: Job[] = [];
        const expected = new Map<Job, string>();
        const advance = (): void => {
          while (underWay.length < most.atOnce && waiting.length > 0)
            underWay.push(waiting.shift()!);
        };
        for (const what of actions) {
          if (what === 'give') {
            const isFull = underWay.length >= most.atOnce && waiting.length >= most.waiting;
            expect(pool.isFull).toBe(isFull);
            const job = new Job(pool);
            if (isFull) expected.set(job, 'leftOut');
            else waiting.push(job);
            advance();
            // At once, where there is room.
            expect(job.state === 'underWay').toBe(underWay.includes(job));
          } else if (what === 'drop') {
            expect(pool.dropWaiting()).toBe(waiting.length);
            for (const job of waiting) expected.set(job, 'leftOut');
            waiting = [];
          } else {
            const job = underWay.shift();
            job?.end(what);
            if (job !== undefined) expected.set(job, what === 'well' ? 'fine' : 'failed');
            advance();
            await settle();
          }
          expect(underWay.every(({state}) => state === 'underWay')).toBe(true);
          expect(waiting.every(({state}) => state === 'waits')).toBe(true);
        }
        const settled = pool.settled();
        while (underWay.length > 0) {
          for (const job of underWay) {
            job.end('well');
            expected.set(job, 'fine');
          }
          underWay = [];
          await settle();
          advance();
        }
        await settled;
        for (const [job, outcome] of expected) expect(await job.outcome).toBe(outcome);
      }),
    );
  });

  test('work that fails before it waits for anything gives its place up, too', async () => {
    const pool = new WorkerPool({atOnce: 1, waiting: 0});
    const failing = pool.run(() => {
      throw new Error('at once');
    });
    await expect(failing).rejects.toThrow('at once');
    expect(await pool.run(() => Promise.resolve(1))).toEqual({kind: 'done', result: 1});
  });

  test('with nothing to do it is settled', async () => {
    await expect(new WorkerPool({atOnce: 1, waiting: 1}).settled()).resolves.toBeUndefined();
  });

  test('a pool for nothing is a mistake', () => {
    expect(() => new WorkerPool({atOnce: 0, waiting: 9})).toThrow(RangeError);
  });
});

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {SingleFlight} from '../../../src/base/mechanisms/single-flight.js';

interface Run {
  readonly index: number;
  succeed(): void;
  fail(): void;
}

/** Work that is ended by hand, and what has been seen of it. */
class Bench {
  /** Runs under way, oldest first. */
  readonly open: Run[] = [];
  begun = 0;
  ended = 0;
  /** Runs whose end has had the time to be noticed. */
  noticed = 0;
  mostAtOnce = 0;
  readonly flight = new SingleFlight(() => this.#work());

  #work(): Promise<void> {
    const index = this.begun++;
    return new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void) => (): void => {
        this.open.splice(0, 1);
        this.ended += 1;
        settle();
      };
      const fail = finish(() => reject(new Error(`run ${index}`)));
      this.open.push({index, succeed: finish(resolve), fail});
      this.mostAtOnce = Math.max(this.mostAtOnce, this.open.length);
    });
  }
}

/** Lets all that can go on without an end of the work go on. */
const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const action = fc.constantFrom('run', 'join', 'succeed', 'fail', 'tick', 'idle');

/** What a caller was promised: a run whose index is at least this one. */
interface Promised {
  readonly from: number;
  readonly outcome: Promise<'succeeded' | 'failed'>;
  endedAt: number | undefined;
}

/** Asks for a run, and notes how many runs had ended when the answer came. */
function ask(bench: Bench, how: 'run' | 'join', from: number): Promised {
  const promised: Promised = {
    from,
    outcome: bench.flight[how]().then(
      () => 'succeeded',
      () => 'failed',
    ),
    endedAt: undefined,
  };
  void promised.outcome.then(() => (promised.endedAt = bench.ended));
  return promised;
}

describe('SingleFlight', () => {
  test('whatever is asked, ended and failed in whatever order: one at once, and each call gets its run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, {maxLength: 40}), async (actions) => {
        const bench = new Bench();
        const outcomes = new Map<number, 'succeeded' | 'failed'>();
        const promises: Promised[] = [];
        const rest = async (): Promise<void> => {
          await idle();
          bench.noticed = bench.ended;
        };
        // Callers hear of one end before the next: the count tells them which one it was.
        const end = async (how: 'succeed' | 'fail'): Promise<void> => {
          if (bench.noticed < bench.ended) await rest();
          const [current] = bench.open;
          if (current === undefined) return;
          outcomes.set(current.index, how === 'succeed' ? 'succeeded' : 'failed');
          current[how]();
        };
        for (const what of actions) {
          if (what === 'run') promises.push(ask(bench, 'run', bench.begun));
          else if (what === 'join') promises.push(ask(bench, 'join', bench.noticed));
          else if (what === 'tick') await Promise.resolve();
          else if (what === 'idle') await rest();
          else await end(what);
        }
        await rest();
        while (bench.open.length > 0) {
          await end('succeed');
          await rest();
        }
        await bench.flight.settled();

        expect(bench.mostAtOnce).toBeLessThanOrEqual(1);
        expect(bench.begun).toBe(bench.ended);
        for (const {from, outcome, endedAt} of promises) {
          expect(outcomes.get(endedAt! - 1)).toBe(await outcome);
          expect(endedAt! - 1).toBeGreaterThanOrEqual(from);
        }
      }),
      {numRuns: 500},
    );
  });

  test('the first run begins at once, and any number of calls during it share one further run', async () => {
    const bench = new Bench();
    void bench.flight.run();
    expect(bench.open.map(({index}) => index)).toEqual([0]);
    const calls = Array.from({length: 5}, () => bench.flight.run());
    expect(new Set(calls).size).toBe(1);
    bench.open[0]!.succeed();
    await idle();
    expect(bench.begun).toBe(2);
    bench.open[0]!.succeed();
    await Promise.all(calls);
    expect(bench.begun).toBe(2);
  });

  test('join takes part in the run that is under way; alone it begins one', async () => {
    const bench = new Bench();
    const first = bench.flight.join();
    const second = bench.flight.join();
    expect(bench.begun).toBe(1);
    bench.open[0]!.succeed();
    await Promise.all([first, second]);
    expect(bench.begun).toBe(1);
  });

  test('a failed run fails its callers, and the next one begins all the same', async () => {
    const bench = new Bench();
    const first = bench.flight.run();
    const second = bench.flight.run();
    bench.open[0]!.fail();
    await expect(first).rejects.toThrow('run 0');
    await idle();
    bench.open[0]!.succeed();
    await expect(second).resolves.toBeUndefined();
  });

  test('settled waits for the run that was asked for too, and does not fail with it', async () => {
    const bench = new Bench();
    const calls = [bench.flight.run(), bench.flight.run()].map((call) =>
      call.catch(() => undefined),
    );
    let isSettled = false;
    const settled = bench.flight.settled().then(() => (isSettled = true));
    bench.open[0]!.fail();
    await idle();
    expect(isSettled).toBe(false);
    bench.open[0]!.fail();
    await settled;
    expect(bench.ended).toBe(2);
    await Promise.all(calls);
  });

  test('work that throws before its first wait fails its call only', async () => {
    let isBroken = true;
    const flight = new SingleFlight(() => {
      if (isBroken) throw new Error('broken');
      return Promise.resolve();
    });
    const first = flight.run();
    await expect(first).rejects.toThrow('broken');
    isBroken = false;
    await expect(flight.run()).resolves.toBeUndefined();
  });

  test('work that asks for itself before its first wait is run once more, not within itself', async () => {
    let [begun, atOnce, mostAtOnce] = [0, 0, 0];
    const again: Promise<void>[] = [];
    const flight = new SingleFlight(async () => {
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      if (++begun === 1) again.push(flight.run());
      await idle();
      atOnce -= 1;
    });
    await flight.run();
    await Promise.all(again);
    await flight.settled();
    expect({begun, mostAtOnce}).toEqual({begun: 2, mostAtOnce: 1});
  });
});

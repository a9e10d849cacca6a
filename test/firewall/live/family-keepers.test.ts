/** The keepers of both families: who is asked what, and when leftovers may go. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Enforced} from '../../../src/firewall/enforced.js';
import {type AnyKeeper, FamilyKeepers} from '../../../src/firewall/live/family-keepers.js';
import type {Leftover} from '../../../src/firewall/live/leftover.js';
import type {Family} from '../../../src/net/address.js';

let calls: string[] = [];

beforeEach(() => {
  calls = [];
});

const tools = {
  run: () => Promise.reject(new Error('no call is made here')),
  say: () => undefined,
};

const figures = (wanted: number): Enforced => ({
  ...{wanted, standing: wanted, readMs: undefined},
  ...{repairs: 0, failure: undefined},
});

class FakeKeeper implements AnyKeeper {
  readonly #family: Family;
  isInOrder = true;
  end: 'removed' | 'failed' = 'removed';

  constructor(family: Family) {
    this.#family = family;
  }
  get enforced(): Enforced {
    return figures(this.#family);
  }
  enforce(unwanted: string): Promise<void> {
    return this.#note(`enforce ${unwanted}`);
  }
  check(): Promise<void> {
    return this.#note('check');
  }
  look(): Promise<void> {
    return this.#note('look');
  }
  stop(): Promise<void> {
    return this.#note('stop');
  }
  async remove(): Promise<'removed' | 'failed'> {
    await this.#note('remove');
    return this.end;
  }
  #note(call: string): Promise<void> {
    calls.push(`${call} ${this.#family}`);
    return Promise.resolve();
  }
}

function make() {
  const [four, six] = [new FakeKeeper(4), new FakeKeeper(6)];
  const keepers = new FamilyKeepers(
    new Map<Family, AnyKeeper>([
      [4, four],
      [6, six],
    ]),
    tools,
  );
  return {four, six, keepers};
}

/** One that goes, unless the test makes it stay. */
const leftover = (name: string, why: () => string | undefined = () => undefined): Leftover => ({
  name,
  remove: async () => {
    calls.push(`leftover ${name}`);
    await Promise.resolve();
    return why();
  },
});

test('all is asked of both families', async () => {
  const {keepers, six} = make();
  expect(keepers.families).toEqual([4, 6]);
  await keepers.enforce('keep');
  await keepers.check();
  await keepers.look();
  expect(calls).toEqual([
    ...['enforce keep 4', 'enforce keep 6', 'check 4', 'check 6', 'look 4', 'look 6'],
  ]);
  expect([...keepers.enforced]).toEqual([
    [4, figures(4)],
    [6, figures(6)],
  ]);
  expect([keepers.isInOrder, keepers.isInOrderIn(6)]).toEqual([true, true]);
  six.isInOrder = false;
  expect([keepers.isInOrder, keepers.isInOrderIn(4), keepers.isInOrderIn(6)]).toEqual([
    ...[false, true, false],
  ]);
});

test('a family without a keeper has nothing to take', () => {
  const keepers = new FamilyKeepers(new Map(), tools);
  expect([keepers.isInOrder, keepers.isInOrderIn(6)]).toEqual([true, true]);
});

describe('the end', () => {
  test.each(['handOver', 'leave'] as const)('%s: the rules stay', async (end) => {
    expect(await make().keepers.stop(end)).toBe('left');
    expect(calls).toEqual(['stop 4', 'stop 6']);
  });

  test('remove: a family that cannot be removed is reported', async () => {
    expect(await make().keepers.stop('remove')).toBe('removed');
    expect(calls).toEqual(['remove 4', 'remove 6']);
    const {keepers, four} = make();
    four.end = 'failed';
    expect(await keepers.stop('remove')).toBe('failed');
  });
});

describe('leftovers', () => {
  test('go only while all families are in order', async () => {
    const {keepers, four, six} = make();
    let spoils = true;
    const a = leftover('a', () => {
      if (spoils) six.isInOrder = false;
      spoils = false;
    });
    keepers.expectLeftovers([a, leftover('b')]);
    four.isInOrder = false;
    await keepers.removeLeftovers();
    expect(calls).toEqual([]);
    four.isInOrder = true;
    await keepers.removeLeftovers();
    expect(calls).toEqual(['leftover a']);
    six.isInOrder = true;
    await keepers.removeLeftovers();
    // Each look is at all of them: any may have come back.
    expect(calls).toEqual(['leftover a', 'leftover a', 'leftover b']);
  });

  test('are removed by one at a time; the end waits for it, and no other begins', async () => {
    const {keepers} = make();
    keepers.expectLeftovers(['a', 'b'].map((name) => leftover(name)));
    const removals = [keepers.removeLeftovers(), keepers.removeLeftovers()];
    const end = keepers.stop('leave');
    await Promise.all(removals);
    expect(await end).toBe('left');
    await keepers.removeLeftovers();
    expect(calls).toEqual(['leftover a', 'stop 4', 'stop 6']);
  });
});

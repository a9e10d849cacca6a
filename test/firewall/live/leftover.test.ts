/** What may be left behind goes, is tried again, and is complained of once. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {LogLevel} from '../../../src/base/say.js';
import type {Call, CallResult} from '../../../src/firewall/backend.js';
import type {KeeperTools} from '../../../src/firewall/live/keeper.js';
import {
  inOrder,
  type Leftover,
  type LeftoverGroup,
  Leftovers,
  removeGroups,
} from '../../../src/firewall/live/leftover.js';

let said: [LogLevel, string][] = [];
let tried: string[] = [];
let gone: string[] = [];
/** Why it stays, by name. */
let stays = new Map<string, string>();

beforeEach(() => {
  [said, tried, gone, stays] = [[], [], [], new Map()];
});

const tools = {
  run: () => Promise.reject(new Error('no call is made here')),
  say: (level: LogLevel, message: string) => void said.push([level, message]),
};

const leftover = (name: string): Leftover => ({
  name,
  remove: () => {
    tried.push(name);
    return Promise.resolve(stays.get(name));
  },
});

const groupOf = (name: string, ...parts: string[]): LeftoverGroup => ({
  ...{name, parts: parts.map(leftover)},
  onGone: () => void gone.push(name),
});

function leftoversOf(surroundings: KeeperTools, all: readonly Leftover[]): Leftovers {
  const leftovers = new Leftovers(surroundings);
  leftovers.replace(all);
  return leftovers;
}

describe('leftovers', () => {
  test('leftovers that may come back are looked for each time', async () => {
    const leftovers = leftoversOf(tools, ['a', 'b'].map(leftover));
    for (let looks = 0; looks < 3; looks++) await leftovers.remove(() => true);
    expect(tried).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  test('a listing that several look at is made once, and anew after a change', async () => {
    const calls: string[] = [];
    const run = ({program, input}: Call): Promise<CallResult> => {
      calls.push(`${program}${input === '' ? '' : ' changes'}`);
      return Promise.resolve({kind: 'done', stdout: ''});
    };
    const look = (name: string, input: string): Leftover => ({
      name,
      remove: async (ask) => {
        await ask({program: 'list', parameters: [], input: ''});
        if (input !== '') await ask({program: 'restore', parameters: [], input});
        return undefined;
      },
    });
    const parts = [look('a', ''), look('b', 'flush'), look('c', ''), look('d', '')];
    const leftovers = leftoversOf({...tools, run}, parts);
    await leftovers.remove(() => true);
    expect(calls).toEqual(['list', 'restore changes', 'list']);
    await leftovers.remove(() => true);
    expect(calls).toHaveLength(6);
  });

  test('why one stays is logged once, and again when the reason is another', async () => {
    const leftovers = leftoversOf(tools, [leftover('set X')]);
    for (const why of ['locked', 'locked', 'busy', 'locked']) {
      stays.set('set X', why);
      await leftovers.remove(() => true);
    }
    expect(said).toEqual(
      ['locked', 'busy', 'locked'].map((why) => [
        'warning',
        `set X: perhaps left behind, not removed: ${why} (trying again)`,
      ]),
    );
  });

  test('none is tried once it may not go on', async () => {
    const leftovers = leftoversOf(tools, ['a', 'b', 'c'].map(leftover));
    await leftovers.remove(() => tried.length < 2);
    expect(tried).toEqual(['a', 'b']);
    await leftovers.remove(() => true);
    expect(tried).toEqual(['a', 'b', 'a', 'b', 'c']);
  });

  test('others may take their place while one is being removed', async () => {
    const leftovers: Leftovers = leftoversOf(tools, [
      {
        name: 'a',
        remove: () => {
          leftovers.replace([leftover('b')]);
          return Promise.resolve(undefined);
        },
      },
    ]);
    await leftovers.remove(() => true);
    await leftovers.remove(() => true);
    expect(tried).toEqual(['b']);
  });
});

test('a group in order goes up to the first part that stays, and is over when none does', async () => {
  const group = inOrder(groupOf('chain X', 'chain', 'set', 'table'));
  stays.set('set', 'in use');
  expect(await group.remove(tools.run, tools.say)).toBe('set: in use');
  expect([tried, gone]).toEqual([['chain', 'set'], []]);
  stays.clear();
  expect(await group.remove(tools.run, tools.say)).toBeUndefined();
  expect(gone).toEqual(['chain X']);
});

test('groups that go for good: every part is tried, and each that stays is named', async () => {
  stays.set('set', 'in use').set('table', 'not permitted');
  const groups = [groupOf('X', 'chain', 'set', 'table'), groupOf('Y', 'other')];
  expect(await removeGroups(groups, tools)).toEqual([
    'set: not removed: in use',
    'table: not removed: not permitted',
  ]);
  expect(tried).toEqual(['chain', 'set', 'table', 'other']);
  expect(gone).toEqual(['Y']);
});

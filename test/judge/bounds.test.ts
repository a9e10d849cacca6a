/** What is kept for people and of hosts is bounded, and hostile names are cut. */
import {describe, expect, test} from '@jest/globals';
import {Table} from '../../src/base/mechanisms/table.js';
import {Friends, mostFriends} from '../../src/judge/crowd/friends.js';
import {
  mostEarlyNames,
  mostNameCharacters,
  mostNames,
  mostSuspects,
  Suspects,
} from '../../src/judge/memory/suspects.js';
import {day, startMs} from './world.js';

const deed = {kind: 'unknownRecipient', proof: 'log'} as const;

test('the last names of a client, cut and printable; names of former users are no count', () => {
  const suspects = new Suspects(new Table());
  for (let i = 0; i < 20; i++) {
    suspects.note('c', deed, `${i}\u001b${'x'.repeat(500)}`, 'counted', startMs + i, i + 1);
  }
  suspects.note('c', deed, 'former', 'stale', startMs + 20, 20);
  const {names = [], counts} = suspects.of('c') ?? {};
  expect(names).toHaveLength(mostNames);
  expect(names.at(-1)).toBe('former');
  for (const name of names) {
    expect(name.length).toBeLessThanOrEqual(mostNameCharacters);
    expect(name).toMatch(/^[\x20-\x7e]+$/);
  }
  expect(counts).toEqual({unknownRecipient: 20});
});

describe('the first names of a client', () => {
  const ask = (suspects: Suspects, client: string, names: readonly string[]): void =>
    names.forEach((name, i) => {
      suspects.note(client, deed, name, 'counted', startMs + i, i + 1);
    });

  test('are known before there is a row, and then stand in it', () => {
    const table = new Table<NonNullable<ReturnType<Suspects['of']>>>();
    const suspects = new Suspects(table);
    ask(suspects, 'c', ['a', 'b']);
    const times = {firstMs: startMs, lastMs: startMs + 1};
    const counts = {unknownRecipient: 2};
    expect(suspects.of('c')).toEqual({names: ['a', 'b'], counts, ...times, proof: 'log'});
    expect(table.size).toBe(0);
    ask(suspects, 'd', ['a', 'b', 'c']);
    expect(suspects.of('d')).toMatchObject({names: ['a', 'b', 'c'], counts: {unknownRecipient: 3}});
    expect(table.get('d')?.firstMs).toBe(startMs);
  });

  test('of a client that began anew are its new ones', () => {
    const suspects = new Suspects(new Table());
    ask(suspects, 'c', ['a', 'b']);
    ask(suspects, 'c', ['x']);
    expect(suspects.of('c')?.names).toEqual(['x']);
    suspects.forget('c');
    expect(suspects.of('c')).toBeUndefined();
  });

  test('are counted though nobody remembers them, and another sign is named with them', () => {
    const suspects = new Suspects(new Table());
    suspects.note('c', deed, 'c', 'counted', startMs, 3);
    expect(suspects.of('c')).toMatchObject({names: ['c'], counts: {unknownRecipient: 3}});
    ask(suspects, 'd', ['a']);
    suspects.note('d', {kind: 'vrfyProbe', proof: 'log'}, 'v', 'counted', startMs, 1);
    const counts = {unknownRecipient: 1, vrfyProbe: 1};
    expect(suspects.of('d')).toMatchObject({names: ['a', 'v'], counts});
  });
});

test('a process is no name', () => {
  const suspects = new Suspects(new Table());
  suspects.note('c', {kind: 'stuckSession', proof: 'kernel'}, '4711', 'counted', startMs, 0);
  expect(suspects.of('c')).toMatchObject({names: [], counts: {stuckSession: 1}});
});

test('the client silent for longest is forgotten', () => {
  const table = new Table<NonNullable<ReturnType<Suspects['of']>>>();
  const suspects = new Suspects(table);
  const third = mostEarlyNames + 1;
  for (let i = 0; i <= mostSuspects; i++) {
    suspects.note(`c${i}`, deed, 'a', 'counted', startMs, third);
  }
  expect(table.size).toBe(mostSuspects);
  expect([suspects.of('c0'), suspects.of(`c${mostSuspects}`)]).toMatchObject([undefined, {}]);
});

test('a friend is a client to which two users wrote; hosts are bounded and forgotten after 45 days', () => {
  const friends = new Friends(new Table());
  friends.wrote('192.0.2.1', 1, startMs);
  friends.wrote('192.0.2.1', 1, startMs);
  expect(friends.has('192.0.2.1')).toBe(false);
  friends.wrote('192.0.2.1', 2, startMs);
  expect(friends.has('192.0.2.1')).toBe(true);
  friends.sweep(startMs + 45 * day);
  expect(friends.has('192.0.2.1')).toBe(true);
  friends.sweep(startMs + 45 * day + 1);
  expect(friends.has('192.0.2.1')).toBe(false);
  friends.wrote('192.0.2.1', 1, startMs);
  friends.wrote('192.0.2.1', 2, startMs);
  for (let i = 0; i < mostFriends; i++) friends.wrote(`h${i}`, 1, startMs);
  expect(friends.has('192.0.2.1')).toBe(false);
});

describe('all signs together prove no more than the weakest', () => {
  const noted = (...proofs: ('kernel' | 'log')[]) => {
    const suspects = new Suspects(new Table());
    proofs.forEach((proof, at) => {
      suspects.note('c', {...deed, proof}, `n${at}`, 'counted', startMs, at + 1);
    });
    return suspects.of('c')?.proof;
  };

  test.each([
    ['kernel', ['kernel', 'kernel', 'kernel', 'kernel']],
    ['log', ['log', 'kernel']],
    ['log', ['log', 'log', 'log', 'log', 'kernel']],
    ['log', ['kernel', 'kernel', 'kernel', 'log', 'kernel']],
  ] as const)('%s, of %j', (proof, of) => {
    expect(noted(...of)).toBe(proof);
  });

  test('also of those that nobody remembers', () => {
    const suspects = new Suspects(new Table());
    suspects.note('c', {...deed, proof: 'kernel'}, 'c', 'counted', startMs, 3);
    expect(suspects.of('c')?.proof).toBe('log');
    suspects.note('d', {...deed, proof: 'kernel'}, 'b', 'counted', startMs, 2);
    expect(suspects.of('d')?.proof).toBe('log');
  });
});

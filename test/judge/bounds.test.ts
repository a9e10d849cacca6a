/** What is kept for people and of hosts is bounded, and hostile names are cut. */
import {expect, test} from '@jest/globals';
import {Table} from '../../src/base/mechanisms/table.js';
import {Friends, mostFriends} from '../../src/judge/crowd/friends.js';
import {
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
    suspects.note('c', deed, `${i}\u001b${'x'.repeat(500)}`, 'counted', startMs + i);
  }
  suspects.note('c', deed, 'former', 'stale', startMs + 20);
  const {names = [], counts} = suspects.of('c') ?? {};
  expect(names).toHaveLength(mostNames);
  expect(names.at(-1)).toBe('former');
  for (const name of names) {
    expect(name.length).toBeLessThanOrEqual(mostNameCharacters);
    expect(name).toMatch(/^[\x20-\x7e]+$/);
  }
  expect(counts).toEqual({unknownRecipient: 20});
});

test('a process is no name', () => {
  const suspects = new Suspects(new Table());
  suspects.note('c', {kind: 'stuckSession', proof: 'kernel'}, '4711', 'counted', startMs);
  expect(suspects.of('c')).toMatchObject({names: [], counts: {stuckSession: 1}});
});

test('the client silent for longest is forgotten', () => {
  const table = new Table<NonNullable<ReturnType<Suspects['of']>>>();
  const suspects = new Suspects(table);
  for (let i = 0; i <= mostSuspects; i++) suspects.note(`c${i}`, deed, 'a', 'counted', startMs);
  expect(table.size).toBe(mostSuspects);
  expect([suspects.of('c0'), suspects.of(`c${mostSuspects}`)]).toMatchObject([undefined, {}]);
});

test('a friend is whom two users wrote to; hosts are bounded and forgotten after 45 days', () => {
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

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type Address, parseAddress} from '../../../src/net/address.js';
import {
  freeAgainShare,
  headStartMs,
  lateMs,
  type Move,
  mostMissed,
  mostQueuedMs,
  type RoomLimits,
  stressShare,
  WaitingRoom,
} from '../../../src/greeting/waiting/room.js';
import type {Seen} from '../../../src/greeting/waiting/seen.js';

const limits: RoomLimits = {
  waitMs: 6000,
  stressWaitMs: 1000,
  most: 10,
  mostPerClient: 3,
  mostPerNetwork: 5,
  mostChildren: 4,
  childrenPerSecond: 2,
};
const at = (text: string): Address => parseAddress(text)!;
const client = (i: number): Address => at(`192.0.${i}.7`);
const passAll = (room: WaitingRoom, nowMs: number): Move[] => [...room.pass(nowMs)];
const silent: Seen = {state: 'open', unreadBytes: 0};

describe('a client that waits in silence', () => {
  test('is handed over when the wait is over, and not before', () => {
    const room = new WaitingRoom(limits);
    expect(room.come(1, client(1), 1000)).toBeUndefined();
    expect(headStartMs).toBe(100);
    expect(room.nextMs(1000)).toBe(6900);
    expect(passAll(room, 6899)).toEqual([]);
    expect(room.look(() => silent, 5000, 5001)).toEqual([]);
    expect(passAll(room, 6903)).toEqual([{kind: 'hand', id: 1, waitedMs: 6000, dueMs: 7000}]);
    expect([room.size, room.children, room.nextMs(6903)]).toEqual([0, 1, undefined]);
  });

  test('waits on for its turn while many are started, and hears 421 after half a minute', () => {
    const room = new WaitingRoom({...limits, mostChildren: 100});
    for (let i = 0; i < 5; i++) room.come(i, client(i), 0);
    expect(passAll(room, 6000).map(({kind}) => kind)).toEqual(['hand', 'hand']);
    expect(room.nextMs(6000)).toBe(6500);
    expect(passAll(room, 6499)).toEqual([]);
    expect(passAll(room, 6500)).toEqual([{kind: 'hand', id: 2, waitedMs: 6500, dueMs: 6000}]);
    expect(mostQueuedMs).toBe(30_000);
    const late = passAll(room, 6000 + mostQueuedMs).map(({kind}) => kind);
    expect(late).toEqual(['hand', 'hand']);
  });

  test('a gate is full while all places are taken, and until a fifth is free', () => {
    const room = new WaitingRoom({...limits, mostChildren: 10, childrenPerSecond: 10});
    for (let i = 0; i < 10; i++) room.come(i, client(i), 0);
    expect(room.load(5999)).toBe('takes');
    passAll(room, 6000);
    expect([room.children, room.load(6000)]).toEqual([10, 'full']);
    room.childEnded();
    room.childEnded();
    expect([room.children, room.load(6000)]).toEqual([8, 'full']);
    room.childEnded();
    expect([room.children, room.load(6000)]).toEqual([7, 'takes']);
    expect(freeAgainShare).toBe(0.8);
  });

  test('a gate is full where those whose wait is over have to wait for their turn', () => {
    const room = new WaitingRoom({...limits, mostChildren: 100});
    for (let i = 0; i < 7; i++) room.come(i, client(i), 0);
    passAll(room, 6000);
    expect([room.children, room.load(6000 + lateMs)]).toEqual([2, 'takes']);
    expect(room.load(6001 + lateMs)).toBe('full');
    while (room.size > 0) passAll(room, (room.nextMs(20_000) ?? 0) + 20_000);
    expect(room.load(60_000)).toBe('takes');
  });

  test('hears 421 where the mailer has no place', () => {
    const room = new WaitingRoom({...limits, mostChildren: 1, childrenPerSecond: 9});
    room.come(1, client(1), 0);
    room.come(2, client(2), 0);
    expect(room.isFull).toBe(false);
    // The second client is refused at the end of its wait, and not while the first is handed over.
    expect(passAll(room, 5950).map(({kind}) => kind)).toEqual(['hand']);
    expect(room.nextMs(5950)).toBe(6000);
    expect(passAll(room, 6000).map(({kind}) => kind)).toEqual(['refuse']);
    expect(room.isFull).toBe(true);
    expect(room.come(3, client(3), 6000)).toBeUndefined();
    room.childEnded();
    expect(room.isFull).toBe(false);
    expect(passAll(room, 12_000)).toEqual([{kind: 'hand', id: 3, waitedMs: 6000, dueMs: 12_000}]);
  });
});

test.each([
  ['in all', limits.most, (i: number) => client(i)],
  ['of one client', limits.mostPerClient, () => client(1)],
  ['of a /24', limits.mostPerNetwork, (i: number) => at(`192.0.2.${i + 1}`)],
  ['of a /64', limits.mostPerNetwork, (i: number) => at(`2001:db8:0:1::${i + 1}`)],
])('beyond the limit %s the mailer has a client at once', (_, most, whom) => {
  const room = new WaitingRoom(limits);
  for (let i = 0; i < most; i++) expect(room.come(i, whom(i), 0)).toBeUndefined();
  expect(room.come(99, whom(most), 5)).toEqual({kind: 'handAtOnce', id: 99, waitedMs: 0});
  // Two processes were started in this second.
  expect(room.come(100, whom(most), 5)).toMatchObject({kind: 'handAtOnce'});
  expect(room.come(101, whom(most), 5)).toEqual({kind: 'refuse', id: 101, waitedMs: 0});
  // A client of another network still has room.
  if (most < limits.most) expect(room.come(102, at('203.0.113.1'), 5)).toBeUndefined();
});

test('above seven tenths the wait is short, also of those that wait already', () => {
  expect(stressShare).toBe(0.7);
  const room = new WaitingRoom({...limits, childrenPerSecond: 100, mostChildren: 100});
  for (let i = 0; i < 7; i++) room.come(i, client(i), 0);
  expect(room.isStressed).toBe(false);
  expect(passAll(room, 2000)).toEqual([]);
  room.come(7, client(7), 2000);
  expect(room.isStressed).toBe(true);
  expect(room.nextMs(2000)).toBeLessThanOrEqual(2000);
  // When the first has gone there is no stress any more.
  expect(passAll(room, 2000)).toEqual([{kind: 'hand', id: 0, waitedMs: 2000, dueMs: 1000}]);
  expect(room.nextMs(2000)).toBe(5900);
});

describe('a look', () => {
  test.each([
    ['open, silent', silent, undefined],
    ['open, a byte', {state: 'open', unreadBytes: 1}, 'early'],
    ['closed by the client, silent', {state: 'half', unreadBytes: 0}, 'left'],
    ['closed by the client, which spoke', {state: 'half', unreadBytes: 9}, 'early'],
    ['gone', {state: 'gone', unreadBytes: 0}, 'left'],
  ] as const)('%s', (_, seen, kind) => {
    const room = new WaitingRoom(limits);
    room.come(1, client(1), 0);
    const moves = room.look(() => seen, 10, 20);
    expect(moves).toEqual(kind === undefined ? [] : [{kind, id: 1, waitedMs: 20}]);
    expect(room.size).toBe(kind === undefined ? 1 : 0);
  });

  test('that misses a client once says nothing; after two in a row the client has left', () => {
    expect(mostMissed).toBe(2);
    const room = new WaitingRoom(limits);
    room.come(1, client(1), 0);
    expect(room.look(() => undefined, 10, 20)).toEqual([]);
    expect(room.look(() => silent, 1010, 1020)).toEqual([]);
    expect(room.look(() => undefined, 2010, 2020)).toEqual([]);
    expect(room.look(() => undefined, 3010, 3020)).toEqual([{kind: 'left', id: 1, waitedMs: 3020}]);
  });

  test('says nothing of a client that came while it was taken', () => {
    const room = new WaitingRoom(limits);
    room.come(1, client(1), 15);
    expect(room.look(() => undefined, 10, 20)).toEqual([]);
    expect(room.look(() => undefined, 15, 20)).toEqual([]);
    expect(room.look(() => undefined, 16, 20)).toEqual([]);
    expect(room.look(() => undefined, 16, 20)).toMatchObject([{kind: 'left'}]);
  });
});

test('at the end all leave: to the mailer, as far as it has places', () => {
  const room = new WaitingRoom(limits);
  for (let i = 0; i < 6; i++) room.come(i, client(i), 0);
  const kinds = room.empty(100).map(({kind}) => kind);
  expect(kinds).toEqual([...Array<string>(4).fill('handAtOnce'), 'refuse', 'refuse']);
  expect(room.size).toBe(0);
});

type Step =
  | {readonly kind: 'come'; readonly host: number}
  | {readonly kind: 'pass' | 'end'; readonly afterMs: number}
  | {readonly kind: 'look'; readonly bytes: readonly number[]};
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({kind: fc.constant('come' as const), host: fc.integer({min: 1, max: 40})}),
  fc.record({kind: fc.constantFrom('pass', 'end'), afterMs: fc.integer({min: 0, max: 9000})}),
  fc.record({kind: fc.constant('look' as const), bytes: fc.array(fc.integer({min: 0, max: 1}))}),
);

test('whatever happens, each client has one end, no limit is passed, and nobody waits too long', () => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 80}), (steps) => {
      const room = new WaitingRoom(limits);
      const came = new Map<number, number>();
      const ended = new Set<number>();
      let [id, now, running] = [0, 0, 0];
      const end = (moves: readonly Move[]): void => {
        for (const {kind, id: one, waitedMs, dueMs = now} of moves) {
          expect(ended.has(one)).toBe(false);
          ended.add(one);
          expect(waitedMs).toBe(Math.max(dueMs, now) - came.get(one)!);
          expect(dueMs - now).toBeLessThanOrEqual(headStartMs);
          if (kind.startsWith('hand')) running += 1;
          if (kind === 'hand') expect(waitedMs).toBeGreaterThanOrEqual(limits.stressWaitMs);
        }
      };
      for (const one of steps) {
        if (one.kind === 'come') {
          came.set(++id, now);
          const move = room.come(id, at(`192.0.2.${one.host}`), now);
          if (move !== undefined) end([move]);
        } else if (one.kind === 'look') {
          now += 1;
          end(room.look((each) => ({...silent, unreadBytes: one.bytes[each] ?? 0}), now, now));
        } else {
          now += one.afterMs;
          if (one.kind === 'end' && running > 0) {
            running -= 1;
            room.childEnded();
          }
          end(passAll(room, now));
        }
        expect(room.size).toBeLessThanOrEqual(limits.mostPerNetwork);
        expect(room.children).toBe(running);
        expect(running).toBeLessThanOrEqual(limits.mostChildren);
        expect(room.size + ended.size).toBe(id);
      }
      now += limits.waitMs + mostQueuedMs;
      end(passAll(room, now));
      expect([room.size, ended.size]).toEqual([0, id]);
    }),
  );
});

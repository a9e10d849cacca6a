/** Which block gives its place when as many stand as can: the worst stay, and no network takes them all. */
import {describe, expect, test} from '@jest/globals';
import {Table} from '../../src/base/mechanisms/table.js';
import type {Block} from '../../src/blocks/block.js';
import {leastShare, MinuteLimit, shareOfMinute} from '../../src/guard/minute-limit.js';
import {leastOfNetwork, Places, shareOfNetwork} from '../../src/guard/places.js';
import type {Because} from '../../src/judge/verdict.js';

const startMs = 1_000_000;
const hourMs = 3_600_000;

const because: Because = {
  ...{rule: 'row', score: 10, bar: 10, counts: {}, seconds: 1, delivered: 0},
  ...{deliveredDays: 0, stale: 0, wave: 'off', names: []},
};
const block = (network: string, score = 10, changes: Partial<Block> = {}): Block => ({
  network,
  ...{fromMs: startMs, untilMs: startMs + hourMs, reason: 'x', origin: 'evidence'},
  because: {...because, score},
  ...changes,
});

function full(most: number, standing: readonly Block[]): (next: Block, nowMs?: number) => string {
  const blocks = new Table<Block>(standing.map((each) => [each.network, each]));
  const places = new Places(most, blocks);
  return (next, nowMs = startMs) => {
    const place = places.take(next, nowMs);
    if (place.kind === 'none') return 'none';
    if (place.kind === 'instead') blocks.delete(place.of.network);
    blocks.set(next.network, next);
    return place.kind === 'free' ? 'free' : place.of.network;
  };
}

const apart = (i: number): string => `198.51.${i}.1`;
const inOne64 = (i: number): string => `2001:db8:0:1::${i.toString(16)}`;
const inOne48 = (i: number): string => `2001:db8:2:${i.toString(16)}::/64`;
const inOne24 = (i: number): string => `203.0.113.${i}`;

test('while there is room nobody goes', () => {
  expect(full(2, [block(apart(1), 1)])(block(apart(2)))).toBe('free');
});

test('the least goes for a worse one, and stays for one that is no worse', () => {
  const take = full(3, [block(apart(1), 20), block(apart(2), 12), block(apart(3), 500)]);
  expect(take(block(apart(4), 12))).toBe('none');
  expect(take(block(apart(5), 13))).toBe(apart(2));
  expect(take(block(apart(6), 14))).toBe(apart(5));
});

test('a block with little time left goes before one with much', () => {
  const soon = {untilMs: startMs + 60_000, fromMs: startMs - hourMs};
  const take = full(2, [block(apart(1), 20), block(apart(2), 100, soon)]);
  expect(take(block(apart(3), 11))).toBe(apart(2));
});

test('an operator’s block stays, and finds a place', () => {
  const operator = {origin: 'operator', because: undefined} as const;
  const take = full(2, [block(apart(1), 0, operator), block(apart(2), 900)]);
  expect(take(block(apart(3), 0, operator))).toBe(apart(2));
  expect(take(block(apart(4), 900))).toBe('none');
  expect(take(block(apart(5), 0, operator))).toBe('none');
});

test('a block that one around it covers goes first, but no hole in it', () => {
  const around = block('203.0.113.0/24', 12, {except: [inOne24(7)]});
  const take = full(4, [block(inOne24(7), 50), block(inOne24(8), 40), around, block(apart(1), 11)]);
  expect(take(block(apart(2), 1))).toBe(inOne24(8));
  expect(take(block(apart(3), 1))).toBe('none');
});

test('a block around that ends sooner holds nobody for long enough', () => {
  const around = block('203.0.113.0/24', 60, {untilMs: startMs + 1000});
  const take = full(2, [around, block(inOne24(7), 50)]);
  expect(take(block(apart(2), 1))).toBe('none');
});

describe.each([
  ['/64', inOne64],
  ['/48', inOne48],
  ['/24', inOne24],
] as const)('one %s fills all places', (size, nth) => {
  const most = 160;
  const crowd = Array.from({length: most}, (_, i) => block(nth(i + 1), 1000 + i));
  const share = most * shareOfNetwork[size];

  test('others find places until it has no more than its share', () => {
    const take = full(most, crowd);
    const gone = Array.from({length: most - share}, (_, i) => take(block(apart(i), 1)));
    expect(gone).toEqual(crowd.slice(0, most - share).map(({network}) => network));
    expect(take(block(apart(200), 0.5))).toBe('none');
  });

  test('one more of it takes the place of a neighbour, and of no other client', () => {
    const others = Array.from({length: most - share}, (_, i) => block(apart(i), 1));
    const take = full(most, [...crowd.slice(0, share), ...others]);
    expect(take(block(nth(250), 9))).toBe('none');
    expect(take(block(nth(251), 5000))).toBe(crowd[0]?.network);
  });
});

test('a few neighbours are no crowd', () => {
  const few = Array.from({length: leastOfNetwork}, (_, i) => block(inOne24(i), 20));
  expect(full(leastOfNetwork, few)(block(apart(1), 19))).toBe('none');
});

test('a block that is over goes, whatever its score', () => {
  const take = full(2, [block(apart(1), 900), block(apart(2), 10)]);
  expect(take(block(apart(3), 1, {untilMs: startMs + 9 * hourMs}), startMs + 2 * hourMs)).toMatch(
    /^198/,
  );
});

test('50,000 blocks and thousands of new ones take no time that anybody notices', () => {
  const most = 50_000;
  const take = full(
    most,
    Array.from({length: most}, (_, i) => block(`2001:db8:0:1::${i.toString(16)}`, 10 + (i % 7))),
  );
  const taken = Array.from({length: 3000}, (_, i) => take(block(`10.${i >> 8}.${i & 255}.1`, 11)));
  expect(new Set(taken).size).toBe(3000);
  expect(taken).not.toContain('none');
});

describe('a minute', () => {
  test('one network has its share of it, and others the rest', () => {
    const limit = new MinuteLimit(400);
    const own = Array.from({length: 300}, (_, i) => limit.take(inOne64(i), 0));
    expect(own.filter((each) => each === 'free')).toHaveLength(200);
    const others = Array.from({length: 200}, (_, i) => limit.take(apart(i), 0));
    expect(new Set(others)).toEqual(new Set(['free']));
    expect(limit.take(apart(250), 0)).toBe('full');
    expect(limit.take(inOne64(999), 60_000)).toBe('free');
    expect([shareOfMinute, leastShare]).toEqual([1 / 4, 16]);
  });

  test('one network may have all of a small limit', () => {
    const limit = new MinuteLimit(leastShare);
    const own = Array.from({length: leastShare}, (_, i) => limit.take(inOne24(i), 0));
    expect(new Set(own)).toEqual(new Set(['free']));
  });
});

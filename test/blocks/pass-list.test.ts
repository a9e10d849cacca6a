import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Block} from '../../src/blocks/block.js';
import {PassList} from '../../src/blocks/pass-list.js';
import {loginMs, mostPasses, passesOf, type Submitter} from '../../src/blocks/passes.js';
import {parseAddress} from '../../src/net/address.js';

const nowMs = 1_800_000_000_000;
const block = (network: string, more: Partial<Block> = {}): Block => ({
  ...{network, fromMs: nowMs, untilMs: nowMs + 1000, reason: 'guesses', origin: 'evidence'},
  ...more,
});

/** A map that counts what is looked at in it. */
class Counted<Value> {
  readonly #map = new Map<string, Value>();
  looks = 0;

  set(key: string, value: Value): void {
    this.#map.set(key, value);
  }

  get(key: string): Value | undefined {
    this.looks += 1;
    return this.#map.get(key);
  }

  *entries(): Generator<[string, Value]> {
    for (const entry of this.#map.entries()) {
      this.looks += 1;
      yield entry;
    }
  }

  *values(): Generator<Value> {
    for (const [, value] of this.entries()) yield value;
  }
}

function world(logins: readonly (readonly [string, number])[] = []) {
  const [submitters, blocks] = [new Counted<Submitter>(), new Counted<Block>()];
  for (const [client, lastMs] of logins) submitters.set(client, {lastMs});
  const list = new PassList(submitters, blocks);
  const add = (...made: readonly Block[]): 'same' | 'changed' => {
    for (const each of made) blocks.set(each.network, each);
    return list.blocked(made, nowMs);
  };
  return {submitters, blocks, list, add};
}

describe('a block that comes', () => {
  test('of one address costs one look at the logins, among 10,000 blocks and 10,000 logins', () => {
    const logins = Array.from(
      {length: 10_000},
      (_, i) => [`198.18.${i >> 8}.${i & 255}`, nowMs] as const,
    );
    const {submitters, blocks, list, add} = world(logins);
    for (let i = 0; i < 10_000; i++) {
      blocks.set(`198.51.${i >> 8}.${i & 255}`, block(`198.51.${i >> 8}.${i & 255}`));
    }
    list.renew(nowMs);
    [submitters.looks, blocks.looks] = [0, 0];
    expect(add(block('203.0.113.7'))).toBe('same');
    expect([submitters.looks, blocks.looks]).toEqual([1, 0]);
    expect(add(block('198.18.1.1'))).toBe('changed');
    expect([submitters.looks, blocks.looks]).toEqual([2, 0]);
    expect([...list.passes]).toEqual([['198.18.1.1', nowMs + loginMs]]);
    // Of a network the logins, and of those the blocks of their own; never all blocks.
    add(block('203.0.113.0/24'));
    expect([submitters.looks, blocks.looks]).toEqual([10_003, 10_000]);
  });

  test('of an operator takes its own pass away, and lets those inside of it pass', () => {
    const {list, add} = world([
      ['203.0.113.7', nowMs],
      ['203.0.113.8', nowMs - 1],
    ]);
    expect(add(block('203.0.113.7'))).toBe('changed');
    expect(list.has(parseAddress('203.0.113.7')!)).toBe(true);
    expect(add(block('203.0.113.7', {origin: 'operator'}))).toBe('changed');
    expect(list.has(parseAddress('203.0.113.7')!)).toBe(false);
    expect(add(block('203.0.113.0/24', {origin: 'operator'}))).toBe('changed');
    expect([...list.passes.keys()]).toEqual(['203.0.113.8']);
  });

  test('where too many pass: the latest logins stay', () => {
    const many = Array.from(
      {length: mostPasses + 9},
      (_, i) => [`198.18.${i >> 8}.${i & 255}`, nowMs - 1000 + i] as const,
    );
    const {list, add} = world(many);
    for (const [client] of many) add(block(client));
    expect(list.passes.size).toBe(mostPasses);
    expect(list.passes.has('198.18.0.8')).toBe(false);
    expect(list.passes.has('198.18.0.9')).toBe(true);
  });
});

test('blocks that come one by one lead to the same list as all at once', () => {
  const host = fc.nat(5).map((i) => `203.0.113.${i}`);
  const v6 = fc.nat(2).map((i) => `2001:db8:0:${i}::/64`);
  const larger = fc.constantFrom('203.0.113.0/30', '203.0.113.0/24', '2001:db8::/48');
  const agoMs = fc.constantFrom(0, 5, loginMs - 1, loginMs, loginMs + 5);
  const origin = fc.constantFrom('evidence', 'operator');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.oneof(host, v6), agoMs), {selector: ([client]) => client}),
      fc.array(fc.tuple(fc.oneof(host, v6, larger), origin)),
      (logins, made) => {
        const {submitters, blocks, list, add} = world(
          logins.map(([client, ago]) => [client, nowMs - ago] as const),
        );
        const rebuilt = new PassList(submitters, blocks);
        for (const [network, by] of made) {
          add(block(network, {origin: by}));
          rebuilt.renew(nowMs);
          const expected = passesOf(submitters.entries(), blocks, nowMs);
          const sorted = (passes: ReadonlyMap<string, number>) => [...passes].sort();
          expect(sorted(rebuilt.passes)).toEqual(sorted(expected));
          expect(sorted(list.passes)).toEqual(sorted(expected));
        }
      },
    ),
  );
});

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {addressBits, addressOf} from '../../src/net/address.js';
import {contains, type Network, overlaps} from '../../src/net/network.js';
import {NetworkSet} from '../../src/net/network-set.js';
import {address, addresses, network, networks} from './samples.js';

/** The addresses at which an answer can change: both ends of each network, and their neighbours. */
function edgesOf(all: readonly Network[]): ReturnType<typeof addressOf>[] {
  return all.flatMap(({family, first, last}) =>
    [first - 1n, first, last, last + 1n]
      .filter((value) => value >= 0n && value >> BigInt(addressBits[family]) === 0n)
      .map((value) => addressOf(family, value)),
  );
}

describe('NetworkSet', () => {
  test('has is the naive scan, at random addresses and at every edge', () => {
    fc.assert(
      fc.property(fc.array(networks, {maxLength: 30}), fc.array(addresses), (all, some) => {
        const set = new NetworkSet(all);
        for (const each of [...some, ...edgesOf(all)]) {
          expect([each.text, set.has(each)]).toEqual([
            each.text,
            all.some((one) => contains(one, each)),
          ]);
        }
      }),
      {numRuns: 300},
    );
  });

  test('has is the naive scan, where networks stand close together', () => {
    const near = fc
      .tuple(fc.nat(31), fc.integer({min: 28, max: 32}))
      .map(([last, prefix]) => network(`192.0.2.${last}/${prefix}`));
    const all = Array.from({length: 33}, (_, i) => address(`192.0.2.${i}`));
    fc.assert(
      fc.property(fc.array(near, {maxLength: 8}), (some) => {
        const set = new NetworkSet(some);
        expect(all.filter((each) => set.has(each))).toEqual(
          all.filter((each) => some.some((one) => contains(one, each))),
        );
      }),
      {numRuns: 500},
    );
  });

  test('overlaps is the naive scan', () => {
    fc.assert(
      fc.property(fc.array(networks, {maxLength: 20}), networks, (all, asked) => {
        expect(new NetworkSet(all).overlaps(asked)).toBe(all.some((one) => overlaps(one, asked)));
      }),
      {numRuns: 500},
    );
  });

  test('covers is true of a network that lies in the set as a whole', () => {
    const near = fc
      .tuple(fc.nat(31), fc.integer({min: 28, max: 32}))
      .map(([last, prefix]) => network(`192.0.2.${last}/${prefix}`));
    const all = Array.from({length: 33}, (_, i) => address(`192.0.2.${i}`));
    fc.assert(
      fc.property(fc.array(near, {maxLength: 8}), near, (some, asked) => {
        const inAsked = all.filter((each) => contains(asked, each));
        expect(new NetworkSet(some).covers(asked)).toBe(
          inAsked.every((each) => some.some((one) => contains(one, each))),
        );
      }),
      {numRuns: 500},
    );
  });

  test('has: the order of the networks and repeated ones change nothing', () => {
    const texts = ['192.0.2.0/24', '192.0.2.0/25', '198.51.100.7', '192.0.2.0/24', '2001:db8::/32'];
    const sets = [texts, texts.toReversed()].map((each) => new NetworkSet(each.map(network)));
    for (const asked of ['192.0.2.0', '192.0.2.255', '192.0.3.0', '198.51.100.7', '2001:db8::7']) {
      expect(sets.map((set) => set.has(address(asked)))).toEqual(
        Array(2).fill(asked !== '192.0.3.0'),
      );
    }
  });

  test.each([
    [['192.0.2.0/25', '192.0.2.128/25'], '192.0.2.0', '192.0.2.255', '192.0.3.0'],
    [['10.0.0.0/8', '10.1.0.0/16'], '10.0.0.0', '10.255.255.255', '11.0.0.0'],
    [['128.0.0.0/1'], '128.0.0.0', '255.255.255.255', '127.255.255.255'],
    [['0.0.0.0/1', '128.0.0.0/1'], '0.0.0.0', '255.255.255.255', '::'],
    [['192.0.2.1', '192.0.2.3'], '192.0.2.1', '192.0.2.3', '192.0.2.2'],
  ])('has: %j is merged without a gap and without a step too far', (texts, first, last, not) => {
    const set = new NetworkSet(texts.map(network));
    expect([first, last, not].map((each) => set.has(address(each)))).toEqual([true, true, false]);
  });

  test('has: an IPv4 entry never covers an IPv6 client', () => {
    const set = new NetworkSet(['32.0.0.0/8', '0.0.0.0/1', '128.0.0.0/1'].map(network));
    for (const asked of ['2001:db8::1', '::c000:207', '::', '::1']) {
      expect([asked, set.has(address(asked))]).toEqual([asked, false]);
    }
    expect(set.has(address('::ffff:192.0.2.7'))).toBe(true);
  });

  test('has: an empty set has nobody', () => {
    expect(new NetworkSet([]).has(address('192.0.2.7'))).toBe(false);
    expect(new NetworkSet([]).overlaps(network('128.0.0.0/1'))).toBe(false);
  });

  test('has: 10,000 entries are asked as fast as ten (a search, not a scan)', () => {
    const asked = address('2001:db8::4e20');
    /** The least of many rounds: what else the machine does only adds. Ms. */
    const costOf = (size: number): number => {
      const entries = Array.from({length: size}, (_, i) => `2001:db8::${(i * 3).toString(16)}`);
      const set = new NetworkSet(entries.map(network));
      const rounds = Array.from({length: 10}, () => {
        const began = performance.now();
        for (let i = 0; i < 1000; i++) set.has(asked);
        return performance.now() - began;
      });
      return Math.min(...rounds);
    };
    costOf(10); // compiled by now
    // A search takes 14 steps instead of four; a scan would take a thousand times as many.
    expect(costOf(10_000) / costOf(10)).toBeLessThan(50);
  });
});

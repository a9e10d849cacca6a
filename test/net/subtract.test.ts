import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {addressOf} from '../../src/net/address.js';
import {contains, type Network, overlaps, parseNetwork} from '../../src/net/network.js';
import {mostHoles, subtract} from '../../src/net/subtract.js';
import {network, networks} from './samples.js';

const texts = (all: readonly Network[] | undefined): string[] | undefined =>
  all?.map(({text}) => text);

/** Small enough that each of its addresses can be asked about. */
const small = network('192.0.2.192/26');
const smallHoles = fc.array(
  fc
    .tuple(fc.integer({min: 180, max: 255}), fc.integer({min: 24, max: 32}))
    .map(([last, prefix]) => network(`192.0.2.${last}/${prefix}`)),
  {maxLength: 8},
);

describe('subtract', () => {
  test('holds each address of the network that is in no hole, once, and no other', () => {
    fc.assert(
      fc.property(smallHoles, (holes) => {
        const rest = subtract(small, holes)!;
        for (let last = 128n; last < 256n; last++) {
          const one = addressOf(4, (192n << 24n) + (2n << 8n) + last);
          const isIn = contains(small, one) && !holes.some((hole) => contains(hole, one));
          expect(rest.filter((each) => contains(each, one))).toHaveLength(isIn ? 1 : 0);
        }
      }),
    );
  });

  test('they are the fewest: no two of them are one network', () => {
    fc.assert(
      fc.property(smallHoles, (holes) => {
        const rest = texts(subtract(small, holes))!;
        for (const text of rest) {
          const {first, prefix} = network(text);
          const parent = parseNetwork(`${addressOf(4, first).text}/${prefix - 1}`)!;
          const inParent = rest.filter((other) => overlaps(network(other), parent));
          expect(
            inParent.length === 2 && inParent.every((each) => network(each).prefix === prefix),
          ).toBe(false);
        }
      }),
    );
  });

  test('of any size and family: disjoint, in order, canonical, beside the holes', () => {
    fc.assert(
      fc.property(networks, fc.array(networks, {maxLength: 6}), (whole, holes) => {
        const rest = subtract(whole, holes)!;
        for (const [i, each] of rest.entries()) {
          expect(each).toEqual(network(each.text));
          expect(i === 0 || rest[i - 1]!.last < each.first).toBe(true);
          expect(whole.first <= each.first && each.last <= whole.last).toBe(true);
          expect(holes.filter((hole) => overlaps(hole, each))).toEqual([]);
        }
      }),
    );
  });

  test('without one address: as many networks as bits', () => {
    expect(texts(subtract(network('192.0.2.0/24'), [network('192.0.2.7')]))).toEqual([
      ...['192.0.2.0/30', '192.0.2.4/31', '192.0.2.6', '192.0.2.8/29', '192.0.2.16/28'],
      ...['192.0.2.32/27', '192.0.2.64/26', '192.0.2.128/25'],
    ]);
    const inSix = subtract(network('2001:db8::/48'), [network('2001:db8:0:7::1')])!;
    expect(inSix).toHaveLength(80);
  });

  test.each<[string, string[], string[]]>([
    ['192.0.2.0/24', [], ['192.0.2.0/24']],
    ['192.0.2.0/24', ['192.0.3.7', '2001:db8::1'], ['192.0.2.0/24']],
    ['192.0.2.0/24', ['192.0.2.0/24'], []],
    ['192.0.2.0/24', ['192.0.0.0/16'], []],
    ['192.0.2.7', ['192.0.2.7'], []],
    ['192.0.2.0/24', ['192.0.2.0/25', '192.0.2.128/25'], []],
    ['192.0.2.0/24', ['192.0.2.0/25', '192.0.2.7'], ['192.0.2.128/25']],
    ['192.0.2.0/31', ['192.0.2.0'], ['192.0.2.1']],
  ])('%s without %j', (whole, holes, rest) => {
    expect(texts(subtract(network(whole), holes.map(network)))).toEqual(rest);
  });

  test('so many holes, and no more', () => {
    const holes = (count: number): Network[] =>
      Array.from({length: count}, (_, i) => network(`192.0.2.${i}`));
    const far = [network('198.51.100.7')];
    expect(subtract(network('192.0.2.0/24'), [...holes(mostHoles), ...far])).toHaveLength(2);
    expect(subtract(network('192.0.2.0/24'), holes(mostHoles + 1))).toBeUndefined();
  });
});

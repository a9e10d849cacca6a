import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {addressBits} from '../../src/net/address.js';
import {
  contains,
  hostNetwork,
  networkAround,
  networkOf,
  overlaps,
  parseNetwork,
} from '../../src/net/network.js';
import {address, addresses, network, networks, networkTexts} from './samples.js';

describe('parseNetwork: reads', () => {
  test.each([
    ['10.10.10.10/24', '10.10.10.0/24'],
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['203.0.113.200/25', '203.0.113.128/25'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['2001:db8::7', '2001:db8::7'],
    ['2001:DB8:0:0::7/128', '2001:db8::7'],
    ['2001:db8:ffff::7/33', '2001:db8:8000::/33'],
    ['ffff::/1', '8000::/1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7/128', '192.0.2.7'],
    ['::ffff:192.0.2.7/120', '192.0.2.0/24'],
    ['::ffff:c000:207/97', '128.0.0.0/1'],
  ])('%s as %s', (text, canonical) => {
    expect(network(text).text).toBe(canonical);
  });
});

describe('parseNetwork: refuses', () => {
  test.each([
    ['/0 of every kind', ['0.0.0.0/0', '::/0', '192.0.2.7/0', '2001:db8::/0', '::ffff:0:0/96']],
    ['v4-mapped shorter than IPv4', ['::ffff:192.0.2.0/95', '::ffff:192.0.2.0/32']],
    ['prefixes beyond the family', ['192.0.2.0/33', '2001:db8::/129', '::ffff:192.0.2.0/129']],
    ['leading zeros', ['192.0.2.0/024', '192.0.2.0/00', '2001:db8::/032', '010.0.0.0/8']],
    ['no number', ['192.0.2.0/', '192.0.2.0/a', '192.0.2.0/-8', '192.0.2.0/+8', '192.0.2.0/8.0']],
    ['masks', ['192.0.2.0/255.255.255.0', '192.0.2.0/0xff']],
    ['more than one prefix', ['192.0.2.0/24/24', '192.0.2.0//24', '/24', '/']],
    ['spaces', ['192.0.2.0 /24', '192.0.2.0/ 24', '192.0.2.0/24 ', '192.0.2.0/24\n']],
    ['short forms', ['10/8', '10.0.0/8', '192.0.2.0-192.0.2.9', '*', 'relay.example.net', '']],
    ['numbers too long to count', [`192.0.2.0/${'9'.repeat(400)}`]],
  ])('%s', (_, texts) => {
    for (const text of texts) expect([text, parseNetwork(text)]).toEqual([text, undefined]);
  });
});

/** Pairs that ip-cidr 4.0.2 calls contained, because it compares bits and not families. */
const familyTraps = [
  ['32.0.0.0/8', '2001:db8::1'],
  ['2001:db8::/32', '32.1.13.184'],
  ['10.0.0.0/8', '0a01::1'],
  ['128.0.0.0/1', 'ffff::1'],
  ['8000::/1', '255.255.255.255'],
  // The first and last 32 bits of the one as the whole of the other.
  ['::c000:207', '192.0.2.7'],
  ['192.0.2.7', '::c000:207'],
  ['c000:207::/32', '192.0.2.7'],
] as const;

describe('networkAround, networkOf: as ip-cidr has it', () => {
  test('of each address with each prefix length', () => {
    fc.assert(
      fc.property(addresses, fc.integer({min: 1, max: 128}), (inside, bits) => {
        const prefix = Math.min(bits, addressBits[inside.family]);
        const text = `${inside.text}/${prefix}`;
        const expected = parseNetwork(text);
        expect(networkAround(inside, prefix)).toEqual(expected);
        expect(networkOf(text)).toEqual(expected);
      }),
    );
  });

  test('a text that is none is a fault of the state', () => {
    expect(() => networkOf('192.0.2.0/33')).toThrow('the state holds 192.0.2.0/33');
  });
});

describe('contains', () => {
  test.each(familyTraps)('never across families: %s has not %s', (text, stranger) => {
    expect(contains(network(text), address(stranger))).toBe(false);
    expect(overlaps(network(text), hostNetwork(address(stranger)))).toBe(false);
  });

  test.each([
    ['192.0.2.0/24', '::ffff:192.0.2.7'],
    ['192.0.2.0/24', '::ffff:c000:207'],
    ['64:ff9b::/96', '64:ff9b::192.0.2.33'],
    ['::ffff:192.0.2.0/120', '192.0.2.255'],
  ])('%s has %s, which ip-cidr denies or not by how it is written', (text, member) => {
    expect(contains(network(text), address(member))).toBe(true);
  });

  test('is equality of the first `prefix` bits within a family', () => {
    fc.assert(
      fc.property(networkTexts, addresses, ({text, base, prefix}, any) => {
        const shift = BigInt(addressBits[base.family] - prefix);
        const same = any.family === base.family && any.value >> shift === base.value >> shift;
        expect(contains(network(text), any)).toBe(same);
        expect(contains(network(text), base)).toBe(true);
      }),
      {numRuns: 2000},
    );
  });

  test('ends where the network ends', () => {
    for (const [text, first, last, before, after] of [
      ['192.0.2.128/25', '192.0.2.128', '192.0.2.255', '192.0.2.127', '192.0.3.0'],
      [
        '2001:db8:1::/48',
        '2001:db8:1::',
        '2001:db8:1:ffff:ffff:ffff:ffff:ffff',
        '2001:db8:0:ffff:ffff:ffff:ffff:ffff',
        '2001:db8:2::',
      ],
    ] as const) {
      const inside = [first, last].map((each) => contains(network(text), address(each)));
      const outside = [before, after].map((each) => contains(network(text), address(each)));
      expect([inside, outside]).toEqual([
        [true, true],
        [false, false],
      ]);
    }
  });
});

describe('parseNetwork and overlaps: properties', () => {
  test('parseNetwork ∘ text is the identity', () => {
    fc.assert(
      fc.property(networks, (any) => {
        expect(parseNetwork(any.text)).toEqual(any);
      }),
      {numRuns: 2000},
    );
  });

  test('overlaps is symmetric, and true exactly where one holds the first address of the other', () => {
    fc.assert(
      fc.property(networks, networks, (a, b) => {
        const first = ({text}: typeof a) => address(text.split('/')[0] ?? '');
        expect(overlaps(a, b)).toBe(contains(a, first(b)) || contains(b, first(a)));
        expect(overlaps(a, b)).toBe(overlaps(b, a));
      }),
      {numRuns: 1000},
    );
  });

  test('hostNetwork is what its own text reads as, and holds its address only', () => {
    fc.assert(
      fc.property(addresses, addresses, (a, b) => {
        expect(hostNetwork(a)).toEqual(parseNetwork(a.text));
        expect(contains(hostNetwork(a), b)).toBe(a.text === b.text);
      }),
    );
  });
});

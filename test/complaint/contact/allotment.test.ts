/** From the range of a holder to one network that belongs wholly to that holder. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  allotmentOf,
  networksAround,
  unknownNetwork,
} from '../../../src/complaint/contact/allotment.js';
import {addressOf, type Family, parseAddress} from '../../../src/net/address.js';
import {contains, parseNetwork} from '../../../src/net/network.js';

const address = (text: string) => parseAddress(text)!;
const of = (record: Readonly<Record<string, unknown>>, text: string): string | undefined =>
  allotmentOf(record, address(text))?.text;

test.each([
  ['192.0.2.77', '192.0.2.0/24'],
  ['2001:db8:1:2::3', '2001:db8:1::/48'],
])('of whose holder nothing is known: around %s is %s', (text, around) => {
  expect(unknownNetwork(address(text))).toMatchObject({text: around, family: address(text).family});
});

describe('a range', () => {
  test.each([
    ['a prefix', '192.0.2.0', '192.0.2.255', '192.0.2.7', '192.0.2.0/24'],
    ['three quarters, low', '192.0.2.0', '192.0.2.191', '192.0.2.7', '192.0.2.0/25'],
    ['three quarters, high', '192.0.2.0', '192.0.2.191', '192.0.2.130', '192.0.2.128/26'],
    ['uneven', '192.0.2.1', '192.0.2.6', '192.0.2.3', '192.0.2.2/31'],
    ['one address', '192.0.2.7', '192.0.2.7', '192.0.2.7', '192.0.2.7'],
    ['a legacy network', '192.0.0.0', '192.255.255.255', '192.0.2.7', '192.0.0.0/8'],
    [
      'IPv6',
      '2001:db8::',
      '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
      '2001:db8::7',
      '2001:db8::/32',
    ],
    ['not around it', '192.0.2.0', '192.0.2.127', '192.0.2.128', undefined],
    ['all there is', '0.0.0.0', '255.255.255.255', '192.0.2.7', undefined],
    ['backwards', '192.0.2.255', '192.0.2.0', '192.0.2.7', undefined],
    ['of the other family', '::', '::ffff:ffff', '192.0.2.7', undefined],
    ['of two families', '192.0.2.0', '2001:db8::', '192.0.2.7', undefined],
    ['no addresses', 'here', 'there', '192.0.2.7', undefined],
  ])('%s', (_, startAddress, endAddress, asked, expected) => {
    expect(of({startAddress, endAddress}, asked)).toBe(expected);
  });

  test('with a prefix behind each address', () => {
    const record = {startAddress: '192.0.2.0/32', endAddress: '192.0.2.255/32'};
    expect(of(record, '192.0.2.7')).toBe('192.0.2.0/24');
  });
});

test('prefixes count where there is no range, and never beside one', () => {
  const cidr0_cidrs = [
    {v4prefix: '198.51.100.0', length: 24},
    {v4prefix: '192.0.2.0', length: 25},
    {v6prefix: '2001:db8::', length: 32},
  ];
  expect(of({cidr0_cidrs}, '192.0.2.7')).toBe('192.0.2.0/25');
  expect(of({cidr0_cidrs}, '2001:db8::7')).toBe('2001:db8::/32');
  expect(of({cidr0_cidrs}, '192.0.2.200')).toBeUndefined();
  const wider = [{v4prefix: '192.0.0.0', length: 16}];
  const range = {startAddress: '192.0.2.0', endAddress: '192.0.2.127'};
  expect(of({...range, cidr0_cidrs: wider}, '192.0.2.7')).toBe('192.0.2.0/25');
  for (const length of [-1, 33, 0, 1.5, '24', null])
    expect(of({cidr0_cidrs: [{v4prefix: '192.0.2.0', length}]}, '192.0.2.7')).toBeUndefined();
  expect(of({cidr0_cidrs: 'none'}, '192.0.2.7')).toBeUndefined();
  expect(of({cidr0_cidrs: [null, 7]}, '192.0.2.7')).toBeUndefined();
});

const ranges = fc.constantFrom<Family>(4, 6).chain((family) => {
  const value = fc.bigInt({min: 0n, max: family === 4 ? 2n ** 32n - 1n : 2n ** 128n - 1n});
  return fc.tuple(fc.constant(family), value, value, value);
});

test('the network holds the address and lies in the range, and its text is canonical', () => {
  fc.assert(
    fc.property(ranges, ([family, a, b, c]) => {
      const [first, middle, last] = [a, b, c].sort((x, y) => (x < y ? -1 : 1)) as [
        bigint,
        bigint,
        bigint,
      ];
      const asked = addressOf(family, middle);
      const record = {
        startAddress: addressOf(family, first).text,
        endAddress: addressOf(family, last).text,
      };
      const network = allotmentOf(record, asked);
      if (network === undefined) return;
      expect(network.first >= first && network.last <= last).toBe(true);
      expect(contains(network, asked)).toBe(true);
      expect(parseNetwork(network.text)?.text).toBe(network.text);
    }),
  );
});

test('whatever a record holds, nothing is thrown', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('startAddress', 'endAddress', 'cidr0_cidrs'), fc.anything()),
      (record) => {
        allotmentOf(record, address('192.0.2.7'));
      },
    ),
  );
});

test('without a registry: the network that is routed', () => {
  expect(unknownNetwork(address('192.0.2.7')).text).toBe('192.0.2.0/24');
  expect(unknownNetwork(address('2001:db8:1:2::7')).text).toBe('2001:db8:1::/48');
});

test('the networks around an address run from itself to the widest', () => {
  const around = networksAround(address('192.0.2.7'));
  expect([around[0], around[1], around.at(-1), around.length]).toEqual([
    ...['192.0.2.7', '192.0.2.6/31', '192.0.0.0/8', 25],
  ]);
});

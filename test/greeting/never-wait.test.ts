/** Which clients never wait at the gate, and how many. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {mostClients, mostExempt, neverWaiting} from '../../src/greeting/never-wait.js';
import {type Network, networkOf, overlaps} from '../../src/net/network.js';

const networks = (...texts: readonly string[]): Network[] => texts.map(networkOf);

test.each([
  ['both kinds', ['192.0.2.0/24'], ['198.51.100.1'], ['192.0.2.0/24', '198.51.100.1']],
  ['a client that is exempt already', ['192.0.2.0/24'], ['192.0.2.7'], ['192.0.2.0/24']],
  ['an entry in another', ['192.0.2.7', '192.0.2.0/24'], [], ['192.0.2.0/24']],
  [
    'an address in the network of a client',
    [],
    ['2001:db8::1', '2001:db8::/64'],
    ['2001:db8::/64'],
  ],
  [
    'an entry in the network of a client: all of it',
    ['2001:db8::5', '2001:db8:0:1::5'],
    ['2001:db8::/64', '2001:db8::7'],
    ['2001:db8::/64', '2001:db8:0:1::5'],
  ],
  [
    'an entry in a network that is no such client: its neighbours wait',
    ['2001:db8::5'],
    [],
    ['2001:db8::5'],
  ],
  [
    'entries that hold a client together',
    ['2001:db8::/65', '2001:db8:0:0:8000::/65'],
    ['2001:db8::/64'],
    ['2001:db8::/65', '2001:db8:0:0:8000::/65'],
  ],
  ['what is no address', [], ['', 'all', '203.0.113.7'], ['203.0.113.7']],
])('%s', (_, exempt, clients, expected) => {
  const found = neverWaiting({exempt: networks(...exempt), clients});
  expect([...found].sort()).toEqual([...expected].sort());
});

test('exempt networks come first, in the given order', () => {
  const exempt = networks('203.0.113.0/28', '192.0.2.7', '192.0.2.1');
  const clients = ['198.51.100.1', '2001:db8::/64'];
  expect([...neverWaiting({exempt, clients})]).toEqual([
    ...['203.0.113.0/28', '192.0.2.7', '192.0.2.1', '2001:db8::/64', '198.51.100.1'],
  ]);
});

test('the first keep their places where there are too many', () => {
  const clients = Array.from({length: mostClients + 5}, (_, i) => `10.1.${i >> 8}.${i & 255}`);
  const entries = Array.from(
    {length: mostExempt + 5},
    (_, i) => `10.${16 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`,
  );
  const found = neverWaiting({exempt: networks(...entries), clients});
  expect(found.size).toBe(mostClients + mostExempt);
  expect(found.has(clients[0]!)).toBe(true);
  expect(found.has(clients.at(-1)!)).toBe(false);
  expect(found.has(entries.at(-1)!)).toBe(false);
});

test('property: none inside another, and all are in one of them', () => {
  const some = fc
    .tuple(fc.nat(3), fc.nat(7), fc.constantFrom(24, 28, 30, 32))
    .map(([c, d, prefix]) => networkOf(`192.0.${c}.${d * 4}/${prefix}`).text);
  const many = fc.array(some, {maxLength: 20});
  fc.assert(
    fc.property(many, many, (exempt, clients) => {
      const found = [...neverWaiting({exempt: networks(...exempt), clients})].map(networkOf);
      for (const [i, each] of found.entries()) {
        for (const other of found.slice(i + 1)) expect(overlaps(each, other)).toBe(false);
      }
      // Every address of each network, and no other.
      const has = ({first, last}: Network, at: bigint): boolean => first <= at && at <= last;
      const wanted = [...exempt, ...clients].map(networkOf);
      const {first} = networkOf('192.0.0.0/24');
      for (let i = 0; i < 64; i++) {
        // The first addresses of each /24, which are the ends of each small network.
        const at = first + BigInt((i >> 4) * 256 + (i & 15) * 2);
        expect(found.some((each) => has(each, at))).toBe(wanted.some((each) => has(each, at)));
      }
    }),
  );
});

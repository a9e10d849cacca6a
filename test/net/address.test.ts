/** Parsing is held against node's own parser, over good, random and hostile texts. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {isIPv4, isIPv6} from 'node:net';
import {addressBits, addressOf, parseAddress} from '../../src/net/address.js';
import {address, addresses, addressesOf} from './samples.js';

const runs = {numRuns: 3000};

/** How a browser's URL writes it: RFC 5952, except that it knows no v4-mapped addresses. */
const nodeText = (text: string): string => new URL(`http://[${text}]`).hostname.slice(1, -1);

const mappedText = (value: bigint): string => addressOf(6, (0xffffn << 32n) | value).text;

describe('parseAddress: canonical text', () => {
  test.each([
    ['192.0.2.7', 4, '192.0.2.7'],
    ['0.0.0.0', 4, '0.0.0.0'],
    ['255.255.255.255', 4, '255.255.255.255'],
    ['2001:DB8::A', 6, '2001:db8::a'],
    ['2001:db8:0:0:0:0:0:7', 6, '2001:db8::7'],
    ['2001:0db8:0000:0000:0000:0000:0000:0007', 6, '2001:db8::7'],
    ['2001:db8:0:1:0:0:0:1', 6, '2001:db8:0:1::1'],
    // RFC 5952 section 4.2: the longest row, of equals the first, and never one group alone.
    ['2001:db8:0:0:1:0:0:1', 6, '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', 6, '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', 6, '2001:db8:0:1:1:1:1:1'],
    ['::', 6, '::'],
    ['::1', 6, '::1'],
    ['1::', 6, '1::'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 6, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['64:ff9b::192.0.2.33', 6, '64:ff9b::c000:221'],
    ['::192.0.2.7', 6, '::c000:207'],
  ] as const)('%s is IPv%i %s', (text, family, canonical) => {
    expect(parseAddress(text)).toMatchObject({family, text: canonical});
  });

  test.each([
    '::ffff:192.0.2.7',
    '::FFFF:192.0.2.7',
    '::ffff:c000:207',
    '0:0:0:0:0:ffff:192.0.2.7',
    '0000:0000:0000:0000:0000:ffff:c000:0207',
  ])('v4-mapped %s is the IPv4 client', (text) => {
    expect(parseAddress(text)).toEqual(address('192.0.2.7'));
  });

  test('the neighbours of the v4-mapped range stay IPv6', () => {
    for (const text of ['::fffe:ffff:ffff', '::1:0:0:0', '::ffff:0:c000:207']) {
      expect(parseAddress(text)).toMatchObject({family: 6, text});
    }
  });
});

describe('parseAddress: refuses', () => {
  test.each([
    ['nothing', ['', ' ', '.', ':', ':::', '::::']],
    [
      'leading zeros (RFC 6943: octal to some readers)',
      ['010.0.0.1', '192.0.2.07', '::192.0.2.01'],
    ],
    ['other numbers', ['0x7f.0.0.1', '3221225991', '127.1', '1.2.3', '192.0.2.256', '192.0.2.-7']],
    ['other digits', ['１92.0.2.7', '192.0.2.٧', '２001:db8::7']],
    [
      'things around',
      [' 192.0.2.7', '192.0.2.7 ', '192.0.2.7\n', '[2001:db8::7]', '2001:db8::7\r'],
    ],
    ['sendmail prefix, zones, prefixes', ['IPv6:2001:db8::7', 'fe80::1%eth0', '2001:db8::/32']],
    ['wrong group counts', ['1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3', '1:2:3:4:5:6:7:8::']],
    ['a `::` for nothing', ['1:2:3:4::5:6:7:8', '::1:2:3:4:5:6:7:8']],
    ['loose colons', [':1:2:3:4:5:6:7', '1:2:3:4:5:6:7:', ':1::2', '1::2:']],
    ['long groups', ['12345::', '::00000', '2001:db8::fffff']],
    ['a quad not at the end', ['192.0.2.7::', '::192.0.2.7:1', '1:192.0.2.7::1', '192.0.2.7:80']],
    ['a quad that is one group too many', ['1:2:3:4:5:6:7:192.0.2.7', '1:2:3:4:5:192.0.2.7']],
    ['a NUL', ['192.0.2.7\0', '2001:db8::7\0']],
  ])('%s', (_, texts) => {
    for (const text of texts) expect([text, parseAddress(text)]).toEqual([text, undefined]);
  });

  test('texts longer than an address can be, without reading them', () => {
    const longest = 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255';
    expect(longest).toHaveLength(45);
    expect(parseAddress(longest)?.text).toBe('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
    expect(parseAddress(`${'0:'.repeat(1_000_000)}1`)).toBeUndefined();
  });
});

describe('parseAddress: properties', () => {
  test('parseAddress ∘ text is the identity', () => {
    fc.assert(
      fc.property(addresses, (any) => {
        expect(parseAddress(any.text)).toEqual(any);
      }),
      runs,
    );
  });

  test('the canonical text is the one node writes', () => {
    fc.assert(
      fc.property(addressesOf(6), (any) => {
        expect(any.text).toBe(nodeText(any.text));
        const quad = [any.value >> 16n, any.value].map((half) => Number(half & 0xffffn));
        const dotted = quad.map((half) => `${half >> 8}.${half & 255}`).join('.');
        const groups = Array.from(
          {length: 6},
          (_, i) => (any.value >> BigInt(112 - 16 * i)) & 0xffffn,
        );
        const mixed = `${groups.map((group) => group.toString(16)).join(':')}:${dotted}`;
        expect(parseAddress(mixed)).toEqual(any);
      }),
      runs,
    );
  });

  test('agrees with net.isIPv4, net.isIPv6 and node’s canonical form on hostile texts', () => {
    fc.assert(
      fc.property(hostileTexts, (text) => {
        const parsed = parseAddress(text);
        // A zone names an interface, not a client; node takes it.
        const isIp = isIPv4(text) || (isIPv6(text) && !text.includes('%'));
        expect([text, parsed !== undefined]).toEqual([text, isIp]);
        if (parsed === undefined) return;
        if (isIPv4(text)) expect(parsed).toMatchObject({family: 4, text});
        else if (parsed.family === 6) expect(parsed.text).toBe(nodeText(text));
        else expect(mappedText(parsed.value)).toBe(nodeText(text));
      }),
      {numRuns: 20_000},
    );
  });

  test('equal texts have equal values, and only they', () => {
    fc.assert(
      fc.property(addresses, addresses, (a, b) => {
        expect(a.text === b.text).toBe(a.family === b.family && a.value === b.value);
      }),
      runs,
    );
  });
});

describe('addressOf', () => {
  test.each([4, 6] as const)('refuses values that IPv%i has not', (family) => {
    const beyond = 1n << BigInt(addressBits[family]);
    expect(() => addressOf(family, beyond)).toThrow(RangeError);
    expect(() => addressOf(family, -1n)).toThrow(RangeError);
    expect(addressOf(family, beyond - 1n).value).toBe(beyond - 1n);
  });
});

/** Words of addresses, put together at random, and good addresses with one character changed. */
const pieces = fc.constantFrom(
  ...['0', '1', '00', '01', '255', '256', 'ffff', 'FFFF', '10000', 'g', '٧'],
  ...[':', ':', ':', '::', '::', '.', '.', '.', '%', '/', ' ', '-', '[', ']', '\n', '\0'],
  ...['192.0.2.7', '::ffff:', '2001:db8', '1:2:3', '4:5:6', '0:0:0:0', '1.2'],
);
const mutated = fc
  .tuple(addresses, fc.nat(45), fc.constantFrom('', ':', '.', '0', 'f', '%', '::'), fc.nat(2))
  .map(([{text}, at, put, cut]) => text.slice(0, at) + put + text.slice(at + cut));
const joined = fc.array(pieces, {maxLength: 12}).map((parts) => parts.join(''));
const grouped = fc
  .array(fc.constantFrom('0', '1', 'ffff', '', '1.2.3.4', 'ab'), {minLength: 2, maxLength: 9})
  .map((parts) => parts.join(':'));
const hostileTexts = fc.oneof(mutated, joined, grouped, fc.string({maxLength: 50}));

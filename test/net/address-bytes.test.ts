import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {addressBits} from '../../src/net/address.js';
import {addressBytes, addressLength, mappedBits, maskBytes} from '../../src/net/address-bytes.js';
import {address, addresses, network, networkTexts} from './samples.js';

const numberOf = (bytes: Uint8Array): bigint =>
  bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

describe('addressBytes', () => {
  test('is the number of an IPv6 address, and the v4-mapped one of an IPv4 address', () => {
    fc.assert(
      fc.property(addresses, (one) => {
        const mapped = one.family === 4 ? 0xffff_0000_0000n : 0n;
        expect(numberOf(addressBytes(one))).toBe(one.value + mapped);
      }),
    );
  });

  test('the same address in both writings has the same bytes', () => {
    expect(addressBytes(address('::ffff:192.0.2.7'))).toEqual(addressBytes(address('192.0.2.7')));
    expect([...addressBytes(address('192.0.2.255'))].slice(-6)).toEqual([255, 255, 192, 0, 2, 255]);
  });
});

describe('maskBytes', () => {
  test('leaves the first address of the network', () => {
    fc.assert(
      fc.property(networkTexts, ({text, base, prefix}) => {
        const bytes = addressBytes(base);
        maskBytes(bytes, mappedBits[base.family] + prefix);
        expect(bytes.length).toBe(addressLength);
        expect(numberOf(bytes) & ((1n << BigInt(addressBits[base.family])) - 1n)).toBe(
          network(text).first,
        );
      }),
    );
  });

  test.each([
    [0, '::'],
    [128, '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    [33, '2001:db8:8000::'],
  ])('%i bits', (bits, text) => {
    const bytes = addressBytes(address('2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'));
    maskBytes(bytes, bits);
    expect(bytes).toEqual(addressBytes(address(text)));
  });
});

/** Whose sessions are cut: of standing blocks, and not of those whom a block lets pass. */
import {describe, expect, test} from '@jest/globals';
import type {Address} from '../../src/net/address.js';
import {CutNetworks} from '../../src/sessions/cut-networks.js';
import {address, network} from '../net/samples.js';

const networks = ['192.0.2.0/24', '192.0.0.0/16', '203.0.113.7', '2001:db8::/64'];

function around(
  client: string,
  {stand = networks, holes = {}}: {stand?: string[]; holes?: Record<string, string[]>} = {},
): string | undefined {
  const passes = ({text}: Address, each: string): boolean => holes[each]?.includes(text) ?? false;
  const stands = (text: string): boolean => stand.includes(text);
  return new CutNetworks(networks.map(network), {stands, passes}).around(address(client));
}

describe('CutNetworks', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.8', undefined],
    ['192.0.2.9', '192.0.2.0/24'],
    ['192.0.3.9', '192.0.0.0/16'],
    ['2001:db8::9', '2001:db8::/64'],
    ['2001:db8:0:1::9', undefined],
  ])('%s is in %s', (client, expected) => {
    expect(around(client)).toBe(expected);
  });

  test('a block that stands no more is none', () => {
    expect(around('203.0.113.7', {stand: []})).toBeUndefined();
    expect(around('192.0.2.9', {stand: ['192.0.0.0/16']})).toBe('192.0.0.0/16');
  });

  test('a client that a block lets pass is cut by another one only', () => {
    const holes = {'192.0.2.0/24': ['192.0.2.9'], '203.0.113.7': ['203.0.113.7']};
    expect(around('192.0.2.9', {holes})).toBe('192.0.0.0/16');
    expect(around('192.0.2.9', {holes, stand: ['192.0.2.0/24']})).toBeUndefined();
    expect(around('192.0.2.8', {holes, stand: ['192.0.2.0/24']})).toBe('192.0.2.0/24');
  });
});

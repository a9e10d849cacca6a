/** Which registry answers for an address, by a file as IANA has it. */
import {describe, expect, test} from '@jest/globals';
import {
  goodForMs,
  mostPrefixes,
  placeOf,
  readBootstrap,
  serverFor,
} from '../../../../src/complaint/contact/rdap/bootstrap.js';
import {parseAddress} from '../../../../src/net/address.js';

const file = {
  version: '1.0',
  services: [
    [
      ['192.0.0.0/8', '2001::/16'],
      ['http://wide.example.net/', 'https://wide.example.net/rdap'],
    ],
    [['192.0.2.0/24', '2001:db8::/32'], ['https://narrow.example.net/']],
    [['198.51.100.0/24'], ['http://open.example.net/']],
    [['203.0.113.0/24'], ['ftp://x.example.net/', 'https://user@x.example.net/', 7]],
    [['nonsense', 7, '0.0.0.0/0'], ['https://all.example.net/']],
    'nonsense',
    [['203.0.113.0/24']],
  ],
};

function server(address: string): string | undefined {
  const read = readBootstrap(file);
  if (read.kind !== 'bootstrap') throw new Error(read.why);
  return serverFor(read.bootstrap, parseAddress(address)!);
}

test.each([
  ['192.0.2.7', 'https://narrow.example.net/'],
  ['192.0.3.7', 'https://wide.example.net/rdap/'],
  ['2001:db8::7', 'https://narrow.example.net/'],
  ['2001:1::7', 'https://wide.example.net/rdap/'],
  ['198.51.100.7', 'http://open.example.net/'],
  ['203.0.113.7', undefined],
  ['8.8.8.8', undefined],
])('the server for %s is %s', (address, expected) => expect(server(address)).toBe(expected));

describe('is no bootstrap', () => {
  const many = Array.from({length: mostPrefixes + 1}, () => '192.0.2.0/24');
  const wrong: readonly unknown[] = [
    ...[undefined, null, 7, 'text', [], {}, {services: 7}, {services: []}],
    {services: [[['192.0.2.0/24'], ['http://a b/']]]},
    {services: [[many, ['https://x.example.net/']]]},
  ];
  test.each(wrong.map((json) => ({json})))('$json', ({json}) =>
    expect(readBootstrap(json).kind).toBe('wrong'),
  );
});

test('the setting names a folder, a file or nothing', () => {
  expect(placeOf('', 4)).toEqual({kind: 'off'});
  expect(placeOf('https://data.example.net/rdap/', 6)).toEqual({
    ...{kind: 'url', url: 'https://data.example.net/rdap/ipv6.json'},
  });
  expect(placeOf('/etc/rdap/', 4)).toEqual({kind: 'file', path: '/etc/rdap/ipv4.json'});
  expect(placeOf('/etc/rdap.json', 6)).toEqual({kind: 'file', path: '/etc/rdap.json'});
});

test('a file is good until it expires, for an hour at least and seven days at most', () => {
  const nowMs = Date.parse('2026-11-29T12:00:00Z');
  const [hour, day] = [3_600_000, 86_400_000];
  expect(goodForMs('Mon, 30 Nov 2026 12:00:00 GMT', nowMs)).toBe(day);
  expect(goodForMs('Sun, 29 Nov 2026 11:00:00 GMT', nowMs)).toBe(hour);
  expect(goodForMs('Sun, 29 Nov 2037 11:00:00 GMT', nowMs)).toBe(7 * day);
  expect(goodForMs('0', nowMs)).toBe(hour);
  expect(goodForMs('nonsense', nowMs)).toBe(7 * day);
  expect(goodForMs(undefined, nowMs)).toBe(7 * day);
});

import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {readSpf} from '../../src/hosts/spf.js';

const read = (...records: string[]) => {
  const spf = readSpf(
    records.map((each) => [each]),
    'partner.example',
  );
  return spf && {networks: spf.networks.map(({text}) => text), names: spf.names};
};

test('addresses and networks that may send, and names that lead to more', () => {
  expect(
    read(
      'some other text',
      'v=spf1 ip4:192.0.2.7 +ip4:198.51.100.0/24 ip6:2001:db8::/32 a mx a:out.partner.example/28 mx:other.example include:_spf.example.net redirect=all.example -all',
    ),
  ).toEqual({
    networks: ['192.0.2.7', '198.51.100.0/24', '2001:db8::/32'],
    names: [
      {kind: 'address', name: 'partner.example'},
      {kind: 'exchanger', name: 'partner.example'},
      {kind: 'address', name: 'out.partner.example'},
      {kind: 'exchanger', name: 'other.example'},
      {kind: 'record', name: '_spf.example.net'},
      {kind: 'record', name: 'all.example'},
    ],
  });
});

test('terms that may not send, and those that are no address or name, are left out', () => {
  const hostile =
    'v=spf1 -ip4:192.0.2.7 ?ip4:192.0.2.8 ~all ip4:0.0.0.0/0 ip4:x ip6: include:%{i}._x.example include:\u001B[2J.example exists:%{i}.x.example ptr';
  expect(read(hostile)).toEqual({networks: [], names: []});
});

test('in pieces, it is one text; without a record there is none', () => {
  expect(readSpf([['v=spf1 ip4:192.', '0.2.7 -all']], 'x.example')?.networks[0]?.text).toBe(
    '192.0.2.7',
  );
  expect(read('v=spf10 ip4:192.0.2.7')).toBeUndefined();
  expect(read()).toBeUndefined();
});

test('a record of any length and form is read within its bound', () => {
  const terms = Array.from({length: 1000}, (_, i) => `ip4:192.0.2.${i % 256}`).join(' ');
  expect(read(`v=spf1 ${terms}`)?.networks).toHaveLength(100);
  fc.assert(
    fc.property(fc.string({maxLength: 2000}), (text) => {
      for (const {name} of read(`v=spf1 ${text}`)?.names ?? []) {
        expect(name).toMatch(/^[a-z0-9._-]+$/);
      }
    }),
  );
});

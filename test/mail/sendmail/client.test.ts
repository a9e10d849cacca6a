/** A client as sendmail writes it, whole: what stands around or in it makes it none. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {parseClient} from '../../../src/mail/sendmail/client.js';
import {addressesOf} from '../../net/samples.js';

describe('parseClient()', () => {
  test.each([
    ['[203.0.113.7]', '203.0.113.7'],
    ['[203.0.113.7] (may be forged)', '203.0.113.7'],
    ['host.example [203.0.113.7]', '203.0.113.7'],
    ['host.example [203.0.113.7] (may be forged)', '203.0.113.7'],
    ['IDENT:x@host.example [203.0.113.7]', '203.0.113.7'],
    ['user@[203.0.113.7]', '203.0.113.7'],
    ['[IPv6:2001:db8:0:0:0:0:0:7]', '2001:db8::7'],
    ['[IPv6:2001:DB8::7]', '2001:db8::7'],
    ['[IPv6:::ffff:203.0.113.7]', '203.0.113.7'],
    ['[198.51.100.66].evil.example [203.0.113.7]', '203.0.113.7'],
  ])('%s', (text, address) => {
    expect(parseClient(text)?.text).toBe(address);
  });

  test.each([
    '',
    'root@localhost',
    'localhost [[UNIX: localhost]]',
    'host.example [!@198.51.100.1:203.0.113.7]',
    '203.0.113.7',
    '[203.0.113.7',
    '203.0.113.7]',
    '[203.0.113.7] ',
    ' [203.0.113.7]',
    '[203.0.113.7]x',
    '[203.0.113.7](may be forged)',
    '[203.0.113.256]',
    '[203.0.113.07]',
    '[IPv6:2001:db8::7::1]',
    'two words [203.0.113.7]',
    '"x" [203.0.113.7]',
    '<x [203.0.113.7]',
    '(x) [203.0.113.7]',
    String.raw`x\\x [203.0.113.7]`,
    '[198.51.100.66]@[203.0.113.7]',
    '[203.0.113.7]\n[198.51.100.66]',
  ])('%j is none', (text) => {
    expect(parseClient(text)).toBeUndefined();
  });

  test('any address, behind any name', () => {
    const any = fc.oneof(addressesOf(4), addressesOf(6));
    const name = fc.stringMatching(/^[a-z0-9.:=[\]-]{0,60}$/);
    fc.assert(
      fc.property(any, name, ({family, text}, host) => {
        const bracket = family === 4 ? `[${text}]` : `[IPv6:${text}]`;
        expect(parseClient(host === '' ? bracket : `${host} ${bracket}`)?.text).toBe(text);
      }),
    );
  });
});

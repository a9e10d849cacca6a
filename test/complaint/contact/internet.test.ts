/** Which addresses a registry can be asked about, and led to. */
import {expect, test} from '@jest/globals';
import {isOfInternet} from '../../../src/complaint/contact/internet.js';
import {parseAddress} from '../../../src/net/address.js';

const is = (text: string): boolean => isOfInternet(parseAddress(text)!);

test.each(['192.0.2.7', '198.51.100.7', '8.8.8.8', '172.32.0.1', '2001:db8::7', '2a00::1'])(
  '%s is',
  (text) => expect(is(text)).toBe(true),
);

test.each([
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.31.255.255'],
  ...['192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', '::ffff:10.0.0.1'],
  ...[
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '64:ff9b:1::1',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
    '2001::1',
    '::127.0.0.1',
  ],
])('%s is not', (text) => expect(is(text)).toBe(false));

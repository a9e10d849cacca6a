import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {rowKey, seenAtPort, seenByInode} from '../../../src/greeting/waiting/seen.js';
import {addressOf, parseAddress} from '../../../src/net/address.js';

/** A table of Linux 6.1. At port 2500: a listener, and clients that spoke, that closed, over IPv6, and v4-mapped. */
const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:09C4 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 901 1 0000000000000000 100 0 0 10 0
   1: 010200C0:09C4 420200C0:C001 01 00000000:0000005C 00:00000000 00000000     0        0 902 1 0000000000000000 20 4 30 10 -1
   2: 010200C0:09C4 420200C0:C002 08 00000000:00000001 00:00000000 00000000     0        0 903 1 0000000000000000 20 4 30 10 -1
   3: 010200C0:C003 420200C0:09C4 01 00000000:00000000 00:00000000 00000000     0        0 904 1 0000000000000000 20 4 30 10 -1
10000: 010200C0:09C4 420200C0:C004 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000
`;
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: B80D0120000000000000000001000000:09C4 B80D0120000000000000000066000000:C005 01 00000000:00000000 00:00000000 00000000     0        0 905 1 0000000000000000 20 4 30 10 -1
   1: 0000000000000000FFFF0000010200C0:09C4 0000000000000000FFFF0000420200C0:C006 08 00000000:0000000A 00:00000000 00000000     0        0 906 1 0000000000000000 20 4 30 10 -1
`;
const at = (text: string) => parseAddress(text)!;
const key = (port: number): string => rowKey(at('192.0.2.1'), at('192.0.2.66'), port);

test('shows what lies unread in each connection to the port', () => {
  expect([...seenAtPort(tcp + tcp6, 2500)]).toEqual([
    [key(0xc001), {state: 'open', unreadBytes: 92}],
    // The kernel counts a FIN as a byte.
    [key(0xc002), {state: 'half', unreadBytes: 0}],
    [key(0xc004), {state: 'gone', unreadBytes: 0}],
    [rowKey(at('2001:db8::1'), at('2001:db8::66'), 0xc005), {state: 'open', unreadBytes: 0}],
    [key(0xc006), {state: 'half', unreadBytes: 9}],
  ]);
  expect(seenAtPort(tcp + tcp6, 25).size).toBe(0);
});

test('finds one by its inode', () => {
  expect(seenByInode(tcp + tcp6, '902')).toEqual({state: 'open', unreadBytes: 92});
  expect(seenByInode(tcp + tcp6, '905')).toEqual({state: 'open', unreadBytes: 0});
  for (const none of ['0000', '20', '901', '999'])
    expect(seenByInode(tcp + tcp6, none)).toBeUndefined();
});

test('each address has a key of its own, whatever the family', () => {
  const address = fc.oneof(
    fc.bigInt({min: 0n, max: 2n ** 32n - 1n}).map((value) => addressOf(4, value)),
    fc
      .bigInt({min: 0n, max: 2n ** 128n - 1n})
      .filter((value) => value >> 32n !== 0xffffn)
      .map((value) => addressOf(6, value)),
  );
  fc.assert(
    fc.property(address, address, (a, b) => {
      expect(rowKey(a, b, 1) === rowKey(b, a, 1)).toBe(a.text === b.text);
    }),
  );
});

test('text that is no table shows nobody', () => {
  fc.assert(fc.property(fc.string(), (text) => expect(seenAtPort(text, 2500).size).toBe(0)));
});

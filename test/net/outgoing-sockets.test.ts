import {describe, expect, test} from '@jest/globals';
import {OutgoingTable} from '../../src/net/outgoing-sockets.js';

const head4 =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';
const head6 =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

const row = (local: string, remote: string, state: string, uid = 33, inode = 4711): string =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 02:00000A2B 00000000    ${uid}        0 ${inode} 2 0000000000000000 20 4 30 10 -1\n`;

/** In pieces of a length that no line has. */
function outgoingSockets(
  text: string,
  ports: readonly number[],
): ReturnType<OutgoingTable['soFar']> {
  const table = new OutgoingTable(ports);
  for (let at = 0; at < text.length; at += 37) table.take(text.slice(at, at + 37));
  return table.soFar();
}

const found = (table: string, ports = [25]) => {
  const read = outgoingSockets(table, ports);
  if (read.kind !== 'sockets') throw new Error(`not read: ${read.head}`);
  return read.sockets;
};

describe('OutgoingTable', () => {
  test('gives both ends, the user, the inode and the phase', () => {
    const [socket, ...rest] = found(head4 + row('010200C0:D431', '190200C0:0019', '01'));
    expect(rest).toEqual([]);
    expect(socket).toMatchObject({localPort: 54_321, remotePort: 25, uid: 33, inode: '4711'});
    expect([socket?.local.text, socket?.remote.text]).toEqual(['192.0.2.1', '192.0.2.25']);
  });

  test.each([
    ['01', 'open'],
    ['02', 'opening'],
    ['04', 'open'],
    ['06', 'ended'],
    ['07', 'ended'],
    ['08', 'open'],
  ])('state %s is %s', (state, phase) => {
    expect(found(head4 + row('010200C0:D431', '190200C0:0019', state))[0]?.phase).toBe(phase);
  });

  test.each([
    ['a listener', row('00000000:0019', '00000000:0000', '0A')],
    ['one that somebody else opens', row('010200C0:0019', '190200C0:0019', '03')],
    ['another port', row('010200C0:D431', '190200C0:0050', '01')],
    ['our own port 25, which a client called', row('010200C0:0019', '190200C0:D431', '01')],
    ['an address that holds the digits of the port', row('01020019:D431', '19020019:1900', '01')],
  ])('%s is none', (_, text) => {
    expect(found(head4 + text)).toEqual([]);
  });

  test('a client that calls our mailer from its own port 25 is none', () => {
    const listener = row('00000000:0019', '00000000:0000', '0A', 0, 99);
    expect(found(head4 + listener + row('010200C0:0019', '190200C0:0019', '01'))).toEqual([]);
    // And without a listener at that port it is one.
    expect(found(head4 + row('010200C0:0019', '190200C0:0019', '01'))).toHaveLength(1);
  });

  test('an orphan, and what waits after the end, have no inode', () => {
    const [orphan] = found(head4 + row('010200C0:D431', '190200C0:0019', '04', 0, 0));
    expect(orphan).toMatchObject({inode: '0', phase: 'ended'});
  });

  test('IPv6, and IPv4 in its clothes', () => {
    const [local, remote] = [
      'B80D0120000000000000000001000000',
      'B80D0120000000000000000025000000',
    ];
    const mapped = '0000000000000000FFFF0000190200C0';
    const sockets = found(
      head6 +
        row(`${local}:D431`, `${remote}:0019`, '01') +
        row(`${local}:D432`, `${mapped}:0019`, '01'),
    );
    expect(sockets.map(({remote: {family, text}}) => [family, text])).toEqual([
      [6, '2001:db8::25'],
      [4, '192.0.2.25'],
    ]);
  });

  test('several ports', () => {
    const table =
      head4 +
      ['0019', '01D1', '024B', '0050']
        .map((port, i) => row(`010200C0:D43${i}`, `190200C0:${port}`, '01'))
        .join('');
    expect(found(table, [25, 465, 587]).map(({remotePort}) => remotePort)).toEqual([25, 465, 587]);
  });

  test('both ends with the port: once', () => {
    expect(found(head4 + row('010200C0:0019', '190200C0:0019', '02'))).toHaveLength(1);
  });

  test.each([
    ['a column more in the middle', head4.replace('uid', 'cookie uid')],
    ['another order', head4.replace('local_address rem_address', 'rem_address local_address')],
    ['rows without a head', row('010200C0:D431', '190200C0:0019', '01')],
    ['something else', 'sl; local; remote\n'],
  ])('%s: nothing is read, and the answer quotes the head', (_, table) => {
    const read = outgoingSockets(table + row('010200C0:D431', '190200C0:0019', '01'), [25]);
    expect(read).toEqual({kind: 'unknownFormat', head: table.split('\n', 1)[0]?.slice(0, 60)});
  });

  test('rows that are cut or spoilt are passed over, the others count', () => {
    const spoilt = [
      '   1: 010200C0:D431 190200C0:0019 01 0000\n',
      row('010200C0:D431', '190200C0:0019', '01').replace('   33 ', '   xx '),
      row('010200C:D431', '190200C0:0019', '01'),
      row('010200C0:D431', '190200C0:0019', '01').replace('4711', '47-1'),
    ];
    expect(
      found(head4 + spoilt.join('') + row('010200C0:D431', '190200C0:0019', '01')),
    ).toHaveLength(1);
  });

  test('no table: the machine does not speak the family', () => {
    expect(found('')).toEqual([]);
  });

  test('a user who has used up the share is passed over, others are not; nothing is reported twice', () => {
    const table = new OutgoingTable([25]);
    const most = new Map([[1000, 2]]);
    const share = (uid: number): 'taken' | 'passedOver' => {
      const left = most.get(uid) ?? 99;
      most.set(uid, left - 1);
      return left > 0 ? 'taken' : 'passedOver';
    };
    const row1 = (uid: number): string => row('010200C0:D431', '190200C0:0019', '02', uid);
    table.take(head4 + row1(1000).repeat(5) + row1(33), share);
    const uids = (): number[] => {
      const read = table.soFar();
      return read.kind === 'sockets' ? read.sockets.map(({uid}) => uid) : [];
    };
    expect(uids()).toEqual([1000, 1000, 33]);
    expect(uids()).toEqual([]);
    table.take(row1(34), share);
    expect(uids()).toEqual([34]);
  });
});

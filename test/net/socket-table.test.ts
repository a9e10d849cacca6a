/**
 * The table is read as the kernel writes it: fixed lines for what is hard to bring about, and the
 * kernel's own table for a connection of this very process.
 */
import {describe, expect, test} from '@jest/globals';
import {once} from 'node:events';
import {existsSync, readFileSync, readlinkSync} from 'node:fs';
import net from 'node:net';
import {networkInterfaces} from 'node:os';
import {findSockets, socketsAtPort} from '../../src/net/socket-table.js';
import {describeUnless} from '../support/kernel/namespace.js';

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

/** One line of the kernel's, for this remote address; the uid is the trap: it may equal an inode. */
const line = (slot: number, remote: string, inode: number, uid = 0): string =>
  `   ${slot}: 010200C0:0019 ${remote}:D431 01 00000000:00000000 02:000AFA35 00000000 ${uid
    .toString()
    .padStart(5)}        0 ${inode} 2 0000000000000000 20 4 30 10 -1`;

const tableOf = (...lines: string[]): string => `${[head, ...lines].join('\n')}\n`;
const remoteOf = (table: string, inode: number): string | undefined =>
  findSockets(table, [String(inode)])[0]?.remote.text;

describe('findSockets: addresses', () => {
  test.each([
    ['070200C0', '192.0.2.7'],
    ['FE7100CB', '203.0.113.254'],
    ['B80D0120000000000000000007000000', '2001:db8::7'],
    ['B80D0120FECA0000EFBEADDE78563412', '2001:db8:0:cafe:dead:beef:1234:5678'],
    // How tcp6 shows an IPv4 client of a dual-stack listener.
    ['0000000000000000FFFF0000070200C0', '192.0.2.7'],
  ])('remote %s is %s', (remote, text) => {
    expect(remoteOf(tableOf(line(0, remote, 4711)), 4711)).toBe(text);
  });

  test('the local port is read too', () => {
    expect(findSockets(tableOf(line(0, '070200C0', 4711)), ['4711'])).toMatchObject([
      {inode: '4711', localPort: 25},
    ]);
  });
});

describe('findSockets: inodes', () => {
  const table = tableOf(
    line(0, '010200C0', 100, 4711),
    line(1, '020200C0', 47),
    line(2, '030200C0', 4711),
    line(3, '040200C0', 14711),
    line(4, '050200C0', 47110),
  );

  test('only the inode column counts: not a uid, not a part of another number', () => {
    expect(remoteOf(table, 4711)).toBe('192.0.2.3');
    expect(remoteOf(table, 47)).toBe('192.0.2.2');
    expect(remoteOf(table, 471)).toBeUndefined();
  });

  test('several are found in the order asked for; absent ones are left out', () => {
    const found = findSockets(table, ['47110', '9', '100']);
    expect(found.map(({remote}) => remote.text)).toEqual(['192.0.2.5', '192.0.2.1']);
  });

  test.each([
    ['an empty table', ''],
    ['a table without entries', tableOf()],
    ['a line cut short', `${head}\n   0: 010200C0:0019 070200C0:D431 01`],
    ['a remote that is no address', tableOf(line(0, '070200', 4711))],
    ['no colons', tableOf('   0: 1 2 01 0 0 0 0 0 4711 2')],
  ])('%s gives nothing', (_, text) => {
    expect(findSockets(text, ['4711'])).toEqual([]);
    expect(findSockets(text, [])).toEqual([]);
  });

  test('the last line needs no newline', () => {
    expect(remoteOf(tableOf(line(0, '070200C0', 4711)).trimEnd(), 4711)).toBe('192.0.2.7');
  });
});

const speaksIPv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some((each) => each.address === '::1'),
);
const why = speaksIPv6 && existsSync('/proc/net/tcp6') ? undefined : 'needs Linux with IPv6';

describeUnless(why, 'findSockets: the kernel’s own table', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1', 'tcp'],
    ['::1', '::1', 'tcp6'],
    // An IPv4 client of a dual-stack listener stands in tcp6, v4-mapped.
    ['::', '127.0.0.1', 'tcp6'],
  ])('listening at %s, a client from %s is found in /proc/net/%s', async (at, from, file) => {
    const server = net.createServer().listen(0, at);
    await once(server, 'listening');
    const {port} = server.address() as net.AddressInfo;
    const [[served], client] = await Promise.all([
      once(server, 'connection') as Promise<[net.Socket]>,
      connected(port, from),
    ]);
    const inode = /\d+/.exec(readlinkSync(`/proc/self/fd/${descriptorOf(served)}`))?.[0] ?? '';
    const found = findSockets(readFileSync(`/proc/net/${file}`, 'latin1'), [inode]);
    client.destroy();
    served.destroy();
    server.close();
    expect(found).toMatchObject([{inode, localPort: port, remote: {text: from}}]);
  });
});

async function connected(port: number, host: string): Promise<net.Socket> {
  const socket = net.connect(port, host);
  await once(socket, 'connect');
  return socket;
}

/** Node shows the descriptor of a socket only here. */
function descriptorOf(socket: net.Socket): number {
  return (socket as unknown as {_handle: {fd: number}})._handle.fd;
}

describe('socketsAtPort', () => {
  const at = (local: string, remote: string, state: string, inode: number): string =>
    `  12: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0`;
  const peers = (table: string, port = 25): string[] =>
    socketsAtPort(table, port).connected.map(({inode, remote}) => `${inode} ${remote.text}`);

  test('sockets at the port, of both tables; not a peer’s port, nor one that only ends so', () => {
    const table = tableOf(
      at('010200C0:0019', '070200C0:D431', '01', 100),
      at('010200C0:D431', '080200C0:0019', '01', 101),
      at('010200C0:1019', '090200C0:D431', '01', 102),
      at(
        '0000000000000000FFFF0000010200C0:0019',
        '0000000000000000FFFF00000A0200C0:0019',
        '08',
        103,
      ),
      at('B80D0120000000000000000001000000:0019', 'B80D0120000000000000000007000000:D431', '04', 0),
    );
    expect(peers(table)).toEqual(['100 192.0.2.7', '103 192.0.2.10', '0 2001:db8::7']);
    expect(peers(table, 0x1019)).toEqual(['102 192.0.2.9']);
    expect(peers(table, 26)).toEqual([]);
  });

  test('no sockets without an owner: half open, or closed', () => {
    const states = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '0A', '0B', '0C'];
    const table = tableOf(
      ...states.map((state, i) => at('00000000:0019', '070200C0:D431', state, 100 + i)),
    );
    const {connected, listening} = socketsAtPort(table, 25);
    expect(connected.map(({inode}) => Number(inode) - 100)).toEqual([0, 1, 3, 4, 7, 8, 10]);
    expect([...listening]).toEqual(['109']);
  });

  test('a table that was cut short, or of something else, holds nothing', () => {
    for (const table of [
      '',
      ':0019 ',
      '  0: 00000000:0019 ',
      '  0: 00000000:0019 070200C0',
      head,
    ]) {
      expect(socketsAtPort(table, 25)).toEqual({connected: [], listening: new Set()});
    }
  });

  test('the kernel’s own, for a connection of this process', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {port} = server.address() as net.AddressInfo;
    const local = net.createConnection(port, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [net.Socket];
    const found = socketsAtPort(readFileSync('/proc/self/net/tcp', 'latin1'), port);
    expect(found.connected).toMatchObject([{localPort: port, remote: {text: '127.0.0.1'}}]);
    expect(found.listening.size).toBe(1);
    local.destroy();
    accepted.destroy();
    server.close();
  });
});

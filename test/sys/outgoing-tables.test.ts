/** What stands in the socket tables of this machine, and what becomes of those that cannot be read. */
import {describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';
import {Outgoing} from '../../src/sys/outgoing.js';
import {tempDirs} from './support/temp.js';

const newFolder = tempDirs();

describe('Outgoing', () => {
  test('finds a connection of ours, with its inode and its user', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const {port} = server.address() as net.AddressInfo;
    const socket = net.connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const [seen] = await new Outgoing([port]).look('own');
    if (seen?.kind !== 'connections') throw new Error('not read');
    expect(seen.connections).toMatchObject([
      {
        network: fs.readlinkSync('/proc/self/ns/net'),
        remotePort: port,
        localPort: socket.localPort,
        uid: process.getuid?.(),
        phase: 'open',
      },
    ]);
    const inodes = fs.readdirSync('/proc/self/fd').map((name) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${name}`);
      } catch {
        return '';
      }
    });
    expect(inodes).toContain(`socket:[${seen.connections[0]?.inode ?? ''}]`);
    socket.destroy();
    server.close();
  });

  test('a table of another format is not read, and told of', async () => {
    const proc = newFolder();
    fs.mkdirSync(join(proc, `${process.pid}/net`), {recursive: true});
    const table = '  sl  remote_address local_address st\n   0: 190200C0:0019 010200C0:D431 01\n';
    fs.writeFileSync(join(proc, `${process.pid}/net/tcp`), table);
    expect(await new Outgoing([25], proc).look('own')).toEqual([
      {
        kind: 'failed',
        why: '/proc/net/tcp: "  sl  remote_address local_address st": expected the columns of Linux 2.6 or newer',
      },
    ]);
  });

  test('tables that are gone between two looks are empty', async () => {
    expect(await new Outgoing([25], newFolder()).look('own')).toEqual([
      {kind: 'connections', connections: []},
    ]);
  });

  test('of a process that has gone nothing is seen', async () => {
    expect(await new Outgoing([25]).around(2 ** 22 + 1)).toEqual({
      kind: 'connections',
      connections: [],
    });
  });
});

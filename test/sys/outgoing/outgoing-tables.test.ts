/** What stands in the socket tables of this machine, and what becomes of those that cannot be read. */
import {describe, expect, test} from '@jest/globals';
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';
import {Outgoing} from '../../../src/sys/outgoing/outgoing.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newFolder = tempDirs();
const withNetworks = whereAvailable({root: true, works: ['unshare', '--net', 'true']});

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

  test('our own table that is there and cannot be read is not taken for an empty one', async () => {
    const proc = newFolder();
    fs.mkdirSync(join(proc, `${process.pid}/net/tcp`), {recursive: true});
    const [seen] = await new Outgoing([25], proc).look('own');
    expect(seen).toEqual({kind: 'failed', why: expect.stringContaining('EISDIR')});
    fs.rmdirSync(join(proc, `${process.pid}/net/tcp`));
    const [absent] = await new Outgoing([25], proc).look('own');
    expect(absent).toEqual({kind: 'connections', connections: []});
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

  withNetworks('of more networks than are looked at it is told that there are others', async () => {
    const other = spawn('unshare', ['--net', 'sleep', '60'], {stdio: 'ignore'});
    const own = fs.readlinkSync('/proc/self/ns/net');
    await until('another one', () => fs.readlinkSync(`/proc/${other.pid}/ns/net`) !== own);
    const seen = await new Outgoing([25], '/proc', 1).look('all');
    other.kill('SIGKILL');
    expect(seen.map(({kind}) => kind)).toEqual(['connections', 'failed']);
    expect(seen[1]).toEqual({
      kind: 'failed',
      why: 'there are more than 1 networks of processes: the others are not looked at',
    });
    expect((await new Outgoing([25]).look('all')).every(({kind}) => kind === 'connections')).toBe(
      true,
    );
  });

  test('of a process that has gone nothing is seen', async () => {
    expect(await new Outgoing([25]).around(2 ** 22 + 1)).toEqual({
      kind: 'connections',
      connections: [],
    });
  });
});

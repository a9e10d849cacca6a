/** What stands in the socket tables of this machine, and what becomes of those that cannot be read. */
import {describe, expect, test} from '@jest/globals';
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';
import {Outgoing} from '../../../src/sys/outgoing/outgoing.js';
import {start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newFolder = tempDirs();
const withNetworks = whereAvailable({root: true, works: ['unshare', '--net', 'true']});
const withUsers = whereAvailable({
  root: true,
  tools: ['perl', 'ip', 'setpriv'],
  works: ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', 'unshare', '-Urn', 'true'],
});

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
    expect(absent).toEqual({kind: 'connections', connections: [], extent: 'all'});
  });

  test('a table of another format is reported, and not read', async () => {
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
      {kind: 'connections', connections: [], extent: 'all'},
    ]);
  });

  withNetworks('a failure says that there are more networks than are looked at', async () => {
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

  withUsers('a user with many networks hides no other one', async () => {
    const port = 2699;
    const script = `use IO::Socket::INET; $| = 1;
      $l = IO::Socket::INET->new(Listen => 1, LocalPort => ${port}) or die; print "ready\\n";
      $c = IO::Socket::INET->new(PeerHost => "127.0.0.1", PeerPort => ${port}) or die; sleep 60`;
    const connect = `ip link set lo up; exec perl -e '${script}'`;
    const become = [
      '--reuid=1000',
      '--regid=1000',
      '--clear-groups',
      'unshare',
      '-Urnp',
      '--fork',
      '--kill-child',
      'sh',
      '-c',
    ];
    const many = `for i in 1 2 3 4 5; do unshare -n sh -c "$0" & done; wait`;
    const user = start('setpriv', [...become, many, connect]);
    await until('the networks of the user', () => user.output().split('ready').length > 5);
    const other = start('unshare', ['--net', '--fork', '--kill-child', 'sh', '-c', connect]);
    await until('another one', () => other.output().includes('ready'));
    const users = new Map<string, Set<number>>();
    let told: unknown;
    await until('all connections', async () => {
      users.clear();
      const seen = await new Outgoing([port], '/proc', 256, 2).look('all');
      told = seen.at(-1);
      for (const each of seen.flatMap((table) => ('connections' in table ? table.connections : [])))
        users.set(each.network, (users.get(each.network) ?? new Set()).add(each.uid));
      return [...users.values()].some((uids) => uids.has(0));
    });
    for (const child of [user, other]) child.process.kill('SIGKILL');
    expect([...users.values()].filter((uids) => uids.has(1000)).length).toBeLessThanOrEqual(2);
    expect(told).toEqual({
      kind: 'failed',
      why: 'a user has more than 2 networks of processes: the others of that user are not looked at',
    });
  });

  test('sees nothing of a process that has gone', async () => {
    expect(await new Outgoing([25]).around(2 ** 22 + 1)).toEqual({
      kind: 'connections',
      connections: [],
      extent: 'all',
    });
  });
});

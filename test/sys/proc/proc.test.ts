/** Facts about real processes, and the peers of their real sockets. */
import {afterEach, describe, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import {mailerPids} from '../../../src/sys/proc/mailers.js';
import {ageSeconds, writtenBytesOf} from '../../../src/sys/proc/snapshot.js';
import type {SocketEntry} from '../../../src/net/socket-table.js';
import {processFacts, SocketTables} from '../../../src/sys/proc/proc.js';
import {start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';

/** For what is read of a process beside its sockets. */
const noSockets = (): SocketEntry[] => [];

const newDir = tempDirs();
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const acceptor = `
  const server = require('net').createServer(() => console.log('accepted'));
  server.listen({host: process.argv[1], port: 0}, () => console.log(server.address().port));`;

async function acceptFrom(
  listen: string,
  connect: string,
): Promise<{pid: number; local: net.Socket; port: number}> {
  const child = start(process.execPath, ['-e', acceptor, listen]);
  children.push(child.process);
  await until('a port', () => child.output().includes('\n'));
  const port = Number(child.output());
  const local = net.createConnection({host: connect, port});
  await until('accepted', () => child.output().includes('accepted'));
  return {pid: child.process.pid ?? 0, local, port};
}

const hasV6 = fs.existsSync('/proc/net/if_inet6');
const ways: [string, string, string, string][] = [
  ['IPv4', '127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ...(hasV6
    ? ([
        ['IPv6', '::1', '::1', '::1'],
        ['IPv4 on a socket for both', '::', '127.0.0.1', '127.0.0.1'],
      ] as [string, string, string, string][])
    : []),
];

describe('sockets', () => {
  test.each(ways)(
    'the peer of an accepted connection over %s',
    async (_, listen, connect, peer) => {
      const {pid, local, port} = await acceptFrom(listen, connect);
      const facts = processFacts(pid, new SocketTables(port).find);
      local.destroy();
      const accepted = facts?.sockets.filter(({remote}) => remote.text === peer);
      expect(accepted).toHaveLength(1);
      expect(accepted?.[0]?.localPort).toBe(port);
      expect(processFacts(pid, noSockets)?.sockets).toEqual([]);
    },
  );

  const both = `
    const net = require('net');
    const other = net.createServer().listen(0, '127.0.0.1', () => {
      const server = net.createServer(() => console.log('accepted'));
      const listen = () => server.listen({host: '::1', port: 0}, () => console.log(server.address().port));
      net.createConnection(other.address().port, '127.0.0.1').on('connect', listen);
    });`;
  test('of both families in one process', async () => {
    const child = start(process.execPath, ['-e', both]);
    children.push(child.process);
    await until('a port', () => child.output().includes('\n'));
    const port = Number(child.output());
    const tables = new SocketTables(port);
    processFacts(child.process.pid ?? 0, tables.find); // remembers all but the client's
    const local = net.createConnection({host: '::1', port});
    await until('accepted', () => child.output().includes('accepted'));
    const clientOf = (find: SocketTables['find']): unknown =>
      processFacts(child.process.pid ?? 0, find)?.sockets.filter(
        ({localPort, remote}) => localPort === port && remote.text === '::1',
      );
    const found = [clientOf(new SocketTables(port).find), clientOf(tables.find)];
    local.destroy();
    expect(found).toMatchObject([[{localPort: port}], [{localPort: port}]]);
  });

  test('of a process that opens and closes files all the while', async () => {
    const busy = `${acceptor} const fs = require('fs');
      setImmediate(function again() { for (let i = 0; i < 50; i++) fs.closeSync(fs.openSync('/dev/null')); setImmediate(again); });`;
    const child = start(process.execPath, ['-e', busy, '127.0.0.1']);
    children.push(child.process);
    await until('a port', () => child.output().includes('\n'));
    const local = net.createConnection({host: '127.0.0.1', port: Number(child.output())});
    await until('accepted', () => child.output().includes('accepted'));
    let misses = 0;
    for (let i = 0; i < 80; i++) {
      const facts = processFacts(child.process.pid ?? 0, new SocketTables(25).find);
      if (!facts?.sockets.some(({remote}) => remote.text === '127.0.0.1')) misses += 1;
    }
    local.destroy();
    expect(misses).toBe(0);
  });

  test('of this process, which has one descriptor open just to look', () => {
    expect(processFacts(process.pid, new SocketTables(25).find)?.pid).toBe(process.pid);
  });
});

describe('the bytes that a process has written', () => {
  test('are known of one that has a client, and grow with each write, at once', async () => {
    const {pid, local, port} = await acceptFrom('127.0.0.1', '127.0.0.1');
    const find = new SocketTables(port).find;
    const before = processFacts(pid, find)?.writtenBytes;
    const own = writtenBytesOf(process.pid)!;
    fs.writeSync(fs.openSync('/dev/null', 'w'), Buffer.alloc(5000));
    expect(writtenBytesOf(process.pid)! - own).toBeGreaterThanOrEqual(5000);
    expect(before).toBeGreaterThan(0);
    local.destroy();
    expect(processFacts(pid, noSockets)).not.toHaveProperty('writtenBytes', expect.anything());
  });

  test('are not known of one that is gone', () => {
    for (const pid of [2 ** 30, 0, -1]) expect(writtenBytesOf(pid)).toBeUndefined();
  });
});

describe('a process', () => {
  test('its program, its owner, and when it was started', async () => {
    const beforeMs = Date.now();
    const child = spawn('sleep', ['30']);
    children.push(child);
    await until('running', () => processFacts(child.pid ?? 0, noSockets)?.title === 'sleep');
    const facts = processFacts(child.pid ?? 0, new SocketTables(25).find);
    expect(facts?.executable.path).toMatch(/\/(?:sleep|coreutils)$/);
    expect(facts?.executable.owner).toBe('root');
    expect(Math.abs((facts?.startedMs ?? 0) - beforeMs)).toBeLessThan(1500);
    expect(facts?.sockets).toEqual([]);
  });

  test('that is gone gives no facts', async () => {
    const child = spawn('true');
    await new Promise((resolve) => child.on('exit', resolve));
    for (const pid of [child.pid ?? 0, 2 ** 30, 0, -1]) {
      expect(processFacts(pid, new SocketTables(25).find)).toBeUndefined();
    }
  });

  test('that has ended but is not waited for gives no facts', async () => {
    const child = start('perl', ['-e', '$| = 1; if (my $p = fork) { print "$p\\n"; sleep 30 }']);
    children.push(child.process);
    await until('a pid', () => child.output().includes('\n'));
    const pid = Number(child.output());
    await until('ended', () => fs.readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z '));
    expect(processFacts(pid, new SocketTables(25).find)).toBeUndefined();
  });

  test('its title and its age, whatever name it has', async () => {
    const folder = newDir();
    const program = `${folder}/a) S 1 (b`;
    fs.copyFileSync('/bin/sleep', program);
    const child = spawn(program, ['30'], {argv0: 'sendmail: x192-0-2-7 cmd read'});
    children.push(child);
    const title = (): string | undefined => processFacts(child.pid ?? 0, noSockets)?.title;
    await until('running', () => title()?.startsWith('sendmail: ') === true);
    const facts = processFacts(child.pid ?? 0, noSockets);
    expect(facts?.title).toBe('sendmail: x192-0-2-7 cmd read');
    expect(Math.abs((facts?.startedMs ?? 0) - Date.now())).toBeLessThan(5000);
    const ages = [facts, processFacts(1, noSockets)].map((each) =>
      ageSeconds(each?.startTicks ?? -1),
    );
    expect(ages[0]).toBeGreaterThanOrEqual(-0.01);
    expect(ages[0]).toBeLessThan(5);
    expect(ages[1]).toBeGreaterThan(ages[0] ?? 0);
  });

  test('that runs a program called sendmail is found; a title makes no sendmail', async () => {
    const copy = `${newDir()}/sendmail`;
    fs.copyFileSync('/bin/sleep', copy);
    const [named, titled] = [
      spawn(copy, ['30'], {argv0: 'x'}),
      spawn('sleep', ['30'], {argv0: 'sendmail: MTA: server [192.0.2.7] cmd read'}),
    ];
    children.push(named, titled);
    const found = async (): Promise<number[]> => {
      const pids: number[] = [];
      for await (const pid of mailerPids(sendmail.isProgram)) pids.push(pid);
      return pids;
    };
    await until('running', () => fs.readlinkSync(`/proc/${named.pid ?? 0}/exe`) === copy);
    // An ordinary user's is nobody's mailer.
    const isSystem = (process.getuid?.() ?? 0) < 1000;
    expect((await found()).includes(named.pid ?? 0)).toBe(isSystem);
    expect(await found()).not.toContain(titled.pid);
  });
});

/** What a process shows of itself just before it is to be ended. */
import {afterEach, expect, test} from '@jest/globals';
import {type ChildProcess} from 'node:child_process';
import net from 'node:net';
import {Candidates, SocketTables} from '../../../src/sys/proc/proc.js';
import {servingProcess} from '../../../src/sys/proc/session-process.js';
import {type Child, start} from '../../support/child.js';
import {until} from '../../support/temp.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Takes one connection, listens on or not, and does what it reads on its standard input. */
const servant = `use Socket; $^F = 255; $| = 1;
  socket(my $l, AF_INET, SOCK_STREAM, 0); bind($l, pack_sockaddr_in(0, inet_aton('127.0.0.1'))); listen($l, 5);
  print '' . (unpack_sockaddr_in(getsockname($l)))[0] . "\\n"; accept(my $s, $l); close $l if $ARGV[0] eq 'serves'; print "accepted\\n";
  while (<STDIN>) { if (/close/) { close $s } elsif (/exec/) { print "gone\\n"; exec('sleep', '600') } print "\\ndone\\n" }`;

async function served(how: 'serves' | 'listens') {
  const child: Child = start('perl', ['-e', servant, how]);
  children.push(child.process);
  await until('a port', () => child.output().includes('\n'));
  const port = Number(child.output());
  const local = net.createConnection({host: '127.0.0.1', port});
  await until('accepted', () => child.output().includes('accepted'));
  const tables = new SocketTables(port);
  const candidates = new Candidates(tables.find, () => true);
  const pid = child.process.pid ?? 0;
  expect(candidates.of({pid, numberedBy: 'host'})[0]?.sockets).toHaveLength(1);
  return {
    look: () => servingProcess(candidates, tables, pid),
    say: async (word: string, answer = 'done') => {
      child.process.stdin.write(`${word}\n`);
      await until('it to be done', () => child.output().includes(answer));
    },
    end: async () => {
      child.process.kill('SIGKILL');
      await until('its end', () => child.process.signalCode !== null);
    },
    hangUp: () => local.destroy(),
  };
}

test.each(['serves', 'listens'] as const)(
  'the program that began it, and that it %s',
  async (how) => {
    const {look, hangUp} = await served(how);
    const now = look();
    hangUp();
    expect(now).toMatchObject({role: how, network: 'ours', parentPid: process.pid});
    expect(now?.sockets).toHaveLength(1);
  },
);

test('a socket that is closed by now', async () => {
  const {look, say, hangUp} = await served('serves');
  await say('close');
  const now = look();
  hangUp();
  expect(now?.sockets).toEqual([]);
});

test('another program by now, with the same socket', async () => {
  const {look, say, hangUp} = await served('serves');
  await say('exec', 'gone');
  await until('it', () => /sleep|coreutils|busybox/.test(look()?.executable.path ?? ''));
  expect(look()?.sockets).toHaveLength(1);
  hangUp();
});

test('nothing of one that is gone', async () => {
  const {look, end, hangUp} = await served('serves');
  await end();
  expect(look()).toBeUndefined();
  hangUp();
});

/** A process that was looked at a moment ago is only compared: whatever matters of it must show at once. */
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

/** Takes one connection, listens no more, and does what it is told on its standard input. */
const servant = `use Socket; $^F = 255; $| = 1;
  socket(my $l, AF_INET, SOCK_STREAM, 0); bind($l, pack_sockaddr_in(0, inet_aton('127.0.0.1'))); listen($l, 5);
  print '' . (unpack_sockaddr_in(getsockname($l)))[0] . "\\n"; accept(my $s, $l); close $l if $ARGV[0] eq 'serves'; print "accepted\\n";
  while (<STDIN>) {
    if (/close/) { close $s } elsif (/exec/) { print "gone\\n"; exec('sleep', '600') } else { $0 = 'busy'; print STDOUT 'x' x 50 }
    print "\\ndone\\n" }`;

async function served(how: 'serves' | 'listens') {
  const child: Child = start('perl', ['-e', servant, how]);
  children.push(child.process);
  await until('a port', () => child.output().includes('\n'));
  const port = Number(child.output());
  const local = net.createConnection({host: '127.0.0.1', port});
  await until('accepted', () => child.output().includes('accepted'));
  const tables = new SocketTables(port);
  const candidates = new Candidates(tables.find, () => true);
  const question = {pid: child.process.pid ?? 0, numberedBy: 'host'} as const;
  return {
    see: () => candidates.of(question)[0],
    serving: () => servingProcess(candidates, tables, question, () => true),
    tell: async (word: string, answer = 'done') => {
      child.process.stdin.write(`${word}\n`);
      await until('it to be done', () => child.output().includes(answer));
    },
    end: () => local.destroy(),
  };
}

test('its title and what it has written', async () => {
  const {see, tell, end} = await served('serves');
  const before = see();
  expect(before?.sockets).toHaveLength(1);
  await tell('work');
  const now = see();
  end();
  expect([now?.title, now?.startTicks]).toEqual(['busy', before?.startTicks]);
  expect(now!.writtenBytes! - before!.writtenBytes!).toBeGreaterThanOrEqual(50);
  expect(now?.sockets).toEqual(before?.sockets);
});

test('that its socket is closed', async () => {
  const {see, tell, end} = await served('serves');
  expect(see()?.sockets).toHaveLength(1);
  await tell('close');
  const now = see();
  end();
  expect(now?.sockets).toEqual([]);
});

test('that it runs another program, which has the socket still', async () => {
  const {see, tell, end} = await served('serves');
  expect(see()?.executable.path).toMatch(/perl/);
  await tell('exec', 'gone');
  await until('the other program', () =>
    /sleep|coreutils|busybox/.test(see()?.executable.path ?? ''),
  );
  const now = see();
  end();
  expect(now?.sockets).toHaveLength(1);
});

test.each(['serves', 'listens'] as const)('whether it takes connections: %s', async (how) => {
  const {see, serving, end} = await served(how);
  see();
  const role = serving()?.role;
  end();
  expect(role).toBe(how);
});

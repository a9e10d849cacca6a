/**
 * The reaper on real sockets and processes, and what happens between its two looks. Programs called
 * sendmail are copies of perl that root owns, in a network of their own: only by the idle rule, which
 * sees nobody outside of it.
 */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {describeInNamespace, type Namespace} from '../../support/kernel/namespace.js';
import {bundle, type Child, start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
let folder: string;
let script: string;
const started: Child[] = [];

const reaperScript = `
  import {sendmail} from './src/mail/sendmail/dialect.js';
  import {Reaper} from './src/sessions/live/reaper.js';
  import {stuckText} from './src/sessions/reap.js';
  const settings = {idleCmdRead: 1, maxRuntimeCmdRead: 0, ports: [25], dryRun: false};
  const reaper = new Reaper(settings, {
    say: (level, message) => console.log(level + ' ' + message),
    onReaped: (stuck) => console.log('reaped ' + stuck.pid + ' ' + stuck.named?.proof),
    isOver: () => process.argv[2] === 'over',
  }, sendmail);
  await reaper.reap();
  console.log('done');`;

/** Serves one client, with a sendmail's title: is at work when it gets SIGUSR1. */
const server = `
  use Socket qw(:all); $| = 1;
  socket(my $l, PF_INET, SOCK_STREAM, 0); setsockopt($l, SOL_SOCKET, SO_REUSEADDR, 1);
  bind($l, sockaddr_in(25, INADDR_ANY)) or die $!; listen($l, 5);
  socket(my $c, PF_INET, SOCK_STREAM, 0); bind($c, sockaddr_in(0, inet_aton('203.0.113.7'))) or die $!;
  connect($c, sockaddr_in(25, inet_aton('203.0.113.1'))) or die $!; accept(my $s, $l);
  close $l unless $ARGV[0] eq 'listens';
  my $pid = fork; if (!$pid) { close $_ for $s, STDOUT, STDERR; syswrite $c, 'x' while <STDIN>; exit }
  close $c; $0 = 'sendmail: MTA: server [203.0.113.7] cmd read';
  $SIG{USR1} = sub { $0 = 'sendmail: MTA: 6ALBjJc0000152 [203.0.113.7]: DATA' };
  print "$$\\n"; sleep 60 while 1;`;

beforeEach(() => {
  folder = newDir();
  fs.copyFileSync('/usr/bin/perl', join(folder, 'sendmail'));
  script = bundle(folder, reaperScript);
});
afterEach(() => {
  for (const child of started.splice(0)) child.process.kill('SIGKILL');
});

function run(namespace: Namespace, program: string, ...words: string[]): Child {
  const [first = '', ...rest] = namespace.enter(program, words);
  const child = start(first, rest);
  started.push(child);
  return child;
}

/** A process that has waited for more than a second. */
async function stuck(namespace: Namespace, way = 'serves'): Promise<{child: Child; pid: number}> {
  for (const address of ['203.0.113.1', '203.0.113.7']) {
    namespace.run('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo']);
  }
  namespace.run('ip', ['link', 'set', 'lo', 'up']);
  const child = run(namespace, join(folder, 'sendmail'), '-e', server, way);
  await until('its pid', () => child.output().includes('\n'));
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return {child, pid: Number(child.output())};
}

/** @param between what is done at the second call of `ss` */
async function reap(namespace: Namespace, between = '', ...words: string[]): Promise<string[]> {
  const real = fs.realpathSync(['/usr/bin/ss', '/bin/ss', '/sbin/ss'].find(fs.existsSync) ?? '');
  const tool = join(folder, 'tool');
  const second = `if [ -e ${folder}/called ]; then ${between || ':'}; fi; : >${folder}/called`;
  fs.writeFileSync(tool, `#!/bin/sh\n${second}\nexec ${folder}/ss "$@"\n`, {mode: 0o755});
  const mount = `cp ${real} ${folder}/ss; mount --bind ${tool} ${real} && exec "$@"`;
  const node = [process.execPath, '--no-warnings', script, ...words];
  const child = run(namespace, 'unshare', '--mount', 'sh', '-c', mount, 'sh', ...node);
  expect(await child.ended).toBe(0);
  return child.output().split('\n').filter(Boolean);
}

describe('the reaper', () => {
  describeInNamespace('on real processes', 'default', (namespace) => {
    test('ends one that is stuck, and names its client by its socket', async () => {
      const {child, pid} = await stuck(namespace);
      expect(await reap(namespace)).toEqual([`reaped ${pid} kernel`, 'done']);
      expect(await child.ended).toBe('SIGTERM');
    });

    test('not one whose client has sent something since the first look', async () => {
      const {child} = await stuck(namespace);
      const moved = join(folder, 'moved');
      const waiting = reap(namespace, `: >${moved}; sleep 0.6`);
      await until('the second look', () => fs.existsSync(moved));
      child.process.stdin.write('\n');
      expect(await waiting).toEqual(['done']);
      expect(child.process.signalCode).toBeNull();
    });

    test('not one that is at work since the first look', async () => {
      const {child, pid} = await stuck(namespace);
      expect(await reap(namespace, `kill -USR1 ${pid}; sleep 0.6`)).toEqual(['done']);
      expect(child.process.signalCode).toBeNull();
    });

    test('not one that can take connections', async () => {
      const {child} = await stuck(namespace, 'listens');
      expect(await reap(namespace)).toEqual(['done']);
      expect(child.process.signalCode).toBeNull();
    });

    test('nobody when the life of the daemon is over', async () => {
      const {child} = await stuck(namespace);
      expect(await reap(namespace, '', 'over')).toEqual(['done']);
      expect(child.process.signalCode).toBeNull();
    });

    test('nobody when ss prints without end, and a warning says so', async () => {
      const {child} = await stuck(namespace);
      fs.writeFileSync(join(folder, 'called'), '');
      const said = await reap(namespace, 'exec yes 0 0 192.0.2.1:25 203.0.113.7:46306 ino:1');
      const why =
        /^warning idle sendmail processes are not found: ss: .*; blocksmtp says this once$/;
      expect(said).toEqual([expect.stringMatching(why), 'done']);
      expect(child.process.signalCode).toBeNull();
    });
  });
});

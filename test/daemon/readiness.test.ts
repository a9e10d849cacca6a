/** What the service manager gets to know, by a real socket and the real systemd-notify. */
import {afterEach, expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {Readiness} from '../../src/daemon/readiness.js';
import {type ServiceManager, takeServiceManager} from '../../src/sys/run/service-manager.js';
import {type Child, start} from '../support/child.js';
import {tempDirs, until} from '../support/temp.js';
import {whereAvailable} from '../support/where-available.js';

const newDir = tempDirs();
afterEach(() => void jest.useRealTimers());

const life = (status: string, said: string[] = []) => ({
  status: () => status,
  say: (level: string, message: string): void => void said.push(`${level} ${message}`),
});

test('where no manager listens nothing is sent', async () => {
  const environment = {WATCHDOG_USEC: '4000000', PATH: '/bin'};
  expect(takeServiceManager(environment)).toBeUndefined();
  expect(environment).toEqual({PATH: '/bin'});
  const readiness = new Readiness(undefined);
  readiness.ready(life('x'));
  await readiness.close();
});

test('no child hears of the manager, and only our own watchdog counts', () => {
  const given = {NOTIFY_SOCKET: '/s', WATCHDOG_USEC: '4000000', WATCHDOG_PID: String(process.pid)};
  const environment = {...given};
  expect(takeServiceManager(environment)?.watchdogMs).toBe(4000);
  expect(environment).toEqual({});
  expect(takeServiceManager({...given, WATCHDOG_PID: '1'})?.watchdogMs).toBeUndefined();
  expect(takeServiceManager({...given, WATCHDOG_USEC: 'x'})?.watchdogMs).toBeUndefined();
  expect(takeServiceManager({...given, NOTIFY_SOCKET: ''})).toBeUndefined();
});

test('signs of life come four times in the time, from the first ready life on, until the end', async () => {
  jest.useFakeTimers();
  const told: string[] = [];
  const manager: ServiceManager = {
    watchdogMs: 120_000,
    tell: (status) => {
      told.push(status);
      return Promise.resolve({kind: 'done', stdout: ''});
    },
  };
  const readiness = new Readiness(manager);
  await jest.advanceTimersByTimeAsync(200_000);
  expect(told).toEqual([]);
  readiness.ready(life('a'));
  await jest.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(['a', 'a', 'a']);
  readiness.ready(life('b'));
  await jest.advanceTimersByTimeAsync(30_000);
  expect(told.slice(3)).toEqual(['b', 'b']);
  await readiness.close();
  await jest.advanceTimersByTimeAsync(600_000);
  expect(told).toHaveLength(5);
});

test('a failure is logged once, and harms nothing', async () => {
  jest.useFakeTimers();
  const said: string[] = [];
  const failed = {kind: 'missing', why: 'no such program', exitCode: undefined} as const;
  const manager = {watchdogMs: 4000, tell: () => Promise.resolve(failed)};
  const readiness = new Readiness(manager);
  readiness.ready(life('a', said));
  await jest.advanceTimersByTimeAsync(20_000);
  expect(said).toEqual([
    expect.stringMatching(/^warning .*cannot tell the service manager .*no such program/),
  ]);
  await readiness.close();
});

const socketTest = whereAvailable({tools: ['systemd-notify', 'perl']});
let listener: Child | undefined;
afterEach(() => void listener?.process.kill('SIGKILL'));

/** Prints each message; Node has no datagram sockets. */
const listenerScript = `use IO::Socket::UNIX; $| = 1;
  my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die;
  print "listens\\n"; while (defined $s->recv(my $m, 4096)) { print "$m\\n--\\n"; }`;

const daemonTest = whereAvailable({
  root: true,
  tools: ['systemd-notify', 'perl', 'flock'],
  works: ['unshare', '--net', 'true'],
});

daemonTest('a firewall that refuses delays the word, and does not keep it back', async () => {
  const folder = newDir();
  const path = (name: string): string => join(folder, name);
  for (const name of ['mail.log', 'whitelist']) fs.writeFileSync(path(name), '');
  for (const tool of ['iptables', 'ip6tables'].flatMap((each) => [each, `${each}-save`]))
    fs.writeFileSync(path(tool), '#!/bin/sh\nexit 1\n', {mode: 0o755});
  const lines = [
    `state_dir = "${path('state')}"`,
    `control_socket = "${path('socket')}"`,
    `syslog_msgs_file = "${path('mail.log')}"`,
    `white_list = "${path('whitelist')}"`,
    'outbound = "off"',
  ];
  fs.writeFileSync(path('settings'), lines.join('\n'));
  const heard = start('perl', ['-e', listenerScript, path('notify')]);
  listener = heard;
  await until('the socket', () => heard.output().includes('listens'));
  const words = ['--net', process.execPath, 'dist/blocksmtp.js', 'run'];
  const daemon = start('unshare', [...words, `--config=${path('settings')}`], {
    NOTIFY_SOCKET: path('notify'),
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
  });
  try {
    await until('the word', () => heard.output().includes('READY=1'));
    expect(heard.output()).toMatch(/STATUS=0 blocks; .*IPv4 FAILING: /);
  } finally {
    daemon.process.kill('SIGKILL');
    await daemon.ended;
  }
});

socketTest('a message is one line of status, whatever is in it', async () => {
  const path = join(newDir(), 'notify');
  const made = start('perl', ['-e', listenerScript, path]);
  listener = made;
  await until('the socket', () => made.output().includes('listens'));
  const manager = takeServiceManager({NOTIFY_SOCKET: path});
  void manager?.tell(`a\nMAINPID=1 "$(id)" ${'x'.repeat(1000)}`);
  await until('the message', () => made.output().includes('WATCHDOG=1'));
  expect(made.output()).toMatch(/READY=1\nSTATUS=a MAINPID=1 "\$\(id\)" x{200,300}\nWATCHDOG=1\n/);
});

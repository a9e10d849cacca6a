/**
 * The watch on outgoing mail, on the real kernel, with real processes in a network namespace: what the watch sees of
 * each, with the kernel's trace and with its socket tables alone.
 */
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest} from '@jest/globals';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {parseNetwork} from '../../../src/net/network.js';
import {OutgoingMemory} from '../../../src/outgoing/live/memory.js';
import {mostDestinations} from '../../../src/outgoing/warn/limits.js';
import type {Observed} from '../../../src/outgoing/watch/observation.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {openSenders, remote, type Senders, startWatching, type Watching} from './senders.js';

const test = whereAvailable({
  root: true,
  tools: ['unshare', 'nsenter', 'setpriv', 'ip', 'perl', 'gcc'],
  works: ['unshare', '--net', 'ls', '/sys/kernel/tracing/instances'],
});
const newFolder = tempDirs();
const user = 4711;
const port = 2625;

/** A script that connects, and stays longer than any wait of a test. */
const script = (address: string): string => `
use IO::Socket::IP;
$socket = IO::Socket::IP->new(PeerHost => '${address}', PeerPort => ${port}) or die $@;
sleep 150;`;

/** A program that connects and ends a moment later. With an argument it waits for no answer. */
const canary = `
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int words, char **word) {
  int fd = socket(AF_INET, SOCK_STREAM | (words > 2 ? SOCK_NONBLOCK : 0), 0);
  struct sockaddr_in to = {AF_INET, htons(${port})};
  inet_pton(AF_INET, "${remote[4]}", &to.sin_addr);
  unlink(word[0]);
  connect(fd, (void *)&to, sizeof to);
  if (words > 1 && word[1][0] == 's') sleep(30);
  _exit(0);
}`;

describe.each(['all', 'tables'] as const)('the watch, by %s', (sources) => {
  let senders: Senders;
  let watching: Watching;
  let folder: string;

  beforeEach(async () => {
    senders = await openSenders(port);
    watching = await startWatching(port, sources);
    folder = newFolder();
    fs.chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    await watching.stop();
    senders.close();
  });

  const put = (name: string, text: string): string => {
    fs.writeFileSync(join(folder, name), text, {mode: 0o755});
    return join(folder, name);
  };
  const others = (): Observed[] => watching.seen.filter(({standing}) => standing !== 'allowed');
  const seenOf = async (pid: number | undefined): Promise<Observed> => {
    const isIt = ({sighting}: Observed): boolean => sighting.owner?.pid === pid;
    await until('it is seen', () => watching.seen.some(isIt));
    return watching.seen.find(isIt)!;
  };
  const one = async (): Promise<Observed['sighting']> => {
    await until('a sighting', () => others().length > 0);
    return others()[0]!.sighting;
  };

  test('a perl script of a web server’s user', async () => {
    const file = put('form.pl', script(remote[4]));
    const {pid} = senders.start(user, 'perl', [file, 'x\n[y'], folder);
    const {sureness, connection, owner} = await one();
    expect(sureness).toBe('certain');
    expect(owner).toMatchObject({
      ...{pid, uid: user, user: String(user), directory: folder, script: file},
      ...{command: 'perl', commandLine: ['perl', file, 'x\n[y']},
    });
    expect(owner?.executable).toMatch(/\/perl$/);
    expect(owner?.parents.map((parent) => parent.pid)).toContain(process.pid);
    expect(Math.abs(owner!.startedMs - Date.now())).toBeLessThan(10_000);
    expect([connection.remote.text, connection.remotePort, connection.uid]).toEqual([
      remote[4],
      port,
      user,
    ]);
    await until('a warning', () => watching.warnings.length > 0);
    expect(watching.warnings).toMatchObject([{times: 1, sighting: {owner: {pid}}}]);
    expect([...watching.rows.values()]).toMatchObject([
      {standing: 'other', directory: folder, script: file, connections: 1, pid},
    ]);
  });

  test('one over IPv6', async () => {
    const {pid} = senders.start(user, 'perl', [put('form.pl', script(remote[6]))]);
    const {sureness, connection, owner} = await one();
    expect([sureness, connection.remote.text, owner?.pid]).toEqual(['certain', remote[6], pid]);
  });

  test('an allowed sender is counted, and leads to no warning', async () => {
    senders.start(4712, 'perl', [put('form.pl', script(remote[4]))]);
    await until('it is seen', () => watching.seen.length > 0);
    expect(watching.seen).toMatchObject([{standing: 'allowed', sighting: {owner: {uid: 4712}}}]);
    expect(watching.warnings).toEqual([]);
    expect([...watching.rows.values()]).toMatchObject([{standing: 'allowed', connections: 1}]);
  });

  test('a program allowed by hand leads to no more warnings', async () => {
    const file = put('form.pl', script(remote[4]));
    senders.start(user, 'perl', [file]);
    watching.outbound.allowed.allow(await one(), 'alice at the desktop');
    expect(watching.said.at(-1)).toEqual([
      'notice',
      `${user}:/usr/bin/perl is allowed until the daemon ends, as alice at the desktop asked; for good: allowed_senders`,
    ]);
    const {pid} = senders.start(user, 'perl', [file]);
    expect((await seenOf(pid)).standing).toBe('allowed');
    // Also after the users' numbers were looked up again.
    const now = performance.now.bind(performance);
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const later = senders.start(user, 'perl', [file]);
    expect((await seenOf(later.pid)).standing).toBe('allowed');
    clock.mockRestore();
  });

  test('a program allowed by hand stays so over a reload', async () => {
    await watching.stop();
    const memory = new OutgoingMemory();
    watching = await startWatching(port, sources, {}, memory);
    const file = put('form.pl', script(remote[4]));
    senders.start(user, 'perl', [file]);
    watching.outbound.allowed.allow(await one(), 'alice at the desktop');
    await watching.stop();
    watching = await startWatching(port, sources, {}, memory);
    const {pid} = senders.start(user, 'perl', [file]);
    expect((await seenOf(pid)).standing).toBe('allowed');
  });

  test('connections to an allowed destination are not reported', async () => {
    await watching.stop();
    const allowedDestinations = [parseNetwork(remote[4])!];
    watching = await startWatching(port, sources, {allowedDestinations});
    const {pid} = senders.start(user, 'perl', [put('form.pl', script(remote[4]))]);
    expect((await seenOf(pid)).standing).toBe('allowed');
    const other = senders.start(user, 'perl', [put('form6.pl', script(remote[6]))]);
    expect((await seenOf(other.pid)).standing).toBe('other');
    await until('a warning', () => watching.warnings.length > 0);
    expect(watching.warnings).toMatchObject([{sighting: {owner: {pid: other.pid}}}]);
  });

  test('at the end all connections seen are reported, with the remote’s name or without', async () => {
    const {pid} = senders.start(user, 'perl', [put('form.pl', script(remote[4]))]);
    await seenOf(pid);
    await watching.stop();
    expect(watching.warnings).toMatchObject([{sighting: {owner: {pid}}}]);
  });

  test('a spammer who forks: each child by its own number', async () => {
    const forking = `for (1..5) { next if fork; ${script(remote[4])} exit } sleep 30;`;
    const parent = senders.start(user, 'perl', [put('spam.pl', forking)]);
    await until('all five', () => others().length >= 5);
    const pids = others().map(({sighting}) => sighting.owner?.pid);
    expect(new Set(pids).size).toBe(5);
    for (const {sighting} of others()) {
      expect(sighting).toMatchObject({sureness: 'certain', owner: {command: 'perl'}});
      expect(sighting.owner?.parents[0]?.pid).toBe(parent.pid);
    }
    await until('a warning', () => watching.warnings.length > 0);
    expect(watching.warnings).toHaveLength(1);
  });

  test('a program that deletes itself', async () => {
    const source = put('canary.c', canary);
    const program = join(folder, 'canary');
    execFileSync('gcc', ['-static', '-o', program, source]);
    fs.chmodSync(folder, 0o777);
    const {pid} = senders.start(user, program, ['stay'], folder);
    const {owner, sureness} = await one();
    expect([sureness, owner?.pid]).toEqual(['certain', pid]);
    expect(owner?.executable).toBe(`${program} (deleted)`);
    expect(fs.existsSync(program)).toBe(false);
  });

  test('one in a container: its number here, and none of our names', async () => {
    const file = put('form.pl', script(remote[4]));
    const spaces = ['--pid', '--fork', '--mount-proc', '--kill-child'];
    senders.start(0, 'unshare', [
      ...spaces,
      'setpriv',
      '--reuid',
      '4712',
      'unshare',
      '--user',
      'perl',
      file,
    ]);
    const {owner, sureness} = await one();
    // The user is allowed, but in another user namespace the number proves nothing.
    expect([sureness, owner?.uid, owner?.script]).toEqual(['certain', 4712, file]);
    const inside = fs.readFileSync(`/proc/${owner!.pid}/status`, 'latin1');
    expect(/^NSpid:\t(\d+)\t(\d+)$/m.exec(inside)?.[1]).toBe(String(owner!.pid));
  });

  test('a thousand connections at once', async () => {
    const many = `use IO::Socket::IP;
      for (1..1000) { push @all, IO::Socket::IP->new(PeerHost => '${remote[4]}', PeerPort => ${port}) or die $@ } sleep 150;`;
    const {pid} = senders.start(user, 'perl', [put('many.pl', many)]);
    await until('all of them', () => others().length >= 1000);
    expect(others().length).toBe(1000);
    expect(others().every(({sighting}) => sighting.owner?.pid === pid)).toBe(true);
    const keys = new Set(others().map(({sighting}) => sighting.connection.localPort));
    expect(keys.size).toBe(1000);
    await until('a warning', () => watching.warnings.length > 0);
    expect(watching.warnings.length).toBeLessThanOrEqual(mostDestinations);
    expect([...watching.rows.values()]).toMatchObject([{connections: 1000}]);
  });
});

test('a user who is allowed and does not exist is logged when the watch begins', async () => {
  const allowedSenders = ['no-such-user:*', 'root:*'];
  const watching = await startWatching(port, 'tables', {allowedSenders});
  await watching.stop();
  const told = watching.said.filter(([, message]) => message.startsWith('allowed_senders'));
  expect(told).toEqual([['warning', expect.stringContaining('no user "no-such-user"')]]);
});

describe('a program that connects and is gone', () => {
  let senders: Senders;
  let watching: Watching | undefined;
  beforeAll(async () => {
    senders = await openSenders(port);
  });
  afterEach(() => watching?.stop());
  afterAll(() => senders.close());

  test('is reported by the kernel, each with its number and no other name', async () => {
    watching = await startWatching(port, 'all');
    const folder = newFolder();
    fs.chmodSync(folder, 0o755);
    fs.writeFileSync(join(folder, 'c.c'), canary);
    execFileSync('gcc', ['-static', '-o', join(folder, 'canary'), join(folder, 'c.c')]);
    const pids = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const program = join(folder, `canary-${i}`);
      fs.copyFileSync(join(folder, 'canary'), program);
      const child = senders.start(user, program, i % 2 === 0 ? [] : ['do', 'not', 'wait']);
      pids.add(child.pid ?? 0);
      await new Promise((resolve) => child.on('exit', resolve));
    }
    const {seen} = watching;
    const seenPids = (): Set<unknown> => new Set(seen.map(({sighting}) => sighting.owner?.pid));
    await until('all of them', () => seenPids().size >= 20);
    expect(seenPids()).toEqual(pids);
    for (const {sighting} of seen) {
      const {executable = '', command = ''} = sighting.owner ?? {};
      // Before the exec of the canary the process was setpriv, which does not connect.
      expect(command).toMatch(/^canary-\d+$/);
      expect(executable === '' || executable.startsWith(`${folder}/${command}`)).toBe(true);
      expect(['gone', 'told', 'certain']).toContain(sighting.sureness);
    }
  });
});

/** Who a process is, as the kernel tells; real processes. */
import {afterEach, describe, expect, jest, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import {join} from 'node:path';
import {longestGapMs} from '../../../src/outgoing/egress/rules.js';
import {mostPending} from '../../../src/outgoing/live/event-observer.js';
import {mostAtOnce, mostWaiting, OwnerBook} from '../../../src/outgoing/live/owner-book.js';
import {isAllowed} from '../../../src/outgoing/allowed.js';
import {parseAddress} from '../../../src/net/address.js';
import type {Observation} from '../../../src/outgoing/watch/observation.js';
import {
  describe as describeProcess,
  type OwnerSources,
  runsFileAt,
} from '../../../src/sys/proc/owners.js';
import {
  holdersOf,
  holdsStill,
  Kinship,
  longestSearchMs,
  mostDescriptors,
  mostDescriptorsOfUser,
  mostHolders,
  socketsOf,
} from '../../../src/sys/proc/sockets/socket-holders.js';
import {BootClock, glanceAt, isAlive} from '../../../src/sys/proc/snapshot.js';
import {Users} from '../../../src/sys/proc/users.js';
import {makeSenses, sightingsOf} from '../../outgoing/live/senses.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newFolder = tempDirs();
const asRoot = whereAvailable({root: true, tools: ['setpriv']});
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Sleeps; comes when it is that program, and no longer the copy of this one. */
async function sleeper(...words: string[]): Promise<number> {
  const [program = 'sleep', ...rest] = words;
  const child = spawn(program, rest.length > 0 ? rest : ['60'], {stdio: 'ignore', cwd: '/'});
  started.push(child);
  const pid = child.pid ?? 0;
  await until('it runs', () => fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('60'));
  return pid;
}

const sources = (): OwnerSources => ({users: new Users(), boot: new BootClock()});

describe('a process', () => {
  test('at a glance, and in full', async () => {
    const pid = await sleeper();
    const glance = glanceAt(pid)!;
    expect(glance).toMatchObject({
      ...{pid, parentPid: process.pid, uid: process.getuid?.(), command: 'sleep'},
      userNamespace: 'ours',
      executable: fs.readlinkSync(`/proc/${pid}/exe`),
    });
    const owner = await describeProcess(glance, sources());
    expect(owner).toMatchObject({pid, commandLine: ['sleep', '60'], directory: '/', script: ''});
    expect(owner.parents[0]).toMatchObject({pid: process.pid, program: process.execPath});
    expect(owner.startTicks).toBe(glance.startTicks);
  });

  test('is not described where a later one has its number', async () => {
    const glance = glanceAt(await sleeper())!;
    const earlier = {...glance, startTicks: glance.startTicks - 1};
    expect([isAlive(glance), isAlive(earlier)]).toEqual([true, false]);
    expect(await describeProcess(earlier, sources())).toMatchObject({
      commandLine: [],
      script: '',
    });
  });

  test('that is gone is nobody', () => {
    const none = 2 ** 22 + 1;
    expect(glanceAt(none)).toBeUndefined();
    expect(runsFileAt(none, '/bin/sh')).toBe(false);
  });

  asRoot('of a set-uid program is the user it works for, and the user who started it', async () => {
    const program = join(newFolder(), 'sleep');
    fs.chmodSync(join(program, '..'), 0o755);
    fs.copyFileSync('/bin/sleep', program);
    fs.chmodSync(program, 0o4755);
    const pid = await sleeper('setpriv', '--reuid', '4711', '--clear-groups', program, '60');
    await until('it is the program', () => glanceAt(pid)?.executable === program);
    const glance = glanceAt(pid)!;
    expect([glance.realUid, glance.uid]).toEqual([4711, 0]);
    const senders = [{uid: 0, program}];
    expect(isAllowed(glance, senders, (path) => runsFileAt(pid, path))).toBe(false);
    expect(isAllowed({...glance, realUid: 0}, senders, (path) => runsFileAt(pid, path))).toBe(true);
  });

  test('runs the file at a path, or another one that is called so', async () => {
    const pid = await sleeper();
    const path = fs.readlinkSync(`/proc/${pid}/exe`);
    expect([runsFileAt(pid, path), runsFileAt(pid, process.execPath)]).toEqual([true, false]);
  });

  test('that is the eldest of several that share a socket is named', async () => {
    const child = await sleeper('sh', '-c', 'sleep 60 & wait # 60');
    const children = (): string =>
      fs.readFileSync(`/proc/${child}/task/${child}/children`, 'latin1');
    await until('a grandchild', () => children().trim() !== '');
    const grandchild = Number(children().trim());
    const kinship = new Kinship();
    expect(await kinship.eldest([grandchild, child])).toBe(child);
    expect(await kinship.eldest([grandchild, child, process.pid])).toBe(process.pid);
    expect(await kinship.eldest([])).toBeUndefined();
    // Of strangers the one that began first.
    expect(await kinship.eldest([grandchild, 1])).toBe(1);
    if (grandchild > 1) process.kill(grandchild, 'SIGKILL');
  });
});

/** Runs a perl script that prints a line when it is ready. */
async function perl(text: string): Promise<{pid: number; said: string}> {
  const words = ['-c', 'ulimit -n 9000; exec perl -e "$0"', `$| = 1; ${text}`];
  const child = spawn('sh', words, {stdio: ['ignore', 'pipe', 'inherit']});
  started.push(child);
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {pid: child.pid ?? 0, said: said.toString().trim()};
}

const inodes = `sub inode { my $link = readlink "/proc/$$/fd/" . fileno shift; $link =~ /(\\d+)/; $1 }`;
const listening = `use IO::Socket::INET; $socket = IO::Socket::INET->new(Listen => 1);`;

const isUsers = (pid: string, uid: number): boolean =>
  fs.statSync(`/proc/${pid}`, {throwIfNoEntry: false})?.uid === uid;

describe('sockets', () => {
  test('are found where they are, for as long as they are there', async () => {
    const {pid, said} = await perl(
      `${inodes} ${listening} print inode($socket); $SIG{USR1} = sub { close $socket; print "closed" }; sleep 60 for 1..9`,
    );
    const found = await socketsOf(pid, new Set([said]));
    const holder = {pid, descriptor: found.get(said) ?? ''};
    expect([...found.keys()]).toEqual([said]);
    expect(holdsStill(holder, said)).toBe(true);
    process.kill(pid, 'SIGUSR1');
    await until('it is closed', () => !holdsStill(holder, said));
    expect(await socketsOf(pid, new Set([said]))).toEqual(new Map());
    expect(await socketsOf(2 ** 22 + 1, new Set([said]))).toEqual(new Map());
  });

  test('behind very many descriptors are not looked for', async () => {
    const many = `open $files[$_], "<", "/dev/null" or die for 1..${mostDescriptors};`;
    const {pid, said} = await perl(
      `${inodes} ${listening} ${many} $late = IO::Socket::INET->new(Listen => 1) or die; print join " ", inode($socket), inode($late); sleep 60`,
    );
    const [early = '', late = ''] = said.split(' ');
    expect(late).not.toBe('');
    expect([...(await socketsOf(pid, new Set([early, late]))).keys()]).toEqual([early]);
  });

  asRoot('of one user are looked for only so long, and those of others all the same', async () => {
    const become = (uid: number): string => `$( = $) = "${uid} ${uid}"; $< = $> = ${uid};`;
    const many = `open $files[$_], "<", "/dev/null" or die for 1..${mostDescriptors};`;
    const decoys = mostDescriptorsOfUser / mostDescriptors + 2;
    const fork = `for (1..${decoys}) { next if fork; $parent = getppid; sleep 1 while getppid == $parent && $n++ < 60; exit }`;
    const crowd = await perl(
      `${inodes} ${become(1000)} ${many} ${fork} ${listening} print inode($socket); sleep 60`,
    );
    const honest = await perl(
      `${inodes} ${become(33)} ${listening} print inode($socket); sleep 60`,
    );
    const crowds = new Set(
      fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isUsers(pid, 1000)),
    );
    const look = jest.spyOn(fs, 'readlinkSync');
    // On a slow machine the time of a search would end it first.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    const found = await holdersOf([
      {inode: crowd.said, uid: 1000},
      {inode: honest.said, uid: 33},
    ]);
    const looked = look.mock.calls.flatMap(
      ([path]) => /^\/proc\/(\d+)\/fd\//.exec(String(path))?.[1] ?? [],
    );
    look.mockRestore();
    clock.mockRestore();
    expect(looked.filter((pid) => crowds.has(pid)).length).toBe(mostDescriptorsOfUser);
    expect(found.get(honest.said)?.map(({pid}) => pid)).toEqual([honest.pid]);
    expect(longestSearchMs).toBeLessThan(longestGapMs / 2);
  });

  test('that hundreds share are their parent’s, and not all of them are asked', async () => {
    const {pid, said} = await perl(
      `${inodes} ${listening} for (1..${2 * mostHolders}) { next if fork; $parent = getppid; sleep 1 while getppid == $parent && $n++ < 60; exit } print inode($socket); sleep 60`,
    );
    const holders = await holdersOf([{inode: said, uid: process.getuid?.() ?? 0}]);
    const pids = (holders.get(said) ?? []).map((each) => each.pid);
    expect(pids).toHaveLength(mostHolders);
    expect(await new Kinship().eldest(pids)).toBe(pid);
  });
});

test('the descriptions at once have a bound; the others wait, or do without', async () => {
  const pids = await Promise.all(Array.from({length: mostAtOnce + 5}, () => sleeper()));
  const book = new OwnerBook(new Users());
  const all = pids.map((pid) => book.of(glanceAt(pid)!));
  const owners = await Promise.all(all);
  expect(owners.map(({pid, commandLine}) => [pid, commandLine])).toEqual(
    pids.map((pid) => [pid, ['sleep', '60']]),
  );
  const glance = glanceAt(pids[0]!)!;
  // Each of another program, so that none is the other.
  const most = mostAtOnce + mostWaiting;
  const many = Array.from({length: most + 5}, (_, i) => book.of({...glance, executable: `/${i}`}));
  const late = await many.at(-1);
  expect(late).toMatchObject({pid: glance.pid, executable: `/${most + 4}`, directory: '/'});
  expect(late?.commandLine).toEqual([]);
  book.hurry();
  const hurried = await Promise.all(many);
  expect(hurried.every(({directory}) => directory === '/')).toBe(true);
});

test('the look-ups of a flood of connections have a bound, as have those kept', async () => {
  const told: Observation[] = [];
  const {events, said, settled} = makeSenses(25, told);
  const remote = parseAddress('192.0.2.25')!;
  const event = {pid: process.pid, command: 'node', remote, remotePort: 25};
  for (let i = 0; i < mostPending; i++) expect(await events.hear(event)).toBe('heard');
  // Not again at once: the tables are not looked at for each of a flood.
  expect([await events.hear(event), await events.hear(event)]).toEqual(['full', 'heard']);
  const message =
    'outgoing: too many connections at once: 1 so far are only looked for in the tables';
  expect(said).toEqual([['warning', message]]);
  await settled();
  expect(sightingsOf(told).length).toBe(mostPending);
  expect(await events.hear(event)).toBe('heard');
  await settled();
  expect(sightingsOf(told).length).toBe(mostPending + 1);
});

describe('users', () => {
  test('have names and numbers', async () => {
    const users = new Users();
    expect([users.uidOf('root'), users.uidOf('no-such-user')]).toEqual([0, undefined]);
    expect([await users.nameOf(0), users.knownName(0)]).toEqual(['root', 'root']);
    expect([await users.nameOf(3_999_999), users.knownName(3_999_999)]).toEqual([
      '3999999',
      '3999999',
    ]);
  });
});

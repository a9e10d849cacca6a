/** Who a process is, as the kernel tells; real processes. */
import {afterEach, describe, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import fs from 'node:fs';
import {Nearby} from '../../src/daemon/nearby.js';
import {mostPending, type Observed, Observer} from '../../src/daemon/observer.js';
import {mostAtOnce, OwnerBook} from '../../src/daemon/owner-book.js';
import {parseAddress} from '../../src/net/address.js';
import {SeenConnections} from '../../src/outbound/seen.js';
import {describe as describeProcess, glanceAt, isAlive, runsFileAt} from '../../src/sys/owners.js';
import {eldest} from '../../src/sys/socket-holders.js';
import {Users} from '../../src/sys/users.js';
import {until} from './support/temp.js';

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

describe('a process', () => {
  test('at a glance, and in full', async () => {
    const pid = await sleeper();
    const glance = glanceAt(pid)!;
    expect(glance).toMatchObject({
      ...{pid, parentPid: process.pid, uid: process.getuid?.(), command: 'sleep'},
      userNamespace: 'ours',
      executable: fs.readlinkSync(`/proc/${pid}/exe`),
    });
    const owner = await describeProcess(glance, new Users());
    expect(owner).toMatchObject({pid, commandLine: ['sleep', '60'], directory: '/', script: ''});
    expect(owner.parents[0]).toMatchObject({pid: process.pid, program: process.execPath});
    expect(owner.startTicks).toBe(glance.startTicks);
  });

  test('of a later one with its number nothing is said in its name', async () => {
    const glance = glanceAt(await sleeper())!;
    const earlier = {...glance, startTicks: glance.startTicks - 1};
    expect([isAlive(glance), isAlive(earlier)]).toEqual([true, false]);
    expect(await describeProcess(earlier, new Users())).toMatchObject({
      commandLine: [],
      script: '',
    });
  });

  test('that is gone is nobody', () => {
    const none = 2 ** 22 + 1;
    expect(glanceAt(none)).toBeUndefined();
    expect(runsFileAt(none, '/bin/sh')).toBe(false);
  });

  test('runs the file at a path, or another one that is called so', async () => {
    const pid = await sleeper();
    const path = fs.readlinkSync(`/proc/${pid}/exe`);
    expect([runsFileAt(pid, path), runsFileAt(pid, process.execPath)]).toEqual([true, false]);
  });

  test('of several that share a socket the eldest is named', async () => {
    const child = await sleeper('sh', '-c', 'sleep 60 & wait # 60');
    const children = (): string =>
      fs.readFileSync(`/proc/${child}/task/${child}/children`, 'latin1');
    await until('a grandchild', () => children().trim() !== '');
    const grandchild = Number(children().trim());
    expect(eldest([grandchild, child])).toBe(child);
    expect(eldest([grandchild, child, process.pid])).toBe(process.pid);
    expect(eldest([])).toBeUndefined();
    if (grandchild > 1) process.kill(grandchild, 'SIGKILL');
  });
});

test('no more than so many are described at once; the others do without a command line', async () => {
  const pids = await Promise.all(Array.from({length: mostAtOnce + 5}, () => sleeper()));
  const book = new OwnerBook(new Users());
  const owners = await Promise.all(pids.map((pid) => book.of(glanceAt(pid)!)));
  expect(owners.map(({pid}) => pid)).toEqual(pids);
  expect(owners.filter(({commandLine}) => commandLine.length > 0)).toHaveLength(mostAtOnce);
  for (const {executable, directory} of owners) {
    expect([executable, directory]).toEqual([fs.readlinkSync(`/proc/${pids[0]!}/exe`), '/']);
  }
});

test('of a flood of connections so many are looked up, and no more are kept', async () => {
  const seen: Observed[] = [];
  const observer = new Observer({
    ports: [25],
    seen: new SeenConnections(),
    allowed: () => [],
    isAllowed: () => false,
    owners: new OwnerBook(new Users()),
    nearby: new Nearby(),
    tell: (observed) => seen.push(observed),
    say: () => undefined,
  });
  const remote = parseAddress('192.0.2.25')!;
  const event = {pid: process.pid, command: 'node', remote, remotePort: 25};
  // The first is being looked up already.
  for (let i = 0; i < mostPending; i++) expect(observer.hear(event)).toBe('heard');
  expect([observer.hear(event), observer.hear(event)]).toEqual(['heard', 'full']);
  await observer.settled();
  expect(seen.length).toBe(mostPending + 1);
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

/**
 * Whom a process is believed to serve when it lives in namespaces of its own: real processes called
 * sendmail, owned by root, with a real socket at port 25 whose peer their maker chose.
 */
import {afterEach, beforeEach, expect, jest} from '@jest/globals';
import fs from 'node:fs';
import {nameClient, type Question} from '../../../src/sessions/attribute.js';
import {Candidates, processFacts, SocketTables} from '../../../src/sys/proc/proc.js';
import {type Child, start} from '../../support/child.js';
import {sleep, tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {sendmail as dialect} from '../../../src/mail/sendmail/dialect.js';

const newDir = tempDirs();
const started: Child[] = [];
let sendmail: string;
/**
 * One that no other test's container reaches by itself (a container may outlive its test a little),
 * and far from the pids that this machine gives out just now: the two must never be the same.
 */
let ownPid = process.pid < 16_000 ? process.pid + 10_000 : process.pid - 10_000;
beforeEach(() => {
  do ownPid += 1;
  while (fs.existsSync(`/proc/${ownPid}`));
  const folder = newDir();
  fs.chmodSync(folder, 0o755); // for the user in it
  sendmail = `${folder}/sendmail`;
  if (fs.existsSync('/usr/bin/perl')) fs.copyFileSync('/usr/bin/perl', sendmail);
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const child of started.splice(0)) child.process.kill('SIGKILL');
});

const inNamespaces = whereAvailable({
  root: true,
  tools: ['perl', 'ip', 'nsenter', 'setpriv'],
  works: ['unshare', '--net', '--pid', '--fork', '--mount-proc', 'true'],
});
const asUser = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];
const withUserNamespaces = whereAvailable({
  root: true,
  tools: ['perl', 'ip', 'setpriv'],
  works: ['setpriv', ...asUser.slice(1), 'unshare', '-Urn', 'true'],
});

/** Serves a client at port 25 with this address, which it is itself, and has the title of it. */
const server = `
  use Socket; $^F = 255; my ($peer, @become) = @ARGV;
  socket(my $l, PF_INET, SOCK_STREAM, 0); setsockopt($l, SOL_SOCKET, SO_REUSEADDR, 1); bind($l, sockaddr_in(25, INADDR_ANY)) or die $!; listen($l, 1);
  socket(my $c, PF_INET, SOCK_STREAM, 0); bind($c, sockaddr_in(0, inet_aton($peer))) or die $!;
  connect($c, sockaddr_in(25, inet_aton('127.0.0.1'))) or die $!; accept(my $s, $l) or die $!;
  close $l; exec(@become, '-e', '$0 = "sendmail: MTA: server x [' . $peer . '] cmd read"; $| = 1; print "ready\\n"; sleep 60');`;

/** A shell command that becomes such a server in a new network namespace. */
const serve = (peer: string, become: readonly string[] = []): string =>
  ['ip link set lo up', `ip addr add ${peer}/32 dev lo`, serveHere(peer, become)].join(' && ');
const serveHere = (peer: string, become: readonly string[] = []): string =>
  `exec ${sendmail} -e '${server.replaceAll("'", `'\\''`)}' ${[peer, ...become, sendmail].join(' ')}`;

async function run(command: readonly string[]): Promise<number> {
  const [program = '', ...parameters] = command;
  const child = start(program, parameters);
  started.push(child);
  await until('a server', () => child.output().includes('ready'));
  return child.process.pid ?? 0;
}

function ask(question: Question, candidates = fresh()): string | undefined {
  const found = nameClient(candidates.of(question), question, {dialect, ports: [25]});
  return found && `${found.client.text} ${found.proof}`;
}
const fresh = (): Candidates => new Candidates(new SocketTables(25).find, dialect.isProgram);
const byHost = (pid: number): Question => ({pid, numberedBy: 'host', envelopeMs: Date.now()});
const byLog = (pid: number): Question => ({pid, numberedBy: 'log', envelopeMs: Date.now()});

inNamespaces('root’s own network namespace is believed', async () => {
  const pid = await run(['unshare', '--net', 'sh', '-c', serve('203.0.113.9')]);
  expect(ask(byHost(pid))).toBe('203.0.113.9 kernel');
  expect(ask(byLog(pid))).toBe('203.0.113.9 kernel');
});

withUserNamespaces(
  'a user’s network namespace, with a peer of the user’s choice, names nobody',
  async () => {
    const command = [...asUser, 'unshare', '-Urn', 'sh', '-c', serve('203.0.113.9')];
    const pid = await run(command);
    const lie = new SocketTables(25).find(`/proc/${pid}`);
    expect(lie.filter(({localPort}) => localPort === 25)).toMatchObject([
      {remote: {text: '203.0.113.9'}},
    ]);
    const facts = processFacts(pid, new SocketTables(25).find);
    expect(facts?.user).toEqual({uid: 1000, userNamespace: 'other'});
    expect(facts).toMatchObject({executable: {path: sendmail, owner: 'other'}, title: ''});
    expect(facts?.sockets).toEqual([]);
    expect([ask(byHost(pid)), ask(byLog(pid))]).toEqual([undefined, undefined]);
  },
);

inNamespaces('a user’s process with an inherited socket names nobody', async () => {
  const pid = await run(['unshare', '--net', 'sh', '-c', serve('203.0.113.9', asUser)]);
  const facts = processFacts(pid, new SocketTables(25).find);
  expect(facts).toMatchObject({
    user: {uid: 1000, userNamespace: 'ours'},
    executable: {path: sendmail, owner: 'root'},
    title: 'sendmail: MTA: server x [203.0.113.9] cmd read',
  });
  expect(facts?.sockets.map(({localPort}) => localPort)).toContain(25);
  expect([ask(byHost(pid)), ask(byLog(pid))]).toEqual([undefined, undefined]);
});

/**
 * A program called sendmail, of a user in a user and pid namespace of its own, that has there the
 * pid of another one here. It says nothing, or has a client of its own.
 */
async function impostor(uid: number, pid: number, does: string): Promise<void> {
  const user = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const become = `echo ${pid - 1} > /proc/sys/kernel/ns_last_pid\n(${does}) & wait`;
  const spaces = ['-Urn', '--pid', '--mount-proc', '--fork', '--kill-child'];
  const child = start(user[0]!, [...user.slice(1), 'unshare', ...spaces, 'sh', '-c', become]);
  started.push(child);
  await until('an impostor', () => child.output().includes('ready'));
  // The kernel's word that it has the number there which it wants to have.
  const inside = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((name) => numbersOf(name).at(-1) === String(pid) && numbersOf(name).length > 1);
  expect(inside).toBe(true);
}

function numbersOf(pid: string): string[] {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1');
    return /^NSpid:\t(.*)$/m.exec(status)?.[1]?.split('\t') ?? [];
  } catch {
    return [];
  }
}

const silent = (): string => `exec ${sendmail} -e '$| = 1; print "ready\\n"; sleep 60'`;
for (const [who, uid, does] of [
  ['a user', 1000, silent],
  ['a web account', 33, silent],
  ['a user with a socket and a title', 1000, () => serve('203.0.113.8')],
] as const) {
  const name = `${who} with the same pid in a namespace of his own takes no proof away`;
  withUserNamespaces(name, async () => {
    const pid = await run(['unshare', '--net', 'sh', '-c', serve('203.0.113.9')]);
    await impostor(uid, pid, does());
    expect(fresh().of(byLog(pid))).toHaveLength(1);
    expect(ask(byLog(pid))).toBe('203.0.113.9 kernel');
  });
}

/** A container in which any pid can be had: beyond what other tests' containers reach. */
async function container(): Promise<{serveAs: (pid: number, peer: string) => Promise<number>}> {
  const spaces = ['--net', '--pid', '--mount-proc', '--fork', '--kill-child'];
  const holder = start('unshare', [...spaces, 'sh', '-c', 'ip link set lo up; echo up; sleep 60']);
  started.push(holder);
  await until('a container', () => holder.output().includes('up'));
  const outer = String(holder.process.pid);
  const init = fs.readFileSync(`/proc/${outer}/task/${outer}/children`, 'latin1').trim();
  return {
    serveAs: async (number, peer) => {
      const commands = [
        `ip addr replace ${peer}/32 dev lo`,
        `echo ${number - 1} > /proc/sys/kernel/ns_last_pid`,
        `(${serveHere(peer)}) & wait`,
      ];
      await run(['nsenter', '-t', init, '-n', '-p', '-m', 'sh', '-c', commands.join('\n')]);
      return (
        fresh()
          .of(byLog(ownPid))
          .find((each) => each.ownPid === ownPid)?.pid ?? 0
      );
    },
  };
}

inNamespaces('a container’s process is found by the number that it calls itself', async () => {
  const {serveAs} = await container();
  const pid = await serveAs(ownPid, '203.0.113.9');
  expect(pid).not.toBe(ownPid);
  expect(processFacts(pid, new SocketTables(25).find)).toMatchObject({pid, ownPid});
  expect(ask(byLog(ownPid))).toBe('203.0.113.9 kernel');
  expect(ask(byHost(pid))).toBe('203.0.113.9 kernel');
  expect([ask(byLog(pid)), ask(byHost(ownPid))]).toEqual([undefined, undefined]);
});

inNamespaces('two containers with the same number name nobody', async () => {
  await (await container()).serveAs(ownPid, '203.0.113.8');
  await (await container()).serveAs(ownPid, '203.0.113.9');
  expect(fresh().of(byLog(ownPid))).toHaveLength(2);
  expect(ask(byLog(ownPid))).toBeUndefined();
  const each = fresh()
    .of(byLog(ownPid))
    .map(({pid}) => ask(byHost(pid)));
  expect(each.sort()).toEqual(['203.0.113.8 kernel', '203.0.113.9 kernel']);
});

inNamespaces('a container that begins later is found a few seconds later', async () => {
  const candidates = fresh();
  expect(ask(byLog(ownPid), candidates)).toBeUndefined();
  const {serveAs} = await container();
  await serveAs(ownPid, '203.0.113.9');
  expect(ask(byLog(ownPid), candidates)).toBeUndefined();
  const now = performance.now();
  jest.spyOn(performance, 'now').mockReturnValue(now + 10_000);
  expect(ask(byLog(ownPid), candidates)).toBe('203.0.113.9 kernel');
});

inNamespaces('a pid that is used again is another process', async () => {
  const {serveAs} = await container();
  const first = await serveAs(ownPid, '203.0.113.8');
  const question = byLog(ownPid);
  expect(ask(question)).toBe('203.0.113.8 kernel');
  process.kill(first, 'SIGKILL');
  await until('its end', () => ask(question) === undefined);
  await sleep(3100); // two seconds of slack, and the kernel tells the second of its boot only
  await serveAs(ownPid, '203.0.113.9');
  expect(ask(question)).toBeUndefined();
  expect(ask(byLog(ownPid))).toBe('203.0.113.9 kernel');
});

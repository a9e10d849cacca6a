/**
 * `hold` under attack, by the daemon as it is installed: one user opens tens of thousands of connections, from
 * processes that share all their descriptors. What is held stays held, and the mail of another user gets
 * through, named.
 */
import {afterEach, expect} from '@jest/globals';
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import {join, resolve} from 'node:path';
import {openSenders, remote, type Senders} from '../outgoing/live/senders.js';
import {windowIn} from '../../src/outgoing/egress/chain-rules.js';
import {tempDirs, until} from '../support/temp.js';
import {whereAvailable} from '../support/where-available.js';

const test = whereAvailable({
  root: true,
  tools: ['unshare', 'nsenter', 'setpriv', 'ip', 'perl', 'gcc', 'iptables'],
  works: ['unshare', '--net', 'iptables', '-S'],
});
const newFolder = tempDirs();
const port = 2631;
const [crowdUser, honestUser] = [4711, 4713];
/** Of the crowd. Counts. */
const [processes, sockets] = [300, 20_000];
/** Longer than the kernel holds by itself (`holdSwitchSeconds`). Ms. */
const attackMs = 35_000;

const crowd = `
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  struct rlimit most;
  getrlimit(RLIMIT_NOFILE, &most);
  most.rlim_cur = most.rlim_max;
  setrlimit(RLIMIT_NOFILE, &most);
  for (int i = 0; i < ${sockets}; i++) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in to = {AF_INET, htons(${port})};
    to.sin_addr.s_addr = htonl(0xc6336400u + i % 250);
    if (fd < 0) break;
    connect(fd, (void *)&to, sizeof to);
  }
  for (int i = 0; i < ${processes}; i++)
    if (syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0) == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      sleep(120);
      _exit(0);
    }
  sleep(120);
}`;

let senders: Senders | undefined;
let daemon: ChildProcess | undefined;
afterEach(() => {
  daemon?.kill('SIGKILL');
  senders?.close();
});

test('a crowd of one user does not make the hold lapse, nor keep another user’s mail back', async () => {
  const opened = await openSenders(port);
  senders = opened;
  const run = (program: string, words: readonly string[]): string => {
    const [first = '', ...rest] = opened.enter(program, words);
    return execFileSync(first, rest, {encoding: 'utf8'});
  };
  // Where nobody answers.
  run('ip', ['route', 'add', '198.51.100.0/24', 'via', remote[4]]);
  const folder = newFolder();
  fs.chmodSync(folder, 0o755);
  for (const name of ['log', 'whitelist', 'empty.toml']) fs.writeFileSync(join(folder, name), '');
  const words = [
    ...['run', '--outbound=hold', `--outbound-ports=${port}`, '--cut-sessions=none'],
    ...[`--config=${folder}/empty.toml`, `--white-list=${folder}/whitelist`],
    ...[`--state-dir=${folder}/state`, `--control-socket=${folder}/control`],
    `--syslog-msgs-file=${folder}/log`,
  ];
  const [program = '', ...rest] = opened.enter(process.execPath, [
    resolve('dist/blocksmtp.js'),
    ...words,
  ]);
  daemon = spawn(program, rest, {stdio: ['ignore', 'ignore', 'pipe']});
  let said = '';
  daemon.stderr?.on('data', (data: Buffer) => (said += data.toString()));
  await until('the hold', () => said.includes('is held back'));
  const heldUntilMs = (): number => {
    const rules = run('iptables', ['-S', 'BLOCKSMTP_OUT']).split('\n');
    return windowIn(rules.at(-2)?.replace('-A BLOCKSMTP_OUT ', '') ?? '')?.untilMs ?? 0;
  };
  expect(heldUntilMs()).toBeGreaterThan(Date.now());
  execFileSync('gcc', ['-x', 'c', '-O1', '-o', join(folder, 'crowd'), '-'], {input: crowd});
  opened.start(crowdUser, join(folder, 'crowd'), []);
  const endMs = Date.now() + attackMs;
  await until('the crowd', () => said.includes(`user ${crowdUser}`));
  const connecting = `use IO::Socket::IP; IO::Socket::IP->new(PeerHost => '${remote[4]}', PeerPort => ${port}, Timeout => 60) or die; open F, '>', '${folder}/through/done'; sleep 60`;
  fs.mkdirSync(join(folder, 'through'));
  fs.chmodSync(join(folder, 'through'), 0o777);
  const {pid = 0} = opened.start(honestUser, 'perl', ['-e', connecting]);
  await until('the honest mail', () => fs.existsSync(join(folder, 'through/done')));
  await until('its name', () => said.includes(`pid ${pid}, user ${honestUser}`));
  while (Date.now() < endMs) {
    expect(heldUntilMs()).toBeGreaterThan(Date.now());
    await new Promise((done) => setTimeout(done, 500));
  }
  expect(said).not.toContain('not looked at in time');
});

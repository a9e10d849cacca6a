/** The built program and who sends mail from here: `watch`, the daemon that holds, `senders`. */
import {afterEach, beforeEach, describe, expect} from '@jest/globals';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {openSenders, remote, type Senders} from '../../outgoing/live/senders.js';
import {type Child, start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {blocksmtp} from '../built.js';

const test = whereAvailable({
  root: true,
  tools: ['unshare', 'nsenter', 'setpriv', 'ip', 'perl', 'iptables'],
  works: ['unshare', '--net', '--mount', 'iptables', '-S'],
});
const newFolder = tempDirs();
const user = 4711;
const port = 2626;
const program = join(process.cwd(), 'dist/blocksmtp.js');

const script = `use IO::Socket::IP;
$socket = IO::Socket::IP->new(PeerHost => '${remote[4]}', PeerPort => ${port}) or die $@;
print $socket "x\\n"; print scalar <$socket>; sleep 30;`;

let senders: Senders;
let folder: string;
let child: Child | undefined;

beforeEach(async () => {
  senders = await openSenders(port);
  folder = newFolder();
  fs.chmodSync(folder, 0o755);
  fs.writeFileSync(join(folder, 'x.pl'), script);
});
afterEach(async () => {
  child?.process.kill('SIGKILL');
  await child?.ended;
  child = undefined;
  senders.close();
});

const spam = (uid = user) => senders.start(uid, 'perl', [join(folder, 'x.pl')], folder);
const begin = (words: readonly string[], before: readonly string[] = []): Child => {
  const [first = '', ...rest] = [...before, process.execPath, program, ...words];
  return start(first, rest);
};

describe('watch', () => {
  const words = [`--outbound-ports=${port}`, '--outbound-interval=1s'];

  test('prints an object for each connection, and ends on request', async () => {
    child = begin(['watch', '--json', ...words]);
    const {output} = child;
    const started = [spam().pid];
    const shown = (): {sureness: string}[] =>
      (/^.*\n/gms.exec(output())?.[0].trimEnd().split('\n') ?? []).map(
        (line) => JSON.parse(line) as {sureness: string},
      );
    // The search for the process of a connection is bounded. Where others keep the machine busy, it ends without one.
    const sure = (): object | undefined => shown().find(({sureness}) => sureness === 'certain');
    await until('a process', () => {
      if (shown().length >= started.length && sure() === undefined) started.push(spam().pid);
      return sure() !== undefined;
    });
    expect(sure()).toMatchObject({
      standing: 'other',
      remote: {address: remote[4], port},
      process: {uid: user, directory: folder, script: join(folder, 'x.pl')},
    });
    expect(started).toContain((sure() as {process: {pid: number}}).process.pid);
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    expect(child.complaints()).toBe('');
  });

  test('prints a table, with allowed senders when they are asked for', async () => {
    child = begin(['watch', '--all', '--allowed-senders=4712:*', ...words]);
    const [one, other] = [spam(4712), spam()];
    const {output} = child;
    await until('both', () => output().split('\n').length >= 4);
    const rows = output().trimEnd().split('\n');
    expect(rows[0]).toMatch(/^TIME +USER +PID +SURE +REMOTE +PROGRAM +DIRECTORY +PARENT +OF$/);
    for (const {pid} of [one, other]) {
      expect(
        rows.filter((row) => row.includes(` ${pid} `) && row.includes(remote[4])),
      ).toHaveLength(1);
    }
  });

  test('without rights it says what it cannot see, and lives', async () => {
    const nobody = [
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '--bounding-set=-all',
    ];
    child = begin(['watch', '--json', ...words], senders.enter(nobody[0] ?? '', nobody.slice(1)));
    spam();
    const {output, complaints} = child;
    await until('a line', () => output().includes('\n'));
    // Of another network and another user there is no name to be had, and none is made up.
    expect(complaints()).toMatch(
      /^blocksmtp: without CAP_SYS_PTRACE only your own processes are named: run it as root\n$/,
    );
    expect(JSON.parse(output())).toMatchObject({sureness: 'user', uid: user});
    expect(JSON.parse(output())).not.toHaveProperty('process');
  });
});

describe('the daemon that holds', () => {
  const settings = (): string[] => [
    ...[`--state-dir=${folder}/state`, `--control-socket=${folder}/socket`],
    ...[`--white-list=${folder}/whitelist`, `--syslog-msgs-file=${folder}/mail.log`],
    ...[`--outbound-ports=${port}`, '--outbound=hold', '--allowed-senders=4712:*'],
    `--config=${folder}/settings.toml`,
  ];
  const configure = (text: string): void => fs.writeFileSync(join(folder, 'settings.toml'), text);
  beforeEach(() => configure(''));
  const run = (): Child => {
    const [first = '', ...rest] = senders.enter(process.execPath, [program, ...settings()]);
    return start(first, rest);
  };
  const rules = (): string => {
    const [first = '', ...rest] = senders.enter('iptables', ['-S']);
    return execFileSync(first, rest, {encoding: 'utf8'});
  };
  const sums = (): unknown => {
    const where = [`--state-dir=${folder}/state`, `--control-socket=${folder}/socket`];
    return JSON.parse(blocksmtp(['senders', '--json', '--since=1h', ...where]).stdout);
  };

  test('knows who it was before anything gets out; the sums outlive kill -9, the rule no end', async () => {
    for (const name of ['whitelist', 'mail.log']) fs.writeFileSync(join(folder, name), '');
    child = run();
    const {complaints} = child;
    await until('the rule', () => rules().includes('-j DROP'));
    const {pid} = spam();
    await until('it is told of', () => complaints().includes('warning SMTP'));
    expect(complaints()).toContain(
      `by /usr/bin/perl (script ${folder}/x.pl), pid ${pid}, user ${user}; in ${folder};`,
    );
    expect(complaints()).toMatch(/; it holds the socket$/m);
    const who = {standing: 'other', user: String(user), directory: folder, pid};
    const row = {...who, connections: 1};
    await until('it gets through', () => established(pid ?? 0));
    expect(sums()).toMatchObject([row]);
    // A reload is no reason to count or to tell of it again.
    configure('threshold = 11\n');
    child.process.kill('SIGHUP');
    await until('the reload', () => complaints().includes('read anew'));
    await until('the rule again', () => rules().includes('-j DROP'));
    await new Promise((resolve) => setTimeout(resolve, 1500)); // saved within a second
    expect(sums()).toMatchObject([row]);
    expect(complaints().match(/warning SMTP/g)).toHaveLength(1);
    child.process.kill('SIGKILL');
    await child.ended;
    expect(sums()).toMatchObject([row]);
    child = run();
    await until(
      'it stands again',
      () => child?.complaints().includes('following') === true,
      10_000,
    );
    expect(sums()).toMatchObject([who]);
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    expect(rules()).not.toContain('BLOCKSMTP_OUT');
  });

  test('keeps no way out open for what has gone through: there is not room for many', async () => {
    for (const name of ['whitelist', 'mail.log']) fs.writeFileSync(join(folder, name), '');
    child = run();
    await until('the rule', () => rules().includes('-j DROP'));
    const short = `use IO::Socket::IP; IO::Socket::IP->new(PeerHost => '${remote[4]}', PeerPort => ${port}) or die`;
    const started = Array.from({length: 12}, () => senders.start(user, 'perl', ['-e', short]));
    const ends = started.map((each) => new Promise((resolve) => each.on('exit', resolve)));
    await until('a way out', () => rules().includes('--sport'));
    expect(await Promise.all(ends)).toEqual(started.map(() => 0));
    await until('none', () => !rules().includes('--sport'));
    expect(rules()).toContain('-j DROP');
  });

  /** Whether the process has a connection to there, by the kernel's own table. */
  const established = (pid: number): boolean => {
    const column = `:${port.toString(16).toUpperCase().padStart(4, '0')} 01 `;
    return fs.readFileSync(`/proc/${pid}/net/tcp`, 'latin1').includes(column);
  };
});

/**
 * For tests of the cutter on real sockets and processes: a network of its own, with servers, clients
 * and a cutter in it. Programs called sendmail are copies of perl that root owns.
 */
import {afterEach, beforeEach, expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import type {Namespace} from '../../support/kernel/namespace.js';
import {bundle, type Child, start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';

let folder: string;
let sendmail: string;
let script: string;
const started: Child[] = [];
const servants: number[] = [];

const cutterScript = `
  import fs from 'node:fs';
  import {sendmail} from './src/mail/sendmail/dialect.js';
  import {Cutter} from './src/sessions/live/cutter.js';
  import {parseAddress} from './src/net/address.js';
  import {Candidates, SocketTables} from './src/sys/proc/proc.js';
  import {servingProcess} from './src/sys/proc/session-process.js';
  const {settings, cuts, first, burst = [], exempt = [], ended = [], lifted = {}, holes = [], served = {}, submission = [], stays, hurry = 1} = JSON.parse(process.argv[2]);
  const slow = globalThis.setTimeout;
  globalThis.setTimeout = (work, ms, ...rest) => slow(work, ms / hurry, ...rest);
  const cutter = new Cutter({cutSessions: 'both', ports: [25], dryRun: false, ...settings}, {
    stands: (network) =>
      !ended.includes(network) && !(network === lifted.network && fs.existsSync(lifted.since)),
    passes: ({text}) => holes.includes(text),
    isExempt: ({text}) => exempt.includes(text),
    isServedAt: ({text}, port) => (served[text] ?? []).includes(port),
    isRelayPort: (port) => !submission.includes(port),
    save: () => {
      if (lifted.atSave) fs.writeFileSync(lifted.since, '');
      const open = fs.readFileSync('/proc/self/net/tcp', 'latin1').match(/:0019 [0-9A-F:]+ 01 /g);
      console.log('saved ' + (open ?? []).length);
    },
    note: (networks) => {
      if (first.diskRefuses) throw new Error('full');
      console.log('noted ' + networks.join());
    },
    say: (level, message) => console.log(level + ' ' + message),
  }, sendmail);
  if (first) {
    const tables = new SocketTables(25);
    const candidates = new Candidates(tables.find, sendmail.isProgram);
    const question = {pid: first.pid, numberedBy: 'host', envelopeMs: Date.now()};
    const {startTicks = 0, parentPid} = candidates.of(question)[0] ?? {};
    const client = parseAddress(first.client);
    const how = cutter.cutFirst(first.networks, {
      ...{pid: first.pid, startTicks: startTicks + (first.later ?? 0), client},
      parentPid: first.parentPid ?? parentPid,
      look: () => servingProcess(candidates, tables, first.pid),
      release: () => console.log('released'),
    });
    console.log('first ' + how);
    const end = Date.now() + 1000;
    if (first.dies) while (fs.existsSync('/proc/' + first.pid) && Date.now() < end) await new Promise((resolve) => slow(resolve, 10));
  }
  for (const networks of cuts) await cutter.cut(networks);
  if (stays) console.log('looked');
  while (stays && !fs.existsSync(stays)) await new Promise((resolve) => slow(resolve, 20));
  await Promise.all(burst.map((network) => cutter.cut([network])));
  await cutter.stop();`;

const perl = `
  use strict; use Socket qw(:all); $^F = 255; $| = 1; $SIG{CHLD} = 'IGNORE';
  sub at { my ($host, $port) = @_; $host =~ /:/ ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host)) : pack_sockaddr_in($port, inet_pton(AF_INET, $host)) }
  sub family { $_[0] =~ /:/ ? AF_INET6 : AF_INET }`;

/**
 * Takes connections at port 25 of an address. \`fork\`: gives each to a child with a sendmail's
 * title, or one that becomes another program; \`waits\` or \`hesitates\`: so, but takes none, or gives
 * none, before its signal; \`keep\`: has them all itself.
 */
const server = `${perl}
  my ($host, $way, @become) = @ARGV; my @kept;
  socket(my $l, family($host), SOCK_STREAM, 0); setsockopt($l, SOL_SOCKET, SO_REUSEADDR, 1);
  setsockopt($l, IPPROTO_IPV6, IPV6_V6ONLY, 0) if $host eq '::';
  bind($l, at($host, 25)) or die $!; listen($l, 500) or die $!;
  $0 = 'sendmail: MTA: accepting connections' if $way ne 'keep'; print "up\\n";
  <STDIN> if $way eq 'waits';
  while (accept(my $s, $l)) {
    if ($way eq 'keep') { push @kept, $s; print "kept\\n"; next }
    if ($way eq 'hesitates') { print "taken\\n"; <STDIN> }
    my $pid = fork; if ($pid) { print "child $pid\\n"; next }
    close $l; my $rest = '$0 = "sendmail: MTA: server x cmd read"; sleep 600';
    @become ? exec(@become, '-e', $rest) : eval $rest; exit 0 }`;

/** Connects from each of the addresses, and says which connections end. */
const client = `${perl}
  my ($to, @from) = @ARGV; my %open; my $bits = '';
  for my $from (@from) { socket(my $s, family($from), SOCK_STREAM, 0); bind($s, at($from, 0)) or die "bind: $!";
    connect($s, at($to, 25)) or die "connect: $!"; $open{fileno $s} = [$s, $from]; vec($bits, fileno $s, 1) = 1 }
  print "connected\\n";
  while (%open) { select(my $ready = $bits, undef, undef, undef);
    for my $n (grep { vec($ready, $_, 1) } keys %open) { next if sysread($open{$n}[0], my $data, 99);
      print "$open{$n}[1] closed\\n"; vec($bits, $n, 1) = 0; delete $open{$n} } }`;

/** Call once in a file of tests. */
export function prepareLanes(): void {
  const newDir = tempDirs();
  beforeEach(() => {
    folder = newDir();
    fs.chmodSync(folder, 0o755); // for the user in it
    sendmail = join(folder, 'sendmail');
    fs.copyFileSync('/usr/bin/perl', sendmail);
    script = bundle(folder, cutterScript);
  });
  afterEach(() => {
    for (const child of started.splice(0)) {
      child.process.kill('SIGKILL');
      for (const [, pid] of child.output().matchAll(/^child (\d+)$/gm)) servants.push(Number(pid));
    }
    for (const pid of servants.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
}

/** In the folder of the test. */
export const place = (name: string): string => join(folder, name);
export const sendmailCopy = (): string => sendmail;

export function isAlive(pid: number): boolean {
  try {
    return !fs.readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

export const blocked = '203.0.113.7';
export const other = '203.0.113.8';
export const asUser = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];

export class Lane {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
    for (const address of [blocked, other, '203.0.113.1']) {
      namespace.run('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo']);
    }
    for (const last of [1, 7, 8]) {
      namespace.run('ip', ['addr', 'add', `2001:db8::${last}/128`, 'dev', 'lo', 'nodad']);
    }
    namespace.run('ip', ['link', 'set', 'lo', 'up']);
  }

  #start(program: string, ...words: string[]): Child {
    const [first = '', ...rest] = this.#namespace.enter(program, words);
    const child = start(first, rest);
    started.push(child);
    return child;
  }

  async serve(
    host: string,
    way: 'fork' | 'keep' | 'waits' | 'hesitates',
    ...become: string[]
  ): Promise<Child> {
    const child = this.#start(sendmail, '-e', server, host, way, ...become);
    await until('a server', () => child.output().includes('up\n'));
    return child;
  }

  /** @returns the client, and the pid of the process that serves it */
  async connect(to: string, from: string, at: Child): Promise<{guest: Child; pid: number}> {
    const before = at.output();
    const guest = this.#start('perl', '-e', client, to, from);
    await until('a connection', () => /connected/.test(guest.output()) && at.output() !== before);
    const pid = Number(/child (\d+)/.exec(at.output().slice(before.length))?.[1] ?? 0);
    if (pid > 0) {
      await until('its title', () =>
        fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('cmd read'),
      );
    }
    return {guest, pid};
  }

  /** Speaks to a server at the port, as a sendmail that delivers does. */
  deliver(to: string, from: string): Child {
    return this.#start(sendmail, '-e', client, to, from);
  }

  async connectMany(to: string, from: readonly string[]): Promise<Child> {
    const guest = this.#start('perl', '-e', client, to, ...from);
    await until('connections', () => guest.output().includes('connected'));
    return guest;
  }

  /** What the cutter said. */
  cut(what: object, ...before: string[]): Promise<string[]> {
    return this.endOf(this.beginCut(what, ...before));
  }

  /** A cutter that goes on until there is a file `stays`. */
  beginCut(what: object, ...before: string[]): Child {
    const words = [...before, process.execPath, '--no-warnings', script, JSON.stringify(what)];
    const [program = '', ...rest] = words;
    return this.#start(program, ...rest);
  }

  /** What it said. */
  async endOf(child: Child): Promise<string[]> {
    expect(await child.ended).toBe(0);
    expect(child.complaints()).toBe('');
    const lines = child.output().split('\n').filter(Boolean);
    this.saved = lines.filter((line) => line.startsWith('saved '));
    return lines.filter((line) => /^(?:notice|warning) /.test(line));
  }

  /** Each save of the last cut, and how many connections were open then. */
  saved: string[] = [];

  /** With another `ss` in its place. */
  cutWith(tool: string, what: object): Promise<string[]> {
    const real = fs.realpathSync(['/usr/bin/ss', '/bin/ss', '/sbin/ss'].find(fs.existsSync) ?? '');
    const mount = `cp ${real} ${folder}/ss; mount --bind ${tool} ${real} && exec "$@"`;
    return this.cut(what, 'unshare', '--mount', 'sh', '-c', mount, 'sh');
  }

  script(text: string): string {
    const file = join(folder, 'tool');
    fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, {mode: 0o755});
    return file;
  }
}

/**
 * The cutter on real sockets and processes, in a network of its own: who is cut and who must not be,
 * and what it says where it cannot. Programs called sendmail are copies of perl that root owns;
 * the real one is in `test/system/cut.test.ts`.
 */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {describeInNamespace, type Namespace} from '../firewall/namespace.js';
import {bundle, type Child, start} from '../sys/support/child.js';
import {tempDirs, until} from '../sys/support/temp.js';

const newDir = tempDirs();
let folder: string;
let sendmail: string;
let script: string;
const started: Child[] = [];
const servants: number[] = [];

const cutterScript = `
  import fs from 'node:fs';
  import {Cutter} from './src/daemon/cutter.js';
  const {settings, cuts, burst = [], exempt = [], ended = []} = JSON.parse(process.argv[2]);
  const cutter = new Cutter({cutSessions: 'both', mailerPort: 25, dryRun: false, ...settings}, {
    stands: (network) => !ended.includes(network),
    isExempt: ({text}) => exempt.includes(text),
    save: () => {
      const open = fs.readFileSync('/proc/self/net/tcp', 'latin1').match(/:0019 [0-9A-F:]+ 01 /g);
      console.log('saved ' + (open ?? []).length);
    },
    say: (level, message) => console.log(level + ' ' + message),
  });
  for (const networks of cuts) await cutter.cut(networks);
  await Promise.all(burst.map((network) => cutter.cut([network])));
  await cutter.stop();`;

const perl = `
  use strict; use Socket qw(:all); $^F = 255; $| = 1; $SIG{CHLD} = 'IGNORE';
  sub at { my ($host, $port) = @_; $host =~ /:/ ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host)) : pack_sockaddr_in($port, inet_pton(AF_INET, $host)) }
  sub family { $_[0] =~ /:/ ? AF_INET6 : AF_INET }`;

/**
 * Takes connections at port 25 of an address. \`fork\`: gives each to a child with a sendmail's
 * title, or one that becomes another program; \`keep\`: has them all itself.
 */
const server = `${perl}
  my ($host, $way, @become) = @ARGV; my @kept;
  socket(my $l, family($host), SOCK_STREAM, 0); setsockopt($l, SOL_SOCKET, SO_REUSEADDR, 1);
  setsockopt($l, IPPROTO_IPV6, IPV6_V6ONLY, 0) if $host eq '::';
  bind($l, at($host, 25)) or die $!; listen($l, 500) or die $!;
  $0 = 'sendmail: MTA: accepting connections' if $way eq 'fork'; print "up\\n";
  while (accept(my $s, $l)) {
    if ($way eq 'keep') { push @kept, $s; print "kept\\n"; next }
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

beforeEach(() => {
  folder = newDir();
  fs.chmodSync(folder, 0o755); // for the user in it
  sendmail = join(folder, 'sendmail');
  fs.copyFileSync('/usr/bin/perl', sendmail);
  script = bundle(folder, cutterScript);
});
afterEach(() => {
  for (const child of started.splice(0)) child.process.kill('SIGKILL');
  for (const pid of servants.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

function isAlive(pid: number): boolean {
  try {
    return !fs.readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

const blocked = '203.0.113.7';
const other = '203.0.113.8';
const asUser = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];

class Lane {
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

  async serve(host: string, way: 'fork' | 'keep', ...become: string[]): Promise<Child> {
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
      servants.push(pid);
      await until('its title', () =>
        fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('cmd read'),
      );
    }
    return {guest, pid};
  }

  async connectMany(to: string, from: readonly string[]): Promise<Child> {
    const guest = this.#start('perl', '-e', client, to, ...from);
    await until('connections', () => guest.output().includes('connected'));
    return guest;
  }

  /** What the cutter said. */
  async cut(what: object, ...before: string[]): Promise<string[]> {
    const words = [...before, process.execPath, '--no-warnings', script, JSON.stringify(what)];
    const [program = '', ...rest] = words;
    const child = this.#start(program, ...rest);
    expect(await child.ended).toBe(0);
    expect(child.complaints()).toBe('');
    const lines = child.output().split('\n').filter(Boolean);
    this.saved = lines.filter((line) => line.startsWith('saved '));
    return lines.filter((line) => !this.saved.includes(line));
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

const ways = [
  ['IPv4', '0.0.0.0', '203.0.113.1', blocked, other],
  ['IPv6', '::', '2001:db8::1', '2001:db8::7', '2001:db8::8'],
  ['IPv4 on a socket for both', '::', '203.0.113.1', blocked, other],
] as const;

describe('the cutter', () => {
  describeInNamespace('who is cut', 'default', (namespace) => {
    test.each(ways)('%s: the blocked one, and no other', async (_, host, to, guilty, innocent) => {
      const lane = new Lane(namespace);
      const relay = await lane.serve(host, 'fork');
      for (const cutSessions of ['sockets', 'processes', 'both']) {
        const one = await lane.connect(to, guilty, relay);
        const two = await lane.connect(to, innocent, relay);
        const said = await lane.cut({settings: {cutSessions}, cuts: [[guilty]]});
        await until('its end', () => one.guest.output().includes('closed'));
        if (cutSessions !== 'sockets') await until('its end', () => !isAlive(one.pid));
        expect(said).toEqual([expect.stringContaining(`notice cut ${guilty}: `)]);
        expect(said[0]?.includes(`process ${one.pid}`)).toBe(cutSessions !== 'sockets');
        expect(two.guest.output()).not.toContain('closed');
        expect(isAlive(two.pid)).toBe(true);
        expect(relay.process.exitCode).toBeNull();
      }
    });

    test('only after the state is saved: with the process goes the word of whose lines it wrote', async () => {
      const lane = new Lane(namespace);
      const relay = await lane.serve('0.0.0.0', 'fork');
      const {guest} = await lane.connect('203.0.113.1', blocked, relay);
      await lane.cut({cuts: [[other]]});
      expect(lane.saved).toEqual([]); // nothing to cut
      await lane.cut({cuts: [[blocked]]});
      expect(lane.saved).toEqual(['saved 1']);
      await until('its end', () => guest.output().includes('closed'));
    });

    test('all of a network, at most 256 in a call, told in few lines; not who is exempt', async () => {
      const lane = new Lane(namespace);
      namespace.run('ip', ['route', 'add', 'local', '10.7.0.0/16', 'dev', 'lo']);
      const all = Array.from({length: 300}, (_, i) => `10.7.${i >> 8}.${i & 255}`);
      await lane.serve('0.0.0.0', 'keep');
      const guest = await lane.connectMany('10.7.9.9', all);
      const said = await lane.cut({cuts: [['10.7.0.0/16']], exempt: ['10.7.1.1']});
      const closed = (): string[] => guest.output().match(/\S+(?= closed)/g) ?? [];
      await until('their end', () => closed().length >= 299);
      expect(closed()).not.toContain('10.7.1.1');
      expect(said).toHaveLength(51);
      expect(said.at(-1)).toBe('notice cut 249 more clients');
    });

    test('nobody whose block has ended meanwhile', async () => {
      const lane = new Lane(namespace);
      const {guest, pid} = await lane.connect(
        blocked,
        blocked,
        await lane.serve('0.0.0.0', 'fork'),
      );
      expect(await lane.cut({cuts: [[blocked]], ended: [blocked]})).toEqual([]);
      expect([isAlive(pid), guest.output()]).toEqual([true, 'connected\n']);
    });

    test('a dry run says it, and does nothing', async () => {
      const lane = new Lane(namespace);
      const {guest, pid} = await lane.connect(
        blocked,
        blocked,
        await lane.serve('0.0.0.0', 'fork'),
      );
      const said = await lane.cut({settings: {dryRun: true}, cuts: [[blocked]]});
      expect(said).toEqual([`notice would cut ${blocked}: sendmail process ${pid}, socket`]);
      expect([isAlive(pid), guest.output()]).toEqual([true, 'connected\n']);
    });
  });

  describeInNamespace('who only looks like it', 'default', (namespace) => {
    test.each([
      ['another program with a sendmail child’s title', () => ['/usr/bin/perl']],
      ['a user’s process with an inherited socket', () => [...asUser, sendmail]],
    ])('%s lives on', async (_, become) => {
      const lane = new Lane(namespace);
      const {pid} = await lane.connect(
        blocked,
        blocked,
        await lane.serve('0.0.0.0', 'fork', ...become()),
      );
      expect(await lane.cut({settings: {cutSessions: 'processes'}, cuts: [[blocked]]})).toEqual([]);
      expect(isAlive(pid)).toBe(true);
    });

    test('the listener lives on, though it has the client’s socket for a moment', async () => {
      const lane = new Lane(namespace);
      const relay = await lane.serve('0.0.0.0', 'keep');
      await lane.connect(blocked, blocked, relay);
      expect(await lane.cut({settings: {cutSessions: 'processes'}, cuts: [[blocked]]})).toEqual([]);
      expect(relay.process.exitCode ?? relay.process.signalCode).toBeNull();
    });

    test('a delivery to the blocked client’s own server lives on', async () => {
      const lane = new Lane(namespace);
      await lane.serve(blocked, 'keep');
      const delivery = start('nsenter', [
        ...namespace.enter(sendmail, []).slice(1),
        '-e',
        client,
        blocked,
        '203.0.113.1',
      ]);
      started.push(delivery);
      await until('a connection', () => delivery.output().includes('connected'));
      expect(await lane.cut({cuts: [[blocked]]})).toEqual([]);
      expect(delivery.output()).toBe('connected\n');
    });
  });

  describeInNamespace('where it cannot', 'default', (namespace) => {
    const session = async (): Promise<{lane: Lane; guest: Child}> => {
      const lane = new Lane(namespace);
      const {guest} = await lane.connect(blocked, blocked, await lane.serve('0.0.0.0', 'keep'));
      return {lane, guest};
    };
    const thrice = {settings: {cutSessions: 'sockets'}, cuts: [[blocked], [blocked], [blocked]]};
    const once = (why: string): string[] => [expect.stringContaining(why) as unknown as string];

    test('without the right it says so once', async () => {
      const {lane, guest} = await session();
      const powerless = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin'];
      expect(await lane.cut(thrice, ...powerless)).toEqual(once('CAP_NET_ADMIN'));
      expect(guest.output()).toBe('connected\n');
    });

    test('a kernel that does not destroy is said once', async () => {
      const {lane} = await session();
      const said = await lane.cutWith(lane.script('exit 0'), thrice);
      expect(said).toEqual(once('CONFIG_INET_DIAG_DESTROY'));
    });

    test('an ss that lists without destroying, as it does without inet_diag, has destroyed nothing', async () => {
      const {lane} = await session();
      const listing = `echo 'ESTAB 0 0 203.0.113.7:25 203.0.113.7:4711'`;
      expect(await lane.cutWith(lane.script(listing), thrice)).toEqual(once('not destroyed'));
    });

    test('a missing ss is said once, and the processes end all the same', async () => {
      const lane = new Lane(namespace);
      const {guest, pid} = await lane.connect(
        blocked,
        blocked,
        await lane.serve('0.0.0.0', 'fork'),
      );
      const said = await lane.cutWith('/dev/null', {cuts: [[blocked], [blocked]]});
      await until('its end', () => !isAlive(pid) && guest.output().includes('closed'));
      expect(said.filter((line) => line.startsWith('warning'))).toEqual(once('iproute2'));
      expect(said.filter((line) => line.startsWith('notice'))).toEqual([
        `notice cut ${blocked}: sendmail process ${pid}`,
      ]);
    });
  });

  describeInNamespace('a burst', 'default', (namespace) => {
    test('of a thousand blocks is one cut', async () => {
      const lane = new Lane(namespace);
      namespace.run('ip', ['route', 'add', 'local', '10.7.0.0/16', 'dev', 'lo']);
      const all = Array.from({length: 1000}, (_, i) => `10.7.${i >> 8}.${i & 255}`);
      await lane.serve('0.0.0.0', 'keep');
      const guest = await lane.connectMany('10.7.9.9', all.slice(0, 200));
      const counting = lane.script(`echo call >>${folder}/calls; exec ${folder}/ss "$@"`);
      await lane.cutWith(counting, {cuts: [], burst: all});
      await until('their end', () => (guest.output().match(/closed/g) ?? []).length === 200);
      expect(fs.readFileSync(`${folder}/calls`, 'utf8')).toBe('call\n');
    });
  });
});

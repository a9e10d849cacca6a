/**
 * What one look costs with a thousand processes that have a connection each, when nothing is new. Compared with
 * `ss -tnp`, which an administrator would run in a loop. It runs in a pid namespace, so that there are only these
 * processes and only the network namespaces that are made here.
 */
import {spawn, spawnSync, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Observation} from '../../../src/outgoing/watch/observation.js';
import {Outgoing} from '../../../src/sys/outgoing/outgoing.js';
import {OwnAddresses} from '../../../src/sys/outgoing/own-addresses.js';
import {makeSenses} from '../../outgoing/live/senses.js';
import {measured, printTable} from '../aims.js';
import {figures} from '../figures.js';

const PORT = 2561;
const SOCKETS = 1000;
const NAMESPACES = [1, 10] as const;
const LOOKS = 100;
/** Pause between two looks. Ms: the real pause would make the bench take minutes. */
const REST_MS = 20;
const MOST_MS = 5;

/** Children with an established connection each. The other end is here, too, so there are twice as many sockets. */
const holders = `
use Socket;
$| = 1;
socket my $listener, PF_INET, SOCK_STREAM, 0; setsockopt $listener, SOL_SOCKET, SO_REUSEADDR, 1;
bind $listener, pack_sockaddr_in(${PORT}, INADDR_ANY) or die $!; listen $listener, ${2 * SOCKETS} or die $!;
for (1 .. ${SOCKETS}) {
  next if fork;
  close $listener;
  socket my $socket, PF_INET, SOCK_STREAM, 0;
  bind $socket, pack_sockaddr_in(0, inet_aton('192.0.2.1'));
  connect $socket, pack_sockaddr_in(${PORT}, inet_aton('203.0.113.25')) or die $!;
  sleep;
}
print "ready\\n"; sleep;`;

/** Here the other end has an address of this machine. It must count as another machine. */
class Elsewhere extends OwnAddresses {
  override is(): boolean {
    return false;
  }
}

export async function scan(): Promise<void> {
  for (const words of [
    'link set lo up',
    'address add 192.0.2.1 dev lo',
    'address add 203.0.113.25 dev lo',
  ]) {
    spawnSync('ip', words.split(' '), {stdio: 'inherit'});
  }
  const script = spawn('perl', ['-e', holders], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group, so that all of them can be ended.
    detached: true,
  });
  await once(script.stdout, 'data');
  // Gives the last children time to connect.
  await sleep(1000);
  const spaces: ChildProcess[] = [];
  const rows = [['', 'namespaces', 'ms', '99 %', 'main thread, ms', '99 %']];
  for (const count of NAMESPACES) {
    while (spaces.length < count - 1)
      spaces.push(spawn('unshare', ['--net', 'sleep', '600'], {stdio: 'ignore'}));
    await sleep(300);
    const {quiet, first, moved} = await looks();
    const name = `${SOCKETS} connections, nothing is new`;
    rows.push([name, String(count), ...cells(quiet)]);
    rows.push(['one was opened: the tables are read', String(count), ...cells(moved)]);
    rows.push(['all anew, and the namespaces looked for', String(count), ...cells(first)]);
    const {median} = figures(quiet.map(({wallMs}) => wallMs));
    measured({
      room: 'outgoing',
      what: `a look at ${SOCKETS} known connections, ${count} namespaces`,
      ...{value: median, unit: 'ms', is: 'atMost', limit: MOST_MS},
    });
  }
  rows.push(['`ss -tnp`, without the start of a shell', '1', ...cells(peer())]);
  printTable(rows);
  // A negative number means that the table is shared by the whole machine.
  const buckets = Math.abs(Number(readFileSync('/proc/sys/net/ipv4/tcp_ehash_entries', 'latin1')));
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  console.log(`${processes} processes; the kernel's hash of connections has ${buckets} places\n`);
  process.kill(-script.pid!, 'SIGKILL');
  for (const space of spaces) space.kill('SIGKILL');
}

interface Took {
  readonly wallMs: number;
  /** Time in which the event loop was blocked; not known for another process. */
  readonly busyMs: number;
}

async function looks(): Promise<Record<'quiet' | 'first' | 'moved', readonly Took[]>> {
  const told: Observation[] = [];
  const {tables} = makeSenses(PORT, told, new Elsewhere(() => undefined));
  const look = (): Promise<unknown> => tables.look('all', () => 'tables');
  await look();
  // Processes are described meanwhile, and reported one after another.
  for (let waits = 0; told.length < SOCKETS && waits < 600; waits++) await sleep(100);
  if (told.length !== SOCKETS)
    throw new Error(`${told.length} connections were seen, not ${SOCKETS}`);
  const [quiet, first, moved]: [Took[], Took[], Took[]] = [[], [], []];
  for (let i = 0; i < LOOKS; i++) quiet.push(await timed(look));
  for (let i = 0; i < LOOKS / 5; i++) {
    first.push(await timed(() => new Outgoing([PORT]).look('all')));
    // The connection is refused, but the kernel's counter moves.
    spawnSync('perl', ['-MIO::Socket::INET', '-e', 'IO::Socket::INET->new("127.0.0.1:1")']);
    moved.push(await timed(look));
  }
  return {quiet, first, moved};
}

async function timed(work: () => Promise<unknown>): Promise<Took> {
  await sleep(REST_MS);
  const [began, loop] = [performance.now(), performance.eventLoopUtilization()];
  await work();
  const wallMs = performance.now() - began;
  return {wallMs, busyMs: performance.eventLoopUtilization(loop).active};
}

function peer(): Took[] {
  return Array.from({length: LOOKS}, () => {
    const began = performance.now();
    const filter = `dport = :${PORT}`;
    const {stdout} = spawnSync('ss', ['-H', '-tnp', filter], {
      encoding: 'latin1',
      maxBuffer: 1 << 26,
    });
    if (stdout.split('\n').length < SOCKETS) throw new Error('ss did not show all');
    return {wallMs: performance.now() - began, busyMs: Number.NaN};
  });
}

function cells(took: readonly Took[]): string[] {
  return [took.map(({wallMs}) => wallMs), took.map(({busyMs}) => busyMs)].flatMap((values) => {
    const {median, p99} = figures(values);
    return Number.isNaN(median) ? ['', ''] : [median.toFixed(2), p99.toFixed(2)];
  });
}

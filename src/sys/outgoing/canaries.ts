/**
 * Makes a private wire to another machine, and sends canaries over it: processes that
 * connect and end at once, like a short-lived spam script. The other machine is a network namespace
 * that has every address of a test network (RFC 5737) and accepts every connection.
 *
 * The wire is made only in a network in which nothing is up, so it cannot disturb anything, and it leads nowhere else.
 * Both ends end with their processes, and these end with us, even when we are killed.
 *
 * A canary is a fork of one perl, which every Debian has. Only the time from connect(2)
 * to the end counts, and a fork needs no start of a program. A program in C would need a compiler, and a
 * shell cannot connect.
 */
import type {Canary} from '../../outgoing/coverage.js';
import {runCommand, startCommand} from '../run/command.js';
import {localAddresses} from '../run/machine.js';

/** The other machine has all addresses of TEST-NET-3. */
const farNetwork = '203.0.113';
/** At most so many canaries to one port, each to another address. A count. */
const mostCanaries = 250;

/** A canary without an answer gives up after this. Seconds: TCP has tried three times. */
const canaryPatienceSeconds = 5;
/** Time for commands that take the kernel no time. Ms. */
const setUpMs = 5000;

/** Listens at the ports. It need not accept connections, because the kernel answers by itself. */
const farSide = `
use Socket;
for my $port (@ARGV) {
  socket my $listener, PF_INET, SOCK_STREAM, 0 or die $!;
  bind $listener, pack_sockaddr_in($port, INADDR_ANY) or die $!;
  listen $listener, 1024 or die $!;
  push @listeners, $listener;
}
$| = 1; print "$$\\n"; sleep;`;

/**
 * Each canary ends without cleaning up, like a killed process, and is reaped at once. A process that its parent reaps
 * late would show its user for longer.
 */
const flock = `
use POSIX ();
use Socket;
my ($port, $count, $gap) = @ARGV;
my %waiting;
sub note { syswrite STDOUT, sprintf "%s %s %d %.6f\\n", @_, time }
sub reap { while ((my $pid = waitpid -1, POSIX::WNOHANG()) > 0) { delete $waiting{$pid}; note('ended', $pid, $?) } }
$SIG{CHLD} = \\&reap;
$SIG{TERM} = sub { kill 'KILL', keys %waiting; exit 1 };
for my $i (1 .. $count) {
  my $to = pack_sockaddr_in($port, inet_aton("${farNetwork}.$i"));
  defined(my $pid = fork) or die $!;
  if ($pid == 0) {
    alarm ${canaryPatienceSeconds};
    socket my $socket, PF_INET, SOCK_STREAM, 0 or POSIX::_exit(2);
    note('began', $$, $i);
    POSIX::_exit(connect($socket, $to) ? 0 : 1);
  }
  $waiting{$pid} = 1 if kill 0, $pid;
  my $left = $i < $count ? $gap : 0;
  (undef, $left) = select undef, undef, undef, $left while $left > 0;
}
$SIG{CHLD} = 'DEFAULT';
while ((my $pid = wait) > 0) { note('ended', $pid, $?) }`;

type LaidWire = {readonly kind: 'laid'} | {readonly kind: 'unavailable'; readonly why: string};

/**
 * @param ports the ports at which the other machine listens
 * @param stop removes the wire
 */
export async function layWire(ports: readonly number[], stop: AbortSignal): Promise<LaidWire> {
  const ours = localAddresses();
  if (ours.kind === 'unreadable') return {kind: 'unavailable', why: ours.why};
  if (ours.addresses.length > 0) {
    const why =
      'this network is in use: `unshare --net blocksmtp coverage` gives it one of its own';
    return {kind: 'unavailable', why};
  }
  const listening = ['perl', '-e', farSide, ...ports.map(String)];
  const far = startCommand('setpriv', [...bound, 'unshare', '--net', ...listening], stop);
  const pid = await firstLine(far.output);
  if (pid === undefined) {
    const end = await far.ended;
    return {kind: 'unavailable', why: 'why' in end ? end.why : 'no other network namespace'};
  }
  const near = [
    'link set lo up',
    `link add wan type veth peer name mail netns ${pid}`,
    'address add 192.0.2.1/30 dev wan',
    'link set wan up',
    // No default route, so that any other connection fails at once.
    `route add ${farNetwork}.0/24 via 192.0.2.2`,
  ];
  const there = [
    'link set lo up',
    `route add local ${farNetwork}.0/24 dev lo`,
    'address add 192.0.2.2/30 dev mail',
    'link set mail up',
  ];
  for (const [program, words, lines] of [
    ['ip', [], near.slice(0, 2)],
    ['nsenter', [`--net=/proc/${pid}/ns/net`, 'ip'], there],
    ['ip', [], near.slice(2)],
  ] as const) {
    const input = lines.map((line) => `${line}\n`).join('');
    const set = await runCommand(program, [...words, '-batch', '-'], {input, timeoutMs: setUpMs});
    if (set.kind !== 'done') return {kind: 'unavailable', why: set.why};
  }
  return {kind: 'laid'};
}

export interface Flock {
  readonly port: number;
  /** Number of canaries; at most `mostCanaries` are sent. */
  readonly count: number;
  /** The time from the first canary to the last. Ms. */
  readonly spreadMs: number;
  readonly uid: number;
  /** `fine` needs a perl module beyond perl-base. */
  readonly clock: 'seconds' | 'fine';
}

/** Sends the canaries, and waits until all have ended. @throws if they could not be sent */
export async function sendCanaries(
  {port, count, spreadMs, uid, clock}: Flock,
  stop: AbortSignal,
): Promise<Canary[]> {
  const sentCount = Math.min(count, mostCanaries);
  const gapSeconds = spreadMs / 1000 / Math.max(1, sentCount - 1);
  const user = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  const perl = ['perl', ...(clock === 'fine' ? ['-MTime::HiRes=time'] : []), '-e', flock];
  // If we end, a signal makes the parent of the canaries end the waiting ones too.
  const words = [
    '--pdeathsig',
    'TERM',
    ...user,
    ...perl,
    ...[port, sentCount, gapSeconds].map(String),
  ];
  const sent = startCommand('setpriv', words, stop);
  let text = '';
  for await (const chunk of sent.output) text += chunk.toString('latin1');
  const end = await sent.ended;
  if (end.kind !== 'done') throw new Error('why' in end ? end.why : 'ended too early');
  return readCanaries(text);
}

/** Makes the kernel end a child when we end, even if we are killed. */
const bound = ['--pdeathsig', 'KILL'];

function readCanaries(text: string): Canary[] {
  const lines = Array.from(
    text.matchAll(/^(began|ended) (\d+) (\d+) ([\d.]+)$/gm),
    ([, what, pid, number, at]) => ({
      ...{what, pid: Number(pid), number: Number(number), atMs: Number(at) * 1000},
    }),
  );
  const ends = new Map(lines.flatMap((end) => (end.what === 'ended' ? [[end.pid, end]] : [])));
  return lines.flatMap(({what, pid, number, atMs}) => {
    if (what === 'ended') return [];
    const end = ends.get(pid);
    const result = end?.number === 0 ? 'connected' : 'failed';
    const remote = `${farNetwork}.${number}`;
    return [{pid, remote, beganMs: atMs, endedMs: end?.atMs, result}];
  });
}

async function firstLine(output: AsyncIterable<Buffer>): Promise<string | undefined> {
  for await (const chunk of output) return chunk.toString('latin1').trim();
  return undefined;
}

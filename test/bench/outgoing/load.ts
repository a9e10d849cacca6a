/**
 * What the kernel's trace costs: for an idle watch, and while an allowed mailer opens a thousand connections a second.
 * Measures the CPU time of this process, which does nothing else, and of the child that reads the trace.
 */
import {spawn, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {OutgoingWatch} from '../../../src/outgoing/live/watch.js';
import {emptyState} from '../../../src/guard/state.js';
import {measured, printTable, skip} from '../aims.js';

const PORT = 2551;
const MAILER = 4712;
const CONNECTIONS_PER_SECOND = 1000;
const SECONDS = 10;
/** Most CPU time of an idle watch. Percent of one core. */
const MOST_IDLE_PERCENT = 1;

/** A mailer that does not wait for an answer, so that each connection only begins, as with a dead smarthost. */
const mailer = `
use Socket; use Fcntl; use Time::HiRes 'time', 'sleep';
my $to = pack_sockaddr_in(${PORT}, inet_aton('203.0.113.25'));
my ($began, $done) = (time, 0);
while ((my $passed = time - $began) < ${SECONDS + 2}) {
  while ($done < $passed * ${CONNECTIONS_PER_SECOND}) {
    socket my $socket, PF_INET, SOCK_STREAM, 0; fcntl $socket, F_SETFL, O_NONBLOCK;
    connect $socket, $to; close $socket; $done++;
  }
  sleep 0.005;
}`;

export async function load(): Promise<void> {
  // The wire of the canaries goes with its other end.
  await sleep(1000);
  // A destination that nobody has: the packets come back to us, and are dropped.
  for (const words of [
    'link set lo up',
    'address add 192.0.2.1 dev lo',
    'route add 203.0.113.0/24 dev lo src 192.0.2.1',
  ]) {
    spawnSync('ip', words.split(' '), {stdio: 'inherit'});
  }
  const end = new AbortController();
  let told = 0;
  const nothing = (): void => undefined;
  const outbound = new OutgoingWatch(
    {
      ...{
        outbound: 'warn',
        outboundPorts: [PORT],
        outboundInterval: 2,
        warnInterval: 3600,
        allowedDestinations: [],
      },
      allowedSenders: [`${MAILER}:*`],
    },
    {
      ...{rows: emptyState('unsaved').outgoing, say: nothing},
      see: () => (told += 1),
    },
  );
  const running = outbound.run(end.signal);
  await sleep(1000);
  if (outbound.hears === 'tables') {
    skip('the load', 'the kernel does not tell');
  } else {
    const idle = await percentOver(SECONDS);
    const words = ['--pdeathsig', 'KILL', '--reuid', String(MAILER), '--clear-groups', 'perl'];
    spawn('setpriv', [...words, '-e', mailer], {stdio: 'inherit'});
    await sleep(1000);
    const before = told;
    const busy = await percentOver(SECONDS);
    show(idle, busy, (told - before) / SECONDS);
  }
  end.abort();
  await running;
}

interface Percent {
  readonly ours: number;
  readonly reader: number;
}

function show(idle: Percent, busy: Percent, perSecond: number): void {
  const row = (name: string, {ours, reader}: Percent): string[] => [
    name,
    ...[ours, reader].map((each) => each.toFixed(2)),
    (((ours + reader) / 100) * 60).toFixed(2),
  ];
  printTable([
    ['the kernel tells', '% of a core', 'its reader, %', 'CPU s a minute'],
    row('nobody connects', idle),
    row(`${perSecond.toFixed(0)} allowed connections a second are told of`, busy),
  ]);
  const all = idle.ours + idle.reader;
  measured({
    ...{room: 'outgoing', what: 'an idle watch, of a core', value: all, unit: '%', is: 'atMost'},
    limit: MOST_IDLE_PERCENT,
  });
}

async function percentOver(seconds: number): Promise<Percent> {
  const [began, ours, reader] = [performance.now(), process.cpuUsage(), readerMs()];
  await sleep(seconds * 1000);
  const tookMs = performance.now() - began;
  const {user, system} = process.cpuUsage(ours);
  return {
    ours: ((user + system) / 1000 / tookMs) * 100,
    reader: ((readerMs() - reader) / tookMs) * 100,
  };
}

/** CPU time of `cat`, which reads the trace. The kernel counts in hundredths of a second. */
function readerMs(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').split(' ');
  for (const pid of children.filter(Boolean)) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    if (!stat.includes('(cat)')) continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }
  return Number.NaN;
}

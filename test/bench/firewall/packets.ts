/**
 * What blocks cost clients that are not blocked: the time to open and close a TCP connection to port 25.
 * Three packets of it meet the rules. There is no mail, no new process and no wire, because compared with
 * these the cost of the rules could hardly be measured. Each number of blocks has a network namespace of
 * its own. The slices of all are measured in random order, so that noise hits all alike.
 */
import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {runFirewallCall} from '../../../src/sys/firewall/netfilter.js';
import {root} from '../../system/lab/paths.js';
import {measured, printTable} from '../aims.js';
import {type Figures, figures, spread} from '../figures.js';
import {Random} from '../traffic/random.js';
import {addresses, shuffled} from './addresses.js';
import {blockOf, Driven, type Subject} from './subjects.js';

const numbers: Readonly<Record<Subject, readonly number[]>> = {
  'iptables flat': [0, 100, 300, 1000, 3000, 10_000],
  'iptables tree': [1000, 10_000, 100_000],
  ipset: [0, 1000, 10_000, 100_000],
  nftables: [0, 1000, 10_000, 100_000],
};
const ROUNDS = 21;
/** Connections in a slice. A count: they take a twentieth of a second. */
const CONNECTIONS = 1500;
const MOST_OF_NONE = 1.1;
const NONE = 'no rule at all';

type Place = {name: string; subject?: Subject; blocks: number; microseconds: number[]; line: Line};
/** A process that makes connections in a namespace of its own. */
type Line = {connect: (count: number) => Promise<number>; pid: number; stop: () => void};

export async function packets(): Promise<void> {
  const places: Place[] = [{name: NONE, blocks: 0, microseconds: [], line: await startLine()}];
  try {
    for (const [subject, counts] of Object.entries(numbers) as [Subject, readonly number[]][]) {
      for (const blocks of counts) {
        const line = await startLine();
        places.push({name: subject, subject, blocks, microseconds: [], line});
        await fill(subject, blocks, line);
      }
    }
    for (let round = 0; round <= ROUNDS; round++) {
      for (const {line, microseconds} of shuffled(places, new Random(round + 1))) {
        const took = await line.connect(CONNECTIONS);
        // The first round warms up.
        if (round > 0) microseconds.push(took);
      }
    }
  } finally {
    for (const {line} of places) line.stop();
  }
  show(places);
}

async function startLine(): Promise<Line> {
  const words = ['KILL', 'unshare', '--net', 'chrt', '--fifo', '1', 'perl'];
  const script = join(root, 'test/bench/firewall/connections.pl');
  const child = spawn('setpriv', ['--pdeathsig', ...words, script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const {value, done} = await lines.next();
    if (done === true) throw new Error('the process that connects has ended');
    return value;
  };
  await next();
  return {
    pid: child.pid!,
    connect: async (count) => {
      child.stdin.write(`${count}\n`);
      return Number(await next()) / 1000 / count;
    },
    stop: () => child.kill('SIGKILL'),
  };
}

async function fill(subject: Subject, blocks: number, {pid}: Line): Promise<void> {
  const enter = `--net=/proc/${pid}/ns/net`;
  const driven = new Driven(subject, 4, ({program, parameters, input}) =>
    runFirewallCall({program: 'nsenter', parameters: [enter, program, ...parameters], input}),
  );
  await driven.time(blocks, async (firewall) => {
    const now = Date.now();
    firewall.replace(addresses(4, blocks).map((network) => blockOf(network, now)));
    await firewall.enforce('keep');
  });
  await driven.firewall.stop('leave');
}

function show(places: readonly Place[]): void {
  const rows = [['', 'blocks', 'µs a connection', 'of none', 'connections/s']];
  const bare = figuresOf(places[0]!).median;
  for (const place of places) {
    const {name, subject, blocks} = place;
    const found = figuresOf(place);
    const ratio = found.median / bare;
    rows.push([
      name,
      String(blocks),
      spread(found, 1),
      ratio.toFixed(3),
      (1e6 / found.median).toFixed(0),
    ]);
    if (subject === undefined || subject === 'iptables flat') continue;
    measured({
      room: 'firewall',
      what: `${name}, ${blocks} blocks: a connection, of one without`,
      ...{value: ratio, unit: '', is: 'atMost', limit: MOST_OF_NONE},
    });
  }
  console.log(
    `connections of who is not blocked, median of ${ROUNDS} rounds of ${CONNECTIONS} (min..max)\n`,
  );
  printTable(rows);
}

const figuresOf = ({microseconds}: Place): Figures => figures(microseconds);

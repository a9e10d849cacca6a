/**
 * How fast a queue is searched, in a relay with Debian's sendmail. Measures whole processes, start included, with a warm
 * page cache. `mailq` and `grep` search the same files, in turn in each round. The table also shows what each found.
 */
import {aim, heading, measured, printTable, skip} from './aims.js';
import {debianProgram} from './debian.js';
import {type Figures, figures, spread} from './figures.js';
import {inRelay} from './in-relay.js';
import {makeMessages, marked, markers} from './queue/many-messages.js';
import {Stopwatch, type Whole} from './whole-process.js';
import {inWorkshop} from './workshop.js';
import {available} from '../system/lab/available.js';
import {Lab} from '../system/lab/lab.js';
import type {Relay} from '../system/lab/relay.js';

const messages = Number(process.env['BLOCKSMTP_BENCH_MESSAGES'] ?? 50_000);
const rounds = 3;
/** No round begins later than this. Ms. */
const longestMs = 40_000;
/** The aim for each search. Ms. */
const mostWallMs = 3000;
const folder = '/var/spool/mqueue';

interface Contender {
  readonly name: string;
  readonly words: readonly string[];
  readonly found: (stdout: string) => number;
  readonly expected: number;
  /** The program that searches for the same. */
  readonly peer: string;
}

const ofOurs = (stdout: string): number => Number(/^(\d+) messages? of /m.exec(stdout)?.[1]);
const lines = (stdout: string): number => stdout.split('\n').length - 1;
const {received, body} = marked(messages);

const ours = (words: readonly string[], expected: number, peer: string): Contender => ({
  ...{name: `queue ${words.map((word) => (word.includes(' ') ? 'TEXT' : word)).join(' ')}`.trim()},
  ...{words: ['blocksmtp', 'queue', ...words], found: ofOurs, expected, peer},
});
const grep = (name: string, text: string, which: string, expected: number): Contender => ({
  ...{name, words: ['grep', '-rlF', text, `--include=${which}*`, folder]},
  ...{found: lines, expected, peer: name},
});
const grepHeaders = 'grep -rl, control files';
const grepBodies = 'grep -rl, bodies';
const contenders: readonly Contender[] = [
  ours([], messages, 'mailq'),
  ours(['--count'], messages, 'mailq'),
  ours(['--received', markers.received], received, grepHeaders),
  ours(['--text', markers.body], body, grepBodies),
  {
    ...{name: 'mailq', words: ['mailq'], expected: messages, peer: 'mailq'},
    // mailq prints a sum for each queue, and one for all.
    found: (stdout) =>
      Math.max(...[...stdout.matchAll(/requests: (\d+)/g)].map(([, count]) => Number(count))),
  },
  grep(grepHeaders, markers.received, 'qf', received),
  grep(grepBodies, markers.body, 'df', body),
];

export async function queue(): Promise<void> {
  heading('queue', `${messages} messages in three queues`);
  const state = await available();
  if (!state.ok) {
    skip('queue', state.why);
    return;
  }
  await inWorkshop(async (dir) => {
    const time = await debianProgram('time', '/usr/bin/time', dir);
    if (time.kind === 'missing') {
      skip('queue', time.why);
      return;
    }
    const {relay} = await Lab.start({id: 'bench-queue', services: false, clients: {}});
    try {
      await fill(relay);
      show(await race(new Stopwatch(time.path, dir), inRelay(relay)));
    } finally {
      await Lab.stopAll();
    }
  });
}

async function fill(relay: Relay): Promise<void> {
  const mc = await relay.read('/etc/mail/lab.mc');
  const named = `define(\`QUEUE_DIR', \`${folder}/q*')dnl`;
  await relay.write('/etc/mail/queue.mc', mc.replace(/^MAILER\(`local'\)dnl$/m, `${named}\n$&`));
  await relay.write('/etc/mail/sendmail.cf', await relay.sh('m4', ['/etc/mail/queue.mc']));
  makeMessages(relay.path(folder), messages);
  await relay.sh('chown', ['-R', 'smmta:smmsp', folder], {timeoutMs: 120_000});
}

type Score = Contender & {
  readonly wallMs: Figures;
  readonly cpuMs: Figures;
  readonly peakMegabytes: number;
  readonly count: number;
};

async function race(stopwatch: Stopwatch, before: readonly string[]): Promise<Score[]> {
  const runs = contenders.map((contender) => ({contender, wholes: [] as Whole[]}));
  const begun = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round > 0 && performance.now() - begun > longestMs) break;
    for (const {contender, wholes} of runs) {
      wholes.push(await stopwatch.run({words: [...before, ...contender.words]}));
    }
  }
  return runs.map(({contender, wholes}) => ({
    ...contender,
    wallMs: figures(wholes.map(({wallMs}) => wallMs)),
    cpuMs: figures(wholes.map(({cpuMs}) => cpuMs)),
    peakMegabytes: Math.max(...wholes.map(({peakMegabytes}) => peakMegabytes)),
    count: contender.found(wholes[0]?.stdout ?? ''),
  }));
}

function show(scores: readonly Score[]): void {
  const rows = scores.map(({name, wallMs, cpuMs, peakMegabytes, count, expected, peer}) => {
    const beside = scores.find((each) => each.name === peer);
    const ratio = (own: Figures, other: Figures | undefined): string =>
      name === peer || other === undefined ? '' : (own.median / other.median).toFixed(1);
    return [
      name,
      spread(wallMs),
      spread(cpuMs),
      peakMegabytes.toFixed(0),
      `${count} of ${expected}`,
      name === peer ? '' : peer,
      ratio(wallMs, beside?.wallMs),
      ratio(cpuMs, beside?.cpuMs),
    ];
  });
  const head = ['', 'ms', 'CPU ms', 'peak MB', 'found', 'beside', 'ms, times', 'CPU, times'];
  console.log(`whole processes, warm, median of ${scores[0]?.wallMs.runs ?? 0} (min..max)\n`);
  printTable([head, ...rows]);
  for (const {name, wallMs, count, expected, peer} of scores) {
    if (!name.startsWith('queue')) continue;
    measured({
      ...{room: 'queue', what: name, value: wallMs.median, unit: 'ms', is: 'atMost'},
      limit: mostWallMs,
      peer: scores.find((each) => each.name === peer)?.wallMs.median,
    });
    aim(`${name}: all that is there is found, and nothing else`, count === expected);
  }
}

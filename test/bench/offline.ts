/**
 * How fast old logs are read. Measures whole processes, start included, with a warm page cache. The
 * programs run in turn in each round, so that a noisy moment hits all of them. The table also shows how
 * much each program found of what the maker of the log wrote.
 */
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {aim, heading, measured, printTable, skip} from './aims.js';
import {blocksmtp, type Contender, fail2ban, grep, sshguard} from './contenders.js';
import {debianProgram} from './debian.js';
import {type Figures, figures, spread} from './figures.js';
import {makeLog} from './make-log.js';
import {cut, type Piece, warm} from './pieces.js';
import type {Truth} from './traffic/traffic.js';
import {Stopwatch} from './whole-process.js';
import {freeMegabytes, inWorkshop} from './workshop.js';

const STAMPS = process.env['BLOCKSMTP_BENCH_STAMPS'] === 'bsd' ? 'bsd' : 'rfc3339';
const PERCENTS = [0.5, 5, 50];
/** The aims for each log: our speed as a multiple of another program's speed in the same run. */
const LEAST: Readonly<
  Record<number, {ofGrep?: number; ofFail2ban?: number; relevantLines?: number}>
> = {
  0.5: {ofGrep: 0.6, ofFail2ban: 150},
  5: {ofGrep: 0.3},
  50: {ofFail2ban: 10, relevantLines: 200_000},
};
const MOST_MEGABYTES = 120;
const ROUNDS = 5;
/** No round begins later than this, so that the whole bench stays within minutes. Ms. */
const LONGEST_MS = 60_000;

type Ready = Extract<Contender, {kind: 'ready'}>;
type Score = {
  contender: Ready;
  piece: Piece;
  /** Per second. */
  millionLines: Figures;
  peakMegabytes: number;
  found: number;
};

/** @param megabytes of each log */
export async function offline(megabytes: number): Promise<void> {
  heading('offline', `logs of ${String(megabytes)} MB each, ${STAMPS} stamps`);
  // Space for the log, for the pieces for slow programs, and a tenth for the rest.
  const neededMegabytes = megabytes * 1.4;
  if (freeMegabytes() < neededMegabytes) {
    skip('offline', `needs ${String(neededMegabytes)} MB of disk for temporary files`);
    return;
  }
  await inWorkshop(async (dir) => {
    const time = await debianProgram('time', '/usr/bin/time', dir);
    if (time.kind === 'missing') {
      skip('offline', time.why);
      return;
    }
    const slowest = await fail2ban();
    try {
      const contenders = [grep, blocksmtp(dir), await sshguard(dir), slowest.contender];
      for (const contender of contenders) {
        if (contender.kind === 'missing') skip(contender.name, contender.why);
      }
      for (const percent of PERCENTS) {
        await oneLog({percent, megabytes}, dir, contenders, new Stopwatch(time.path, dir));
      }
    } finally {
      await slowest.stop();
    }
  });
}

async function oneLog(
  {percent, megabytes}: {readonly percent: number; readonly megabytes: number},
  dir: string,
  contenders: Contender[],
  stopwatch: Stopwatch,
): Promise<void> {
  const out = join(dir, 'log');
  const truth = makeLog({percent, megabytes, out, stamps: STAMPS});
  const {lines, relevant, unknown, clients} = truth;
  console.log(
    `${String(percent)} % relevant: ${millions(lines)} million lines, ${String(relevant)} of them ` +
      `relevant, ${String(unknown)} unknown recipients of ${String(clients)} clients`,
  );
  const runners = contenders.flatMap((contender) =>
    contender.kind === 'missing'
      ? []
      : {contender, piece: pieceFor(contender, out, truth, megabytes)},
  );
  warm(out);
  const scores = await race(runners, stopwatch);
  await Promise.all([...new Set(runners.map(({piece}) => piece.path))].map((path) => rm(path)));
  show(scores, contenders, megabytes);
  judge(percent, truth, scores);
}

async function race(
  runners: readonly {contender: Ready; piece: Piece}[],
  stopwatch: Stopwatch,
): Promise<Score[]> {
  const runs = runners.map((runner) => ({...runner, speeds: [] as number[], peak: 0, found: NaN}));
  const begun = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0 && performance.now() - begun > LONGEST_MS) break;
    for (const run of runs) {
      const {contender, piece} = run;
      const whole = await stopwatch.run(await contender.command(piece.path));
      run.speeds.push(piece.lines / whole.wallMs / 1000);
      run.peak = Math.max(run.peak, whole.peakMegabytes);
      run.found = contender.found(whole.stdout);
    }
  }
  return runs.map(({contender, piece, speeds, peak, found}) => ({
    contender,
    piece,
    millionLines: figures(speeds),
    peakMegabytes: peak,
    found,
  }));
}

function show(scores: Score[], contenders: Contender[], megabytes: number): void {
  const rows = [
    ['', 'million lines/s', 'MB/s', 'peak MB', 'of grep', 'of fail2ban', 'found', 'of unknown'],
  ];
  for (const {contender, piece, millionLines, peakMegabytes, found} of scores) {
    const {median} = millionLines;
    const part = contender.mostMegabytes;
    const isPart = part !== undefined && part < megabytes;
    rows.push([
      contender.name + (isPart ? `, first ${String(part)} MB` : ''),
      spread(millionLines, 3),
      ((median * piece.bytes) / piece.lines).toFixed(1),
      peakMegabytes.toFixed(0),
      ratio(median, speedOf(scores, 'grep -cF')),
      ratio(median, speedOf(scores, 'fail2ban-regex')),
      String(found),
      String(piece.unknown),
    ]);
  }
  for (const {kind, name} of contenders) if (kind === 'missing') rows.push([name, 'skipped']);
  const rounds = scores[0]?.millionLines.runs ?? 0;
  console.log(`whole processes, warm cache, median of ${String(rounds)} rounds (min..max)\n`);
  printTable(rows);
}

function judge(percent: number, truth: Truth, scores: Score[]): void {
  const ours = scores.find(({contender}) => contender.name === 'blocksmtp replay');
  if (ours === undefined) return;
  const {median} = ours.millionLines;
  const log = `${String(percent)} % relevant`;
  const [grepped, slowest] = [speedOf(scores, 'grep -cF'), speedOf(scores, 'fail2ban-regex')];
  const {ofGrep, ofFail2ban, relevantLines} = LEAST[percent] ?? {};
  const atLeast = {room: 'offline', is: 'atLeast', unit: ''} as const;
  if (ofGrep !== undefined) {
    measured({
      ...atLeast,
      what: `${log}: speed, of grep's`,
      value: median / grepped,
      limit: ofGrep,
    });
  }
  if (ofFail2ban !== undefined && !Number.isNaN(slowest)) {
    const value = median / slowest;
    measured({...atLeast, what: `${log}: speed, of fail2ban's`, value, limit: ofFail2ban});
  }
  if (relevantLines !== undefined) {
    const value = (median * 1e6 * truth.relevant) / truth.lines;
    measured({...atLeast, what: `${log}: relevant lines a second`, value, limit: relevantLines});
  }
  measured({
    ...{room: 'offline', what: `${log}: resident at most`, value: ours.peakMegabytes, unit: 'MB'},
    ...{is: 'atMost', limit: MOST_MEGABYTES},
  });
  aim(`offline, ${log}: every unknown recipient found, no other`, ours.found === truth.unknown);
}

const speedOf = (scores: Score[], name: string): number =>
  scores.find(({contender}) => contender.name === name)?.millionLines.median ?? NaN;

const ratio = (speed: number, other: number): string =>
  Number.isNaN(other) ? '-' : (speed / other).toPrecision(3);

const millions = (count: number): string => (count / 1e6).toFixed(2);

/** The log itself, or for a slow program its beginning. */
function pieceFor({mostMegabytes}: Ready, log: string, truth: Truth, megabytes: number): Piece {
  if (mostMegabytes === undefined || mostMegabytes >= megabytes) return {path: log, ...truth};
  return cut(log, `${log}-${String(mostMegabytes)}`, mostMegabytes * 1e6);
}

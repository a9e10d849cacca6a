/**
 * `npm run bench`: what the README claims, measured on this machine with Debian 13's sendmail, node
 * and fail2ban. Prints tables; ends with an error where an aim was missed or nothing could be measured.
 */
import {available} from '../system/lab/available.js';
import {sleep} from '../system/lab/until.js';
import {answersOf, manners} from './answers.js';
import {type Figures, machine, spread, table} from './figures.js';
import {startBlocksmtp, startFail2ban, THRESHOLD, type Guard} from './guards.js';
import {latencyOf} from './latency.js';

const RUNS = 5;
const LATENCY_RUNS = 40;
/** A daemon that has just started is not idle yet. */
const SETTLE_MS = 8000;

const aims: [string, boolean][] = [];

async function answers(guards: Guard[]): Promise<void> {
  const rows = [['answers in one session', 'of', ...guards.map(({name}) => name)]];
  for (const manner of manners) {
    const found: Figures[] = [];
    for (const guard of guards) found.push(await answersOf(guard, manner, RUNS));
    rows.push([manner.name, String(manner.names), ...found.map((f) => spread(f))]);
    const [ours] = found;
    if (ours && manner.options.gapMs === 20) {
      aims.push([`${manner.name}: at most threshold + 3`, ours.max <= THRESHOLD + 3]);
    }
  }
  console.log(`\nThreshold ${String(THRESHOLD)}; median of ${String(RUNS)} runs (min..max)\n`);
  console.log(table(rows));
}

async function memory(guards: Guard[], when: string): Promise<void> {
  const rows = [['memory, MB', 'resident', 'proportional']];
  for (const guard of guards) {
    const {resident, proportional} = await guard.memory();
    rows.push([`${guard.name} ${when}`, resident.toFixed(1), proportional.toFixed(1)]);
    if (guard.name === 'blocksmtp') {
      aims.push([`blocksmtp ${when}: under 100 MB resident`, resident < 100]);
    }
  }
  console.log(`\n${table(rows)}`);
}

async function latency(guard: Guard): Promise<void> {
  const found = await latencyOf(guard, LATENCY_RUNS);
  console.log(
    `\nFrom the threshold's log line to the rule in force, ${String(found.runs)} runs, ms\n`,
  );
  console.log(
    table([
      ['', 'median', 'p90', 'min', 'max'],
      ['blocksmtp', ...[found.median, found.p90, found.min, found.max].map((v) => v.toFixed(1))],
    ]),
  );
  aims.push(['median under 20 ms', found.median < 20]);
}

async function main(): Promise<number> {
  const state = await available();
  if (!state.ok) {
    console.error(`cannot measure: ${state.why}`);
    return 1;
  }
  console.log(machine());
  const guards: Guard[] = [];
  try {
    guards.push(await startBlocksmtp('bench-blocksmtp'));
    guards.push(await startFail2ban('bench-fail2ban'));
    await sleep(SETTLE_MS);
    await memory(guards, 'idle');
    await answers(guards);
    const [ours] = guards;
    if (ours) await latency(ours);
    await sleep(SETTLE_MS);
    await memory(guards, 'after the work');
  } finally {
    await Promise.all(guards.map((guard) => guard.stop()));
  }
  console.log('');
  for (const [aim, met] of aims) console.log(`${met ? 'met   ' : 'MISSED'}  ${aim}`);
  return aims.every(([, met]) => met) ? 0 : 1;
}

process.exitCode = await main();

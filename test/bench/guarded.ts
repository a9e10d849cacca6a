/**
 * The sections that need two guarded labs side by side, ours and fail2ban's: answers, latency and
 * memory. Starts the labs once for all of them.
 */
import {available} from '../system/lab/available.js';
import {sleep} from '../system/lab/until.js';
import {heading, measured, printTable, skip} from './aims.js';
import {answersOf, manners} from './answers.js';
import {type Figures, spread} from './figures.js';
import {type Guard, startBlocksmtp, startFail2ban, THRESHOLD} from './guards.js';
import {idle} from './idle.js';
import {latencyOf} from './latency.js';

export type GuardedSection = 'answers' | 'latency' | 'memory';

const RUNS = 5;
const LATENCY_RUNS = 40;
/** Goals of medians: to the rule, and answers above the threshold if the guesser does not pause. Ms; a count. */
const MOST_TO_RULE_MS = 5;
const LATE_AT_FULL_SPEED = 5;
/** A daemon that has just started is not idle yet. */
const SETTLE_MS = 8000;

export async function guarded(wanted: ReadonlySet<GuardedSection>): Promise<void> {
  if (wanted.size === 0) return;
  const state = await available();
  if (!state.ok) {
    skip([...wanted].join(', '), state.why);
    return;
  }
  const guards: Guard[] = [];
  try {
    guards.push(await startBlocksmtp('bench-blocksmtp'));
    guards.push(await startFail2ban('bench-fail2ban'));
    await sleep(SETTLE_MS);
    if (wanted.has('memory')) await idle(guards);
    if (wanted.has('answers')) await answers(guards);
    const [ours] = guards;
    if (ours && wanted.has('latency')) await latency(ours);
    // Memory after the work means nothing if there was no work before.
    if (wanted.has('memory') && wanted.size > 1) {
      await sleep(SETTLE_MS);
      await memory(guards, 'after the work');
    }
  } finally {
    await Promise.all(guards.map((guard) => guard.stop()));
  }
}

async function answers(guards: Guard[]): Promise<void> {
  const about = `threshold ${String(THRESHOLD)}; median of ${String(RUNS)} runs (min..max)`;
  heading('answers', about);
  const rows = [['answers in one session', 'of', ...guards.map(({name}) => name)]];
  for (const manner of manners) {
    const found: Figures[] = [];
    for (const guard of guards) found.push(await answersOf(guard, manner, RUNS));
    rows.push([manner.name, String(manner.names), ...found.map((f) => spread(f))]);
    const [ours, peer] = found;
    const late = manner.options.gapMs === 20 ? 0 : LATE_AT_FULL_SPEED;
    // Names in one write lie in sendmail's buffer before any program can react.
    if (ours && manner.options.pipelined !== true) {
      measured({
        ...{room: 'answers', what: manner.name, unit: '', is: 'atMost', limit: THRESHOLD + late},
        ...{value: ours.median, peer: peer?.median},
      });
    }
  }
  printTable(rows);
}

async function memory(guards: Guard[], when: string): Promise<void> {
  heading('memory', when);
  const rows = [['memory, MB', 'resident', 'proportional']];
  const all: number[] = [];
  for (const guard of guards) {
    const {resident, proportional} = await guard.memory();
    rows.push([`${guard.name} ${when}`, resident.toFixed(1), proportional.toFixed(1)]);
    all.push(resident);
  }
  printTable(rows);
  const [own = NaN, peer] = all;
  measured({
    ...{room: 'memory', what: `resident ${when}`, unit: 'MB', is: 'atMost', limit: 100},
    ...{value: own, peer},
  });
}

async function latency(guard: Guard): Promise<void> {
  const found = await latencyOf(guard, LATENCY_RUNS);
  const about = `from the threshold's log line to the rule in force, ${String(found.runs)} runs, ms`;
  heading('latency', about);
  const {median, p90, min, max} = found;
  printTable([
    ['', 'median', 'p90', 'min', 'max'],
    ['blocksmtp', ...[median, p90, min, max].map((v) => v.toFixed(1))],
  ]);
  measured({
    ...{room: 'latency', what: 'from the log line to the rule', unit: 'ms', is: 'atMost'},
    ...{limit: MOST_TO_RULE_MS, value: median},
  });
}

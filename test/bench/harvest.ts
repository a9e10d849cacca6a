/**
 * `npm run bench -- harvest`: what attackers learn and what innocents suffer, in simulated worlds in which
 * everything is known (`harvest/`). Each seed runs in a thread, as many at a time as there are cores. Threads are used
 * because they end with the process, however it ends.
 *
 *     --seeds=N      how many worlds; 100 for the docs
 *     --days=N       days of attacks, after a calm day: 3, or 90 for memory and renewal
 *     --kinds=a,b    only these attackers, or innocents
 *     --parts=together   without the botnets alone and the operating curve
 *     --parts=ours   without the reference rules too
 *     --hold-out     only the seeds and kinds that are kept back: look at them last
 */
import {once} from 'node:events';
import {availableParallelism} from 'node:os';
import {parentPort, Worker} from 'node:worker_threads';
import {heading, printTable, skip} from './aims.js';
import {contenderNames, ours} from './harvest/contenders.js';
import {
  allParts,
  attackerKinds,
  innocentKinds,
  outageMinutes,
  type Plan,
  type Round,
  roundsOf,
} from './harvest/rounds.js';
import {
  attackerTable,
  curveTable,
  Harvest,
  innocentTable,
  outageTable,
  reasonTable,
  summaryTable,
} from './harvest/tables.js';
import {judgeRounds} from './harvest/verdicts.js';

/** The argument that starts the thread of one seed. */
export const HARVEST_SEED = 'harvest-seed';

/** Seeds by default. A count: they take about five minutes on two cores. */
const usualSeeds = 8;
/** Share of the seeds in which each botnet is also tried alone, and with other settings. */
const wholeShare = 0.1;
/** Longest world for these trials. Days: longer worlds are for memory, and the trials would take hours. */
const mostWholeDays = 14;
/** Seeds that nobody looks at while the judge is developed. */
const heldOutSeeds = [9001, 9002, 9003, 9004, 9005];

export async function harvest(words: readonly string[]): Promise<void> {
  const {plan, seeds} = planOf(words);
  const {days, holdOut} = plan;
  heading('harvest', `${String(days)} days of attacks in ${String(seeds.length)} simulated worlds`);
  sayHoldOut(holdOut);
  const beganMs = performance.now();
  const rounds = await playAll(seeds, plan);
  const result = new Harvest(rounds);
  const names = plan.parts === 'ours' ? [ours] : contenderNames;
  printTable(summaryTable(result, names));
  printTable(attackerTable(result, names));
  printTable(innocentTable(result, names));
  printTable(outageTable(result, outageMinutes));
  const reasons = reasonTable(result);
  if (reasons.length > 1) printTable(reasons);
  if (plan.parts === 'all') printTable(curveTable(result));
  const seconds = (performance.now() - beganMs) / 1000;
  const lines = rounds.reduce((sum, round) => sum + round.lines, 0);
  const cpu = rounds.reduce((sum, round) => sum + (round.lines > 0 ? round.seconds : 0), 0);
  const each = ((cpu * 1e6) / lines).toFixed(1);
  console.log(
    `${seconds.toFixed(0)} s; ${String(lines)} lines, with all the world ${each} µs each`,
  );
  if (rounds.length === 0) skip('harvest', 'no world was played to its end');
  else judgeRounds(result, days);
}

function planOf(words: readonly string[]): {plan: Plan; seeds: readonly number[]} {
  const options = new Map(words.map((word) => splitAtEqual(word.replace(/^--/, ''))));
  const number = (name: string, usual: number): number => {
    const value = Number(options.get(name) ?? usual);
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} wants a number`);
    return value;
  };
  const holdOut = options.has('hold-out') ? 'shown' : 'hidden';
  const kinds = (options.get('kinds') ?? '').split(',').filter((name) => name !== '');
  const all = [...attackerKinds, ...innocentKinds].map(({name}) => name);
  const unknown = kinds.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new RangeError(`no kind ${unknown.join(', ')}: ${all.join(', ')}`);
  const days = number('days', 3);
  const usualParts = days > mostWholeDays ? 'together' : 'all';
  const wantedParts = options.get('parts') ?? usualParts;
  const parts = allParts.find((name) => name === wantedParts);
  if (parts === undefined) throw new RangeError(`--parts wants ${allParts.join(', ')}`);
  const count = number('seeds', holdOut === 'shown' ? heldOutSeeds.length : usualSeeds);
  const shown = Array.from({length: count}, (_, index) => index + 1);
  const seeds = holdOut === 'shown' ? heldOutSeeds.slice(0, count) : shown;
  return {plan: {days, holdOut, kinds, parts}, seeds};
}

const splitAtEqual = (word: string): [string, string] => {
  const at = word.indexOf('=');
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
};

function sayHoldOut(holdOut: Plan['holdOut']): void {
  const kept = [...attackerKinds, ...innocentKinds].flatMap(({name, group}) =>
    group === 'heldOut' ? name : [],
  );
  const what = `seeds ${heldOutSeeds.join(', ')} and the kinds ${kept.join(', ')}`;
  console.log(
    holdOut === 'shown'
      ? `These are the ${what}, on which nothing may be tuned.\n`
      : `Kept back, for --hold-out at the end only: ${what}.\n`,
  );
}

async function playAll(seeds: readonly number[], plan: Plan): Promise<Round[]> {
  const rounds: Round[] = [];
  const waiting = [...seeds];
  const whole = Math.ceil(seeds.length * wholeShare);
  const shorter: Plan = {...plan, parts: plan.parts === 'all' ? 'together' : plan.parts};
  const worker = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      rounds.push(...(await playApart(seed, seeds.indexOf(seed) < whole ? plan : shorter)));
      process.stderr.write(`seed ${String(seed)} played\n`);
    }
  };
  await Promise.all(Array.from({length: availableParallelism()}, worker));
  return rounds.sort((a, b) => a.seed - b.seed);
}

async function playApart(seed: number, plan: Plan): Promise<readonly Round[]> {
  const argv = [HARVEST_SEED, String(seed), JSON.stringify(plan)];
  const thread = new Worker(process.argv[1]!, {argv});
  let found: readonly Round[] = [];
  thread.on('message', (rounds) => (found = rounds as readonly Round[]));
  const [code] = (await once(thread, 'exit')) as [number];
  if (code !== 0) throw new Error(`the thread of seed ${String(seed)} ended with ${String(code)}`);
  return found;
}

/** The work of a thread: plays one seed, and hands its rounds over. */
export function harvestSeed([seed = '', plan = '']: readonly string[]): number {
  // The parent wrote both texts, so they need no check.
  const rounds = roundsOf(Number(seed), JSON.parse(plan) as Plan);
  parentPort?.postMessage(rounds);
  return 0;
}

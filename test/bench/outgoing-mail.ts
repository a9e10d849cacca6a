/**
 * `npm run bench -- outgoing-mail`: the limits of outgoing mail, in simulated months (`senders/`). Shows how often an
 * honest sender leads to a warning, and how many recipients a thief reaches before the alarm. Compares this with
 * simple rules of other programs. Each seed runs in a thread.
 *
 *     --seeds=1-10   which worlds; these are the ones on which the limits were tuned
 *     --hold-out     the seeds 101 to 140 instead: look at them last
 */
import {once} from 'node:events';
import {availableParallelism} from 'node:os';
import {parentPort, Worker} from 'node:worker_threads';
import {aim, heading, printTable} from './aims.js';
import {type Month, playMonth, weeks} from './senders/month.js';
import {accountTable, falseTable, kindTable, rateOf, verdicts} from './senders/tables.js';

/** The argument that starts the thread of one seed. */
export const OUTGOING_MAIL_SEED = 'outgoing-mail-seed';

const shownSeeds = [1, 10] as const;
/** Seeds that nobody looks at while the limits are tuned. */
const heldOutSeeds = [101, 140] as const;

export async function outgoingMail(words: readonly string[]): Promise<void> {
  const [first, last] = rangeOf(words);
  const seeds = Array.from({length: last - first + 1}, (_, i) => first + i);
  heading(
    'outgoing-mail',
    `500 honest senders for ${weeks} weeks, then thieves; ${seeds.length} worlds, seeds ${first} to ${last}`,
  );
  const beganMs = performance.now();
  const months = await playAll(seeds);
  const sum = (of: (month: Month) => number): number => months.reduce((all, m) => all + of(m), 0);
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(0);
  console.log(
    `${seconds} s; ${sum(({mails}) => mails)} messages to ${sum(({recipients}) => recipients)} recipients; ` +
      `${((100 * sum(({large}) => large)) / sum(({senders}) => senders)).toFixed(1)} % of the senders pass 250 recipients on some day\n`,
  );
  printTable(kindTable(months));
  printTable(accountTable(months));
  printTable(falseTable(months));
  for (const [text, isMet] of verdicts(months)) aim(`outgoing-mail: ${text}`, isMet);
  const {rate, most} = rateOf(months, 'blocksmtp');
  const told = `${rate.toFixed(2)} false alarms of 1000 senders in a week, 95 % sure at most ${most.toFixed(2)} (< 1)`;
  aim(`outgoing-mail: ${told}`, most < 1);
}

function rangeOf(words: readonly string[]): readonly [number, number] {
  if (words.includes('--hold-out')) return heldOutSeeds;
  const given = words.find((word) => word.startsWith('--seeds='));
  if (given === undefined) return shownSeeds;
  const [, first = '', last = first] = /^--seeds=(\d{1,6})(?:-(\d{1,6}))?$/.exec(given) ?? [];
  if (first === '' || Number(last) < Number(first))
    throw new RangeError('--seeds wants a number, or two as in 1-10');
  return [Number(first), Number(last)];
}

async function playAll(seeds: readonly number[]): Promise<Month[]> {
  const months: Month[] = [];
  const waiting = [...seeds];
  const worker = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      months.push(await playApart(seed));
      process.stderr.write(`seed ${seed} played\n`);
    }
  };
  await Promise.all(Array.from({length: availableParallelism()}, worker));
  return months.sort((a, b) => a.seed - b.seed);
}

async function playApart(seed: number): Promise<Month> {
  const thread = new Worker(process.argv[1]!, {argv: [OUTGOING_MAIL_SEED, String(seed)]});
  let month: Month | undefined;
  thread.on('message', (found) => (month = found as Month));
  const [code] = (await once(thread, 'exit')) as [number];
  if (code !== 0 || month === undefined)
    throw new Error(`the thread of seed ${seed} ended with ${code}`);
  return month;
}

/** The work of a thread: plays one seed, and hands its month over. */
export function outgoingMailSeed([seed = '']: readonly string[]): number {
  parentPort?.postMessage(playMonth(Number(seed)));
  return 0;
}

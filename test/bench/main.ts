/**
 * `npm run bench`: what docs/performance.md claims, measured on this machine with Debian's sendmail, node and
 * fail2ban. `npm run bench -- offline live` runs only these sections. Prints tables; ends with an
 * error where an aim was missed or nothing could be measured.
 *
 * Without options it runs the short form, less than 20 minutes in all. The docs have the figures of `--full`. A section that is
 * the only one may have options of its own:
 *
 *   harvest        --seeds=100 --days=90 --hold-out --kinds=full,nine
 *   fuzz           --seed=1 --texts=300000 --seconds=60
 *   greeting       --parts=holding,hand-overs,added,bots
 *   outgoing-mail  --seeds=1-10 --hold-out
 *
 * And the environment sets these:
 *
 *   BLOCKSMTP_BENCH_MEGABYTES         size of each log of the offline section (200; 1000)
 *   BLOCKSMTP_BENCH_STAMPS            their stamps, rfc3339 (as rsyslog writes) or bsd
 *   BLOCKSMTP_BENCH_LINES_PER_SECOND  pace of the live section (10000)
 *   BLOCKSMTP_BENCH_SECONDS           its length (20; 60)
 *   BLOCKSMTP_BENCH_MESSAGES          messages of the queue section (50000)
 *   BLOCKSMTP_MODEL_ACTIONS           length of the following section (50000; 200000)
 */
import {isMainThread} from 'node:worker_threads';
import {conclude, printTable} from './aims.js';
import {machine} from './figures.js';
import {firewall, firewallInside, INSIDE} from './firewall.js';
import {holdBlocks, MEMORY} from './firewall/memory.js';
import {following} from './following.js';
import {fuzz} from './fuzz.js';
import {greeting} from './greeting.js';
import {guarded} from './guarded.js';
import {harvest, HARVEST_SEED, harvestSeed} from './harvest.js';
import {judge, JUDGE} from './judge.js';
import {judgeMany} from './judge/judging.js';
import {saveMany} from './judge/saving.js';
import {live} from './live.js';
import {makeLogCommand} from './make-log.js';
import {offline} from './offline.js';
import {OUTGOING_MAIL_SEED, outgoingMail, outgoingMailSeed} from './outgoing-mail.js';
import {OUTGOING, outgoing, outgoingInside} from './outgoing.js';
import {queue} from './queue.js';

async function main([first, ...rest]: string[]): Promise<number> {
  if (first === 'make-log') return makeLogCommand(rest);
  if (first === INSIDE) return firewallInside();
  if (first === OUTGOING.seen) return outgoingInside('seen');
  if (first === OUTGOING.scan) return outgoingInside('scan');
  if (first === HARVEST_SEED) return harvestSeed(rest);
  if (first === OUTGOING_MAIL_SEED) return outgoingMailSeed(rest);
  if (first === JUDGE.judging) return judgeMany();
  if (first === JUDGE.saving) return saveMany(rest);
  if (first === MEMORY) return holdBlocks(rest);
  const given = first === undefined ? [] : [first, ...rest];
  const chosen = given.filter((word) => !word.startsWith('--'));
  const words = chosen.length === 0 ? Object.keys(sections) : chosen;
  const unknown = words.filter((word) => !isSection(word));
  if (unknown.length > 0) {
    console.error(
      `no section ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}`,
    );
    return 64;
  }
  const length = given.includes('--full') ? 'full' : 'short';
  const options = given.filter((word) => word.startsWith('--') && word !== '--full');
  if (options.length > 0 && words.length > 1) {
    console.error(`${options.join(' ')}: only one section has options; expected its name alone`);
    return 64;
  }
  console.log(`${machine()}; the ${length} form`);
  await runAll(words.filter(isSection), length, options);
  return conclude();
}

/** The short form of a section takes about two minutes at most. */
type Length = 'short' | 'full';

const sections = {
  answers: undefined,
  latency: undefined,
  memory: undefined,
  offline: (length) => offline(numberOf('BENCH_MEGABYTES', length === 'full' ? 1000 : 200)),
  live: (length) => live(numberOf('BENCH_SECONDS', length === 'full' ? 60 : 20)),
  following: (length) => following(numberOf('MODEL_ACTIONS', length === 'full' ? 200_000 : 50_000)),
  judge,
  firewall,
  outgoing,
  'outgoing-mail': (length, options) =>
    outgoingMail(length === 'full' || options.length > 0 ? options : ['--seeds=1-2']),
  greeting: (length, options) => greeting(length, options),
  queue,
  harvest: (length, options) =>
    harvest(length === 'full' || options.length > 0 ? options : ['--seeds=2']),
  fuzz: (length, options) =>
    fuzz(length === 'full' || options.length > 0 ? options : ['--texts=30000']),
} as const satisfies Readonly<Record<string, Run | undefined>>;

type Run = (length: Length, options: readonly string[]) => Promise<void> | void;
type Section = keyof typeof sections;

const isSection = (word: string): word is Section => Object.hasOwn(sections, word);

const numberOf = (name: string, usual: number): number =>
  Number(process.env[`BLOCKSMTP_${name}`] ?? usual);

async function runAll(
  wanted: readonly Section[],
  length: Length,
  options: readonly string[],
): Promise<void> {
  const rows = [['section', 'seconds']];
  const timed = async (name: string, run: () => Promise<void> | void): Promise<void> => {
    const beganMs = performance.now();
    await run();
    rows.push([name, ((performance.now() - beganMs) / 1000).toFixed(0)]);
  };
  // These share two relays.
  const inLabs = (['answers', 'latency', 'memory'] as const).filter((name) =>
    wanted.includes(name),
  );
  if (inLabs.length > 0) await timed(inLabs.join(', '), () => guarded(new Set(inLabs)));
  for (const name of wanted) {
    const run: Run | undefined = sections[name];
    if (run !== undefined) await timed(name, () => run(length, options));
  }
  printTable(rows);
}

// `tools/bench.mjs` has started us. If it was killed, nobody waits for the tables any more.
if (isMainThread) {
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
}

process.exitCode = await main(process.argv.slice(2));

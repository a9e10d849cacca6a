/**
 * `npm run bench`: what docs/performance.md claims, measured on this machine with Debian's sendmail, node and
 * fail2ban. `npm run bench -- offline live` runs only these sections. Prints tables; ends with an
 * error where an aim was missed or nothing could be measured.
 *
 *   BLOCKSMTP_BENCH_MEGABYTES         size of each log of the offline section (1000)
 *   BLOCKSMTP_BENCH_STAMPS            their stamps, rfc3339 (as rsyslog writes) or bsd
 *   BLOCKSMTP_BENCH_LINES_PER_SECOND  pace of the live section (10000)
 *   BLOCKSMTP_BENCH_SECONDS           its length (60)
 *   BLOCKSMTP_BENCH_MESSAGES          messages of the queue section (50000)
 *   BLOCKSMTP_MODEL_ACTIONS           length of the following section (200000)
 *
 * Some sections have options:
 *
 *   harvest        --seeds=100 --days=90 --hold-out --kinds=full,nine
 *   fuzz           --seed=1 --texts=300000 --seconds=60
 *   greeting       --full --parts=holding,hand-overs,added,bots
 *   outgoing-mail  --seeds=1-10 --hold-out
 */
import {isMainThread} from 'node:worker_threads';
import {conclude} from './aims.js';
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

const sections = [
  'answers',
  'latency',
  'memory',
  'offline',
  'live',
  'following',
  'judge',
  'firewall',
  'outgoing',
  'outgoing-mail',
  'greeting',
  'queue',
  'harvest',
  'fuzz',
] as const;
type Section = (typeof sections)[number];

const isSection = (word: string): word is Section => sections.some((name) => name === word);

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
  const options = given.filter((word) => word.startsWith('--'));
  const chosen = given.filter((word) => !word.startsWith('--'));
  const words = chosen.length === 0 ? sections : chosen;
  const unknown = words.filter((word) => !isSection(word));
  if (unknown.length > 0) {
    console.error(`no section ${unknown.join(', ')}; there are ${sections.join(', ')}`);
    return 64;
  }
  console.log(machine());
  const wanted = new Set(words.filter(isSection));
  const inLabs = (['answers', 'latency', 'memory'] as const).filter((name) => wanted.has(name));
  await guarded(new Set(inLabs));
  if (wanted.has('offline')) await offline();
  if (wanted.has('live')) await live();
  if (wanted.has('following')) following();
  if (wanted.has('judge')) judge();
  if (wanted.has('firewall')) await firewall();
  if (wanted.has('outgoing')) await outgoing();
  if (wanted.has('greeting')) await greeting(options);
  if (wanted.has('outgoing-mail')) await outgoingMail(wanted.has('harvest') ? [] : options);
  if (wanted.has('queue')) await queue();
  if (wanted.has('harvest')) await harvest(options);
  if (wanted.has('fuzz')) fuzz(wanted.has('harvest') ? [] : options);
  return conclude();
}

// `tools/bench.mjs` has started us. If it was killed, nobody waits for the tables any more.
if (isMainThread) {
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
}

process.exitCode = await main(process.argv.slice(2));

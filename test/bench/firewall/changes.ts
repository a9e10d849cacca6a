/**
 * How long changes of the firewall take until they are in the kernel. Compares our keeper (planning,
 * rendering and reading included) with the bare batch, and with one call for each block, as fail2ban's
 * actions make them (without the shell that fail2ban starts for each).
 */
import type {Family} from '../../../src/net/address.js';
import {measured, printTable} from '../aims.js';
import {type Figures, figures, spread} from '../figures.js';
import {Random} from '../traffic/random.js';
import {addresses, shuffled} from './addresses.js';
import {measure, measureEnd, type Measure, type Round} from './round.js';
import {singleCalls} from './single-calls.js';
import {canHold, isSet, type Subject, subjects} from './subjects.js';

/** Numbers of blocks. With more blocks there is less noise, so fewer rounds are enough. */
const scenes: readonly {family: Family; count: number; rounds: number}[] = [
  {family: 4, count: 1, rounds: 9},
  {family: 4, count: 1000, rounds: 7},
  {family: 4, count: 10_000, rounds: 5},
  {family: 6, count: 10_000, rounds: 3},
  {family: 4, count: 100_000, rounds: 3},
];
/** Most blocks that are measured with one call for each. A count: more would only take longer. */
const MOST_SINGLE_CALLS = 1000;
const ENDS = 10_000;

const MOST_OF_BARE = 1.5;
const MOST_ONE_MORE_MS = 50;
const MOST_REMOVAL_MS = 500;
const MOST_RESTORE_MS = 2000;

export async function changes(dir: string): Promise<void> {
  for (const {family, count, rounds} of scenes) {
    const networks = addresses(family, count);
    const found = new Map<Subject, Round[]>();
    for (let round = 0; round < rounds; round++) {
      const able = subjects.filter((subject) => canHold(subject, count));
      for (const subject of shuffled(able, new Random(round + 1))) {
        const one = await measure({subject, family, networks, dir});
        found.set(subject, [...(found.get(subject) ?? []), one]);
      }
    }
    console.log(`IPv${family}, ${count} blocks: ms, median of ${rounds} rounds (min..max)\n`);
    const head = ['', 'add', 'of bare', 'remove', 'of bare', 'restore', 'of bare'];
    const scores = subjects.flatMap((subject) => {
      const all = found.get(subject);
      return all === undefined ? [] : new Score(subject, all);
    });
    printTable([[...head, 'check', 'one more', 'of bare'], ...scores.map((score) => score.row())]);
    if (family === 4 && count <= MOST_SINGLE_CALLS) await singleCalls(networks);
    for (const score of scores) judge(family, count, score);
  }
  await ends(dir);
}

class Score {
  readonly subject: Subject;
  readonly #rounds: readonly Round[];

  constructor(subject: Subject, rounds: readonly Round[]) {
    this.subject = subject;
    this.#rounds = rounds;
  }

  of(what: Measure): Figures {
    return figures(this.#rounds.map((round) => round[what]));
  }

  ratio(what: Measure, bare: Measure): number {
    return this.of(what).median / this.of(bare).median;
  }

  row(): string[] {
    const ms = (what: Measure): string => spread(this.of(what), this.of(what).median < 10 ? 1 : 0);
    const ratio = (what: Measure, bare: Measure): string => this.ratio(what, bare).toFixed(2);
    return [
      this.subject,
      ...[ms('add'), ratio('add', 'bareAdd'), ms('remove'), ratio('remove', 'bareRemove')],
      ...[ms('restore'), ratio('restore', 'bareAdd'), ms('check')],
      ...[ms('oneMore'), ratio('oneMore', 'bareOneMore')],
    ];
  }
}

function judge(family: Family, count: number, score: Score): void {
  const {subject} = score;
  const what = `${subject}, ${count} blocks${family === 6 ? ' of IPv6' : ''}`;
  for (const [change, word, bare] of [
    ['add', 'added', 'bareAdd'],
    ['remove', 'removed', 'bareRemove'],
  ] as const) {
    const ratio = score.ratio(change, bare);
    // A single block costs little more than the start of a process, which varies by milliseconds.
    if (count > 1) note(`${what} ${word}, of the bare batch`, ratio, MOST_OF_BARE, '');
  }
  const took = (measure: Measure): number => score.of(measure).median;
  if (count === 100_000) note(`${what} and one more`, took('oneMore'), MOST_ONE_MORE_MS);
  if (count === 10_000) note(`${what} removed at once`, took('remove'), MOST_REMOVAL_MS);
  if (count === 100_000 && isSet(subject))
    note(`${what} restored`, took('restore'), MOST_RESTORE_MS);
}

function note(what: string, value: number, limit: number, unit = 'ms'): void {
  measured({room: 'firewall', what, value, unit, is: 'atMost', limit});
}

async function ends(dir: string): Promise<void> {
  const networks = addresses(4, ENDS);
  for (const subject of subjects.filter(isSet)) {
    const tookMs = await measureEnd({subject, family: 4, networks, dir});
    const what = `${subject}: ${ENDS} blocks that end in the kernel by themselves`;
    console.log(`${what}: ${tookMs.toFixed(0)} ms of ours`);
    note(what, tookMs, MOST_REMOVAL_MS);
  }
  console.log('');
}

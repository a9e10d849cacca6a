/**
 * `npm run bench -- fuzz`: mutated lines, listings, files and requests for each reader of foreign text (`fuzz/`).
 * A short form of it is a test. It ends after a number of texts or after a time, whichever comes first:
 *
 *     --seed=N       the first seed; each subject has its own. A finding prints what is needed to repeat it
 *     --texts=N      lines of sessions; of each other subject a tenth as many
 *     --seconds=N    of each subject
 */
import {aim, heading, printTable} from './aims.js';
import {
  type Budget,
  type Fuzzed,
  fuzzParser,
  fuzzSessions,
  fuzzTime,
  worstByte,
} from './fuzz/fuzzing.js';
import {parsers} from './fuzz/parsers.js';

const usual = {seed: 1, texts: 300_000, seconds: 60};
/** Texts of a subject for each pump. A count: a pump is slow, because it is measured many times at three lengths. */
const textsForPump = 1000;
/** Texts among which the most expensive byte is searched. A count. */
const textsForWorst = 50;

export function fuzz(words: readonly string[]): void {
  const {seed, texts, seconds} = optionsOf(words);
  heading('fuzz', `spoilt texts from seed ${seed} on, for all that reads what others write`);
  const sessions = fuzzSessions(seed, {texts, seconds});
  const rows = [['read', 'texts', 'each second', 'pumps', 'worst µs a byte', 'findings']];
  rows.push(rowOf(sessions, undefined, undefined));
  const all: Fuzzed[] = [sessions];
  for (const [index, parser] of parsers.entries()) {
    const own = seed + index + 1;
    const budget: Budget = {texts: texts / 10, seconds};
    const read = fuzzParser(parser, own, budget);
    const time = fuzzTime(parser, own, {texts: texts / 10 / textsForPump, seconds});
    all.push(read, time);
    rows.push(rowOf(read, time, worstByte(parser, own, textsForWorst)));
  }
  printTable(rows);
  const findings = all.flatMap((each) => each.findings);
  for (const finding of findings) console.log(finding);
  aim('fuzz: only who is there is blamed, nothing throws, all is linear', findings.length === 0);
}

function rowOf(read: Fuzzed, time: Fuzzed | undefined, worst: number | undefined): string[] {
  const findings = read.findings.length + (time?.findings.length ?? 0);
  return [
    read.name,
    String(read.texts),
    (read.texts / read.seconds).toFixed(0),
    time === undefined ? '-' : String(time.texts),
    worst === undefined ? '-' : worst.toFixed(3),
    String(findings),
  ];
}

function optionsOf(words: readonly string[]): typeof usual {
  const given = words.map((word) => /^--(seed|texts|seconds)=(\d{1,9})$/.exec(word));
  if (given.includes(null)) throw new Error('expected --seed=N, --texts=N or --seconds=N');
  const values = given.map((match) => [match?.[1], Number(match?.[2])]);
  return {...usual, ...Object.fromEntries(values)} as typeof usual;
}

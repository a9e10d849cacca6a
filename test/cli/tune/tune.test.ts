/** `tune` over logs of a small relay: what it proposes for each shape, what it writes, and what it refuses. */
import {lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterAll, expect, test} from '@jest/globals';
import {checkConfig} from '../../../src/cli/inspect/check-config.js';
import {tune, type TuneWish} from '../../../src/cli/tune/tune.js';
import {mostPrice} from '../../../src/tune/proposal.js';
import type {Tuning} from '../../../src/tune/tuning.js';
import {collected, configWith} from '../support.js';
import {
  beginMs,
  behindNat,
  dayMs,
  distributed,
  guessers,
  honest,
  hourMs,
  mistyping,
  relayLog,
  type Sent,
} from '../../tune/relay-log.js';

const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-tune-'));
afterAll(() => rmSync(folder, {recursive: true}));

/** One to warm up, six on which is chosen, four of the check. */
const days = 11;
const mailers = honest(days, 110, 60);
const guessing = guessers(days, 4, 24);

function logOf(...sent: readonly (readonly Sent[])[]): string {
  const path = join(folder, 'mail.log');
  writeFileSync(path, relayLog(...sent));
  return path;
}

async function run(files: readonly string[], wish: Partial<TuneWish> = {}, words: string[] = []) {
  const {output, log, printed, said} = collected();
  const all = {form: 'json', over: 'nothing', ...wish} as const;
  const code = await tune(files, configWith(words), all, log, output);
  return {code, said, printed: printed()};
}

async function found(...sent: readonly (readonly Sent[])[]): Promise<Tuning> {
  const {printed} = await run([logOf(...sent)]);
  return JSON.parse(printed) as Tuning;
}

const trialOf = ({trials}: Tuning, threshold: number) =>
  trials.find((trial) => trial.threshold === threshold && trial.changes !== 'blockTime')!;

test('many single guessers beside many good senders: a step tighter, with the price of each step', async () => {
  const tuning = await found(mailers, guessing);
  expect(tuning.proposal).toMatchObject({kind: 'change', to: {threshold: 7}});
  expect(tuning.log).toMatchObject({days: 10, fitDays: 6, checkDays: 4});
  // Four guessers a day: each learns as many names as the threshold allows.
  expect(trialOf(tuning, 10)).toMatchObject({
    fit: {blocked: 24, spared: 0, answers: 240, likelyInnocent: 0},
    check: {blocked: 16, answers: 160, likelyInnocent: 0},
  });
  expect(trialOf(tuning, 7)).toMatchObject({fit: {answers: 168}, check: {answers: 112}});
  expect(tuning.curve.points.map(({threshold}) => threshold)).toEqual([4, 5, 7, 10, 14, 20, 28]);
  expect(tuning.curve.points[3]).toMatchObject({blocked: 40, answers: 400});
});

test('partners that begin with an old list: nothing tighter; they are named, with the price', async () => {
  const tuning = await found(mailers, guessing, mistyping(days, 12));
  expect(tuning.likelyInnocent.map(({client}) => client)).toContain('203.0.113.11');
  expect(trialOf(tuning, 10).fit).toMatchObject({likelyInnocent: 6, goodDuring: 6});
  // Shorter blocks keep none of their mail away, and these guessers end before such a block does.
  expect(tuning.proposal).toMatchObject({kind: 'change', to: {blockTime: 900}});
  expect(tuning.proposal.why.join('\n')).toContain('whitelist');
});

test('the same beside guessers that go on for an hour: shorter blocks cost too much', async () => {
  const tuning = await found(mailers, guessers(days, 4, 60), mistyping(days, 12));
  const brief = tuning.trials.find(({blockTime}) => blockTime === 900)!;
  expect(brief.fit.answers).toBeGreaterThan(mostPrice * trialOf(tuning, 10).fit.answers);
  expect(tuning.proposal.kind).toBe('keep');
  const why = tuning.proposal.why.join('\n');
  expect(why).toMatch(/block_time = "15m" is not proposed: .*blocksmtp allow ADDRESS/s);
});

test('a partner that is blocked at the end of the first part, and writes later, is one', async () => {
  const client = '203.0.113.66';
  const at = (day: number, hour: number) => beginMs + day * dayMs + hour * hourMs;
  const dead = Array.from({length: 8}, (_, n) => `old${n}`);
  const late: Sent[] = [
    {client, atMs: at(6, 20), unknown: dead, took: []},
    {client, atMs: at(9, 10), unknown: [], took: ['user1']},
  ];
  const tuning = await found(mailers, guessing, late);
  const seven = trialOf(tuning, 7);
  expect([seven.fit, seven.check].map(({likelyInnocent}) => likelyInnocent)).toEqual([0, 0]);
  expect(seven.whole.likelyInnocent).toBe(1);
  expect(tuning.proposal.kind).toBe('keep');
});

test('a harvest from everywhere is the same at each threshold: today is kept', async () => {
  const tuning = await found(mailers, distributed(days, 20));
  expect(tuning.proposal.kind).toBe('keep');
});

test('good and bad behind one address: never tighter, and the address is named', async () => {
  const tuning = await found(mailers, guessing, behindNat(days, 40));
  expect(tuning.proposal.kind).toBe('keep');
  expect(tuning.likelyInnocent).toMatchObject([{client: '192.0.2.66', goodMail: 33}]);
});

test('one large harvest from one host is no reason to change anything', async () => {
  const one = guessers(1, 1, 1000);
  const tuning = await found(mailers, one);
  expect(tuning.proposal.kind).toBe('keep');
});

test('few good senders, or few days: nothing tighter, and the answer says what is needed', async () => {
  const few = await run([logOf(honest(days, 50, 10), guessing)], {form: 'text'});
  expect(few.printed).toMatch(
    /does not support it: good mail came from 50 clients.*100 are needed/,
  );
  const short = await run([logOf(honest(5, 110, 60), guessers(5, 8, 24))], {form: 'text'});
  expect(short.printed).toMatch(/does not support it: it has 4 days.*7 are needed/);
  const day = await run([logOf(honest(2, 110, 60), guessers(2, 4, 24))], {form: 'text'});
  expect(day.printed).toContain('No proposal');
  expect(day.printed).toMatch(/has 1 of the 2 days/);
});

test('the same log packed, in pieces, and in another order of names says the same', async () => {
  const whole = await found(mailers, guessing);
  const lines = readFileSync(join(folder, 'mail.log'), 'latin1').split(/(?<=\n)/);
  const [older, newer] = [join(folder, 'mail.log.2.gz'), join(folder, 'mail.log.1')];
  writeFileSync(older, gzipSync(lines.slice(0, 4000).join('')));
  writeFileSync(newer, lines.slice(4000).join(''));
  const pieces = JSON.parse((await run([newer, older])).printed) as Tuning;
  expect({...pieces, log: {...pieces.log, files: whole.log.files}}).toEqual(whole);
});

test('the proposal is written into a new file, which is a good configuration', async () => {
  const log = logOf(mailers, guessing);
  const write = join(folder, 'new.toml');
  expect((await run([log], {write})).code).toBe(0);
  const text = readFileSync(write, 'utf8');
  expect(text).toMatch(/^threshold = 7$/m);
  const complaints: string[] = [];
  const surroundings = {
    print: () => undefined,
    complain: (message: string) => void complaints.push(message),
  };
  expect([checkConfig(write, {}, 'text', surroundings), complaints]).toEqual([0, []]);
  // Never over a file that is there.
  writeFileSync(write, 'mine');
  const again = await run([log], {write});
  expect(again.code).toBe(69);
  expect(again.said.join('\n')).toMatch(/new\.toml: it is there already: .*--force/);
  expect(readFileSync(write, 'utf8')).toBe('mine');
  expect((await run([log], {write, over: 'file'})).code).toBe(0);
  expect(readFileSync(write, 'utf8')).toMatch(/^threshold = 7$/m);
});

test('a file that cannot or must not be written is refused before the log is read', async () => {
  const log = join(folder, 'missing.log');
  const refused = async (write: string, wish: Partial<TuneWish> = {}) => {
    const {code, said} = await run([log], {write, ...wish});
    expect(code).toBe(69);
    return said.join('\n');
  };
  const file = join(folder, 'mine.toml');
  writeFileSync(file, 'dry_run = true');
  const link = join(folder, 'link.toml');
  symlinkSync(file, link);
  const nowhere = join(folder, 'nowhere.toml');
  symlinkSync(join(folder, 'gone'), nowhere);
  for (const there of [file, link, nowhere, folder]) {
    expect(await refused(there)).toContain('it is there already');
  }
  const over = 'file';
  for (const odd of [link, nowhere, folder, '/dev/zero']) {
    expect(await refused(odd, {over})).toContain('expected a regular file, or nothing yet');
  }
  // Its other settings would be lost, by whatever name it is called.
  expect(await refused(file, {over, inForce: link})).toContain('this configuration is in force');
  expect(await refused(join(folder, 'no', 'new.toml'))).toContain('ENOENT');
  expect(await refused(join(file, 'new.toml'))).toContain('ENOTDIR');
  expect(await refused(join(file, 'new.toml'), {over})).toContain('ENOTDIR');
  expect(readFileSync(file, 'utf8')).toBe('dry_run = true');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  const own = logOf(mailers);
  const {said} = await run([own], {write: own, over});
  expect(said.join('\n')).toContain('this log is to be read');
});

test('where nothing is to change no file is written, and the exit code says so', async () => {
  const write = join(folder, 'none.toml');
  const {code, said} = await run([logOf(mailers)], {write});
  expect(code).toBe(1);
  expect(said.join('\n')).toContain('nothing is to be changed');
  expect(() => readFileSync(write)).toThrow(/ENOENT/);
});

test('an empty log, one of another mailer, and one that is not there', async () => {
  const path = join(folder, 'empty.log');
  writeFileSync(path, '');
  expect((await run([path], {form: 'text'})).printed).toContain('The log is empty');
  const other = 'postfix/smtpd[7]: connect from unknown[203.0.113.7]';
  writeFileSync(path, `2026-11-20T12:00:00+00:00 relay ${other}\n`.repeat(500));
  const deaf = await run([path], {form: 'text'});
  expect(deaf.printed).toContain('No proposal');
  expect(deaf.printed).toContain('0 of 500 lines are of the mailer');
  expect(await run([join(folder, 'missing.log')])).toMatchObject({code: 69, printed: ''});
});

test('a log in no order of time is read to its end, and tune proposes nothing tighter', async () => {
  const lines = relayLog(mailers, guessing).split(/(?<=\n)/);
  const path = join(folder, 'mixed.log');
  writeFileSync(
    path,
    lines
      .filter((_, n) => n % 2 === 0)
      .reverse()
      .join(''),
  );
  const {code, printed} = await run([path]);
  expect(code).toBe(0);
  expect(['keep', 'none']).toContain((JSON.parse(printed) as Tuning).proposal.kind);
});

test("sendmail's own sample tells too little", async () => {
  const {code, printed} = await run(['test/data/sendmail-8.18.1-rfc3339.log'], {form: 'text'});
  expect(code).toBe(0);
  expect(printed).toMatch(/No proposal: the log tells too little/);
});

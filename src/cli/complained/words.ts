/**
 * The operands of `blocksmtp complain` that are about single messages: `message FILE…`, `maildir DIR`,
 * `headers FILE`; and what can be wrong with them. Each is a function, so that `complain` can have other
 * operands too.
 */
import {problemText} from '../../base/problem.js';
import {durationText} from '../../base/duration.js';
import {duration} from '../../config/kinds/scalars.js';
import {complained as settings} from '../../config/settings/complaints/complained.js';
import type {Config} from '../../config/schema.js';
import type {ExitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {Log} from '../../sys/talk/log.js';
import {complainMaildir} from './maildir.js';
import {complainMessages, printHeader} from './message.js';
import type {Complaining} from './wiring.js';

/** Their options as given; `true`: without a value. */
interface ComplainedOptions {
  readonly as?: string | true;
  readonly log?: string | true;
  readonly virus?: string | true;
  readonly since?: string | true;
  readonly move?: true;
}

const complainedWords = ['message', 'maildir', 'headers'] as const;
type ComplainedWord = (typeof complainedWords)[number];

/** Whether the first operand of `complain` is one of these. */
export const complainedWord = (word: string | undefined): ComplainedWord | undefined =>
  complainedWords.find((each) => each === word);

/** Abuse desks ignore mail that is some days old. Seconds. */
const standardSinceSeconds = 86_400;
const since = duration('1m', durationText(7 * 86_400));
/** The flag takes what the setting takes. */
const virusNames = settings.complaintVirusNames.kind;

const expectations = {
  message: {operands: 'one file or more, or - for standard input', most: Infinity},
  maildir: {operands: 'one Maildir, by a path that begins with /', most: 1},
  headers: {operands: 'one file, or - for standard input', most: 1},
} as const;

/** @returns one line for each mistake */
export function wrongInComplained(
  word: ComplainedWord,
  files: readonly string[],
  options: ComplainedOptions,
): string[] {
  const {as, log, virus, since: ago, move} = options;
  const expect = (where: string, what: string, expected: string) =>
    problemText({where, what, expected});
  const wrong: string[] = [];
  const {operands, most} = expectations[word];
  if (files.length === 0 || files.length > most) {
    wrong.push(expect(`complain ${word}`, `${files.length} operands`, operands));
  }
  if (word === 'maildir' && files.length === 1 && !files[0]!.startsWith('/')) {
    wrong.push(expect('complain maildir', JSON.stringify(files[0]), operands));
  }
  if (as === true) wrong.push(expect('--as', 'no value', 'names of this machine'));
  if (log === true) wrong.push(expect('--log', 'no value', 'a log file'));
  const isMaildirs = virus !== undefined || ago !== undefined || move !== undefined;
  if (word !== 'maildir' && isMaildirs) {
    const where = '--virus, --since, --move';
    wrong.push(expect(where, `with complain ${word}`, '`complain maildir`'));
  }
  const names = virus === undefined ? undefined : virus === true ? '' : virus;
  if (names !== undefined && (names === '' || !virusNames.read(names).ok)) {
    wrong.push(expect('--virus', JSON.stringify(names), virusNames.bounds));
  }
  if (ago === true || (typeof ago === 'string' && !since.read(ago).ok)) {
    wrong.push(expect('--since', ago === true ? 'no time' : JSON.stringify(ago), since.bounds));
  }
  return wrong;
}

/** Call it only with words that `wrongInComplained` found good. */
export function complained(
  word: ComplainedWord,
  files: readonly string[],
  options: ComplainedOptions,
  form: 'text' | 'json',
  parts: {readonly config: Config; readonly log: Log; readonly output: Output},
  complaining: Complaining,
): Promise<ExitCode> {
  const {config, log, output} = parts;
  const [as, only] = [given(options.as), given(options.log)];
  if (word === 'headers') return printHeader(files[0] ?? '-', output);
  if (word === 'message') {
    return complainMessages({files, as, log: only, form}, config, log, output, complaining);
  }
  const names = virusNames.read(given(options.virus) ?? '');
  const ago = since.read(given(options.since) ?? standardSinceSeconds);
  const wish = {
    path: files[0] ?? '',
    virus: names.ok ? names.value : [],
    sinceSeconds: ago.ok ? ago.value : standardSinceSeconds,
    deed: options.move ? 'moves' : 'shows',
    ...{as, log: only, form},
  } as const;
  return complainMaildir(wish, config, log, output, complaining);
}

const given = (value: string | true | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

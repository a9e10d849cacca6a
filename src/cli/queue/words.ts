/**
 * The operands of `blocksmtp queue`: which of its three uses is meant, and what can be wrong with
 * them.
 */
import {problemText} from '../../base/problem.js';
import {duration, number} from '../../config/kinds/scalars.js';
import {type FilterWords, isEmptyFilter, readFilter} from '../../queue/filter.js';
import {holdQueue} from './hold.js';
import {showQueue} from './show.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output, Signals} from '../face/surroundings.js';
import {Users} from '../../sys/proc/users.js';

/** Its options as given; `true`: without a value. */
export interface QueueOptions extends FilterWords {
  readonly full?: true;
  readonly count?: true;
  readonly watch?: string | true;
  readonly limit?: string | true;
  readonly yes?: true;
}

const every = duration('1s', '1d');
const limits = number(1, 100_000, 'whole', 'N');
const standardLimit = 100;
const standardEverySeconds = 10;

const isDeed = (word: string | undefined): word is 'hold' | 'release' =>
  word === 'hold' || word === 'release';

/** With `hold` the reason is the one to write, and otherwise the one to look for. */
function filterWords(options: QueueOptions, deed: 'hold' | 'release' | undefined): FilterWords {
  const {reason, ...others} = options;
  return deed === 'hold' || reason === undefined ? others : {...others, reason};
}

/** @returns one line for each mistake */
export function wrongInQueue(operands: readonly string[], options: QueueOptions): string[] {
  const {full, count, watch, limit, reason, yes} = options;
  const [first, ...others] = operands;
  const deed = isDeed(first) ? first : undefined;
  const read = readFilter(filterWords(options, deed), deed === undefined ? operands : others);
  const wrong = read.kind === 'wrong' ? [...read.problems] : [];
  const given = (value: unknown) => value !== undefined;
  const expect = (where: string, what: string, expected: string) =>
    wrong.push(problemText({where, what, expected}));
  if (typeof watch === 'string' && !every.read(watch).ok) {
    expect('--watch', JSON.stringify(watch), every.bounds);
  }
  if (given(limit) && (limit === true || !limits.read(limit).ok)) {
    expect('--limit', limit === true ? 'no value' : JSON.stringify(limit), limits.bounds);
  }
  if (full && count) wrong.push('--full and --count: expected one of them');
  if (deed !== undefined && (full || count || given(watch) || given(limit))) {
    expect(`queue ${deed}`, 'an option of `queue` that shows', 'ids, filters, --yes or --json');
  }
  if (deed === undefined && yes)
    expect('--yes', 'without a deed', '`queue hold` or `queue release`');
  if (deed === 'hold' && (reason === true || reason?.trim() === ''))
    expect('--reason', 'no value', 'some words');
  if (deed !== undefined && read.kind === 'filter' && isEmptyFilter(read.filter)) {
    expect(`queue ${deed}`, 'which messages?', 'ids, or a filter such as --uid 33');
  }
  return wrong;
}

/** A mistyped name would look like a user without mail. @returns undefined if the user is one, or may be */
async function unknownUser(uid: QueueOptions['uid']): Promise<string | undefined> {
  if (typeof uid !== 'string' || /^\d+$/.test(uid)) return undefined;
  if ((await new Users().whether(uid)) !== 'missing') return undefined;
  const what = `${JSON.stringify(uid)}: no such user here`;
  return problemText({where: '--uid', what, expected: 'the number or the name of a user'});
}

/** Call it only with words that `wrongInQueue` found good. */
export async function queue(
  operands: readonly string[],
  options: QueueOptions,
  form: 'text' | 'json',
  {signals, output}: {readonly signals: Signals; readonly output: Output},
): Promise<ExitCode> {
  const [first, ...others] = operands;
  const deed = isDeed(first) ? first : undefined;
  const read = readFilter(filterWords(options, deed), deed === undefined ? operands : others);
  if (read.kind === 'wrong') return exitCode.usage;
  const unknown = await unknownUser(options.uid);
  if (unknown !== undefined) {
    output.complain(unknown);
    return exitCode.usage;
  }
  const {filter} = read;
  if (deed !== undefined) {
    const reason = typeof options.reason === 'string' ? options.reason : 'held by hand (blocksmtp)';
    const sure = options.yes ? 'yes' : 'notSaid';
    return holdQueue({deed, filter, reason, form, sure}, output);
  }
  const {watch, limit, full, count} = options;
  const seconds = typeof watch === 'string' ? every.read(watch) : undefined;
  const most = typeof limit === 'string' ? limits.read(limit) : undefined;
  const wish = {
    filter,
    form,
    what: full ? 'full' : count ? 'count' : 'table',
    limit: most?.ok ? most.value : standardLimit,
    everySeconds: seconds?.ok ? seconds.value : watch === true ? standardEverySeconds : undefined,
  } as const;
  return showQueue(wish, signals, output);
}

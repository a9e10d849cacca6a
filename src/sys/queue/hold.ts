/**
 * Holds messages of sendmail's queues, and releases them, through sendmail itself: it has the
 * locks, and writes the new control file. Leaves alone a message that is being delivered. sendmail
 * always exits with 0, so this looks at the queue afterwards. The caller decides which messages.
 * Deletes and bounces nothing.
 */
import {isQueueId} from '../../queue/filter.js';
import {printable} from '../../base/printable.js';
import {runCommand} from '../run/command.js';
import type {MailerFiles} from './directories.js';
import {findStates, type FoundState} from './states.js';

/** At most so many messages in one run. A count: at most 28 ms each, and the ids must fit into one command line. */
export const mostHeldAtOnce = 500;
/** Time for one run of sendmail. Ms: it may read a large queue first. */
const timeoutMs = 120_000;
/** Length of a reason. Characters: control file, log and mailq show it. */
const reasonCharacters = 200;

export interface Left {
  readonly id: string;
  /** `gone`: not in the queue, or no longer. */
  readonly is: 'gone' | 'there';
  readonly why: string;
}

export interface HoldResult {
  /** Messages that are in the wanted state now, by this call or from before. */
  readonly done: readonly string[];
  /** Messages that are not, each with the reason. */
  readonly left: readonly Left[];
}

export interface Mailer {
  readonly program: string;
  readonly files?: MailerFiles;
}

/** Found by PATH. Links of the distributions lead to the real program. */
export const sendmail: Mailer = {program: 'sendmail'};

/**
 * Quarantines messages: they stay in the queue, are not delivered, and do not bounce.
 *
 * @param ids further ones than `mostHeldAtOnce` are left
 * @param reason the log and mailq show it
 */
export const holdMessages = (
  ids: readonly string[],
  reason: string,
  mailer: Mailer = sendmail,
): Promise<HoldResult> => {
  // Without a reason -Q would release them.
  const text = printable(reason, reasonCharacters).trim() || 'held by blocksmtp';
  return change(ids, 'held', [`-Q${text}`], mailer);
};

/** Releases messages: the next queue run tries to deliver them. */
export const releaseMessages = (
  ids: readonly string[],
  mailer: Mailer = sendmail,
): Promise<HoldResult> => change(ids, 'waiting', ['-Q', '-qQ'], mailer);

async function change(
  ids: readonly string[],
  wanted: 'held' | 'waiting',
  how: readonly string[],
  {program, files}: Mailer,
): Promise<HoldResult> {
  const all = [...new Set(ids)];
  const asked = all.filter(isQueueId).slice(0, mostHeldAtOnce);
  const before = findStates(asked, files);
  const said: string[] = [];
  let failure: string | undefined;
  for (const queue of ['relay', 'submission'] as const) {
    const its = asked.filter((id) => {
      const now = before.get(id);
      return now?.queue === queue && now.state !== wanted;
    });
    if (its.length === 0) continue;
    const which = queue === 'relay' ? '-Am' : '-Ac';
    const words = [which, ...how, ...its.map((id) => `-qI${id}`)];
    const result = await runCommand(program, words, {timeoutMs});
    if (result.kind === 'done') said.push(...result.stdout.split('\n'));
    else failure = printable(result.why, reasonCharacters);
  }
  const after = findStates(asked, files);
  const isDone = (id: string): boolean => after.get(id)?.state === wanted;
  return {
    done: asked.filter(isDone),
    left: all
      .filter((id) => !isDone(id))
      .map((id) => {
        const is = asked.includes(id) && !after.has(id) ? 'gone' : 'there';
        const why = whyLeft(id, asked, before.get(id), after.get(id), said);
        return {id, is, why: is === 'there' ? (failure ?? why) : why};
      }),
  };
}

function whyLeft(
  id: string,
  asked: readonly string[],
  before: FoundState | undefined,
  after: FoundState | undefined,
  said: readonly string[],
): string {
  if (!isQueueId(id)) return 'expected the id of a message';
  if (!asked.includes(id)) return `beyond ${mostHeldAtOnce} of one run: run it again`;
  if (before === undefined) return 'not in the queue';
  if (after === undefined) return 'delivered meanwhile';
  const its = said.find((line) => line.includes(id));
  return its === undefined ? 'being delivered now: run it again' : printable(its, reasonCharacters);
}

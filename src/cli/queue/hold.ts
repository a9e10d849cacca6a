/**
 * `blocksmtp queue hold` and `blocksmtp queue release`: shows the selected messages, and has sendmail
 * quarantine or release them. Many need `--yes`. The daemon's own holds are not decided here.
 */
import {countText} from '../../base/count.js';
import {asciiJson, printable} from '../../base/printable.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import {deniedText} from '../../control/reading.js';
import {type Filter, isMeant, isNamed} from '../../queue/filter.js';
import type {QueuedMessage} from '../../queue/message.js';
import {queueTable} from '../../report/tables/queue.js';
import {nowMs} from '../../sys/run/clock.js';
import {
  holdMessages,
  type HoldResult,
  type Left,
  type Mailer,
  mostHeldAtOnce,
  releaseMessages,
  sendmail,
} from '../../sys/queue/hold.js';
import {type FoundMessage, readQueue} from '../../sys/queue/read-queue.js';

interface HoldWish {
  readonly deed: 'hold' | 'release';
  readonly filter: Filter;
  readonly reason: string;
  readonly form: 'text' | 'json';
  readonly sure: 'yes' | 'notSaid';
}

/**
 * Beyond this many, the operator must add `--yes`. A count: what a person can look through on a page or
 * two.
 */
const mostWithoutYes = 100;
/** The most that one command holds or releases. A count: each takes 1 ms to read and 30 ms to change. */
const mostOfCommand = 50_000;
/** Messages for which the command prints why it left them alone. A count. */
const mostReasons = 20;

export async function holdQueue(
  wish: HoldWish,
  output: Output,
  mailer: Mailer = sendmail,
): Promise<ExitCode> {
  const {deed, form, sure} = wish;
  const startMs = nowMs();
  const {messages: shown, ids, total, read} = await meant(wish, startMs, output, mailer);
  if (read === 'nothing') return exitCode.unavailable;
  if (form === 'text') {
    output.print(queueTable(shown, startMs));
    if (total > shown.length) output.print(`and ${total - shown.length} more\n`);
  }
  if (total > mostWithoutYes && sure === 'notSaid') {
    const what = `${countText(total, 'message')} to ${deed}, and nothing was done`;
    output.complain(`${what}: more than ${mostWithoutYes} need --yes`);
    return exitCode.no;
  }
  const code = tell(await inRounds(ids, wish, mailer), wish, output);
  if (total === ids.length) return code;
  output.complain(`${countText(total - ids.length, 'more message')}: run it again`);
  return exitCode.no;
}

/** The selected messages that are not yet in the wanted state. */
async function meant(
  {deed, filter}: HoldWish,
  startMs: number,
  output: Output,
  {files}: Mailer,
): Promise<Meant> {
  const state = deed === 'hold' ? 'waiting' : 'held';
  // Messages that are not shown need only their id: spam queues have large headers.
  const messages: QueuedMessage[] = [];
  const ids: string[] = [];
  let total = 0;
  const wanted: Filter = {...filter, state};
  const see = ({message, bodyText}: FoundMessage): void => {
    if (!isMeant(wanted, message, startMs, bodyText)) return;
    total += 1;
    if (messages.length < mostWithoutYes) messages.push(message);
    if (ids.length < mostOfCommand) ids.push(message.id);
  };
  const reading = await readQueue(see, {isWanted: (named) => isNamed(wanted, named), files});
  for (const each of reading.problems) output.complain(printable(each, 500));
  if (reading.problems.some((each) => each.startsWith('EACCES')))
    output.complain(deniedText({command: 'block'}));
  const read = reading.messages === 0 && reading.problems.length > 0 ? 'nothing' : 'queue';
  return {messages, ids, total, read};
}

interface Meant {
  readonly messages: readonly QueuedMessage[];
  readonly ids: readonly string[];
  readonly total: number;
  readonly read: 'queue' | 'nothing';
}

async function inRounds(
  ids: readonly string[],
  {deed, reason}: HoldWish,
  mailer: Mailer,
): Promise<HoldResult> {
  const done: string[] = [];
  const left: Left[] = [];
  for (let at = 0; at < ids.length; at += mostHeldAtOnce) {
    const some = ids.slice(at, at + mostHeldAtOnce);
    const result = await (deed === 'hold'
      ? holdMessages(some, reason, mailer)
      : releaseMessages(some, mailer));
    done.push(...result.done);
    left.push(...result.left);
  }
  return {done, left};
}

function tell({done, left}: HoldResult, {deed, form, filter}: HoldWish, output: Output): ExitCode {
  const unknown = [...(filter.ids ?? [])].filter(
    (id) => !done.includes(id) && !left.some((each) => each.id === id),
  );
  const why = `not in the queue, or ${deed === 'hold' ? 'held already' : 'not held'}`;
  const all = [
    ...left.map(({id, why: each}) => ({id, why: each})),
    ...unknown.map((id) => ({id, why})),
  ];
  const word = deed === 'hold' ? 'held' : 'released';
  if (form === 'json')
    output.print(`${asciiJson({changed: done.length > 0, [word]: done, left: all})}\n`);
  else {
    const back = deed === 'hold' && done.length > 0 ? '; back with: blocksmtp queue release' : '';
    output.print(`${word} ${countText(done.length, 'message')}${back}\n`);
  }
  for (const {id, why: each} of all.slice(0, mostReasons)) output.complain(`${id}: ${each}`);
  if (all.length > mostReasons) output.complain(`and ${all.length - mostReasons} more`);
  return all.length === 0 && done.length > 0 ? exitCode.ok : exitCode.no;
}

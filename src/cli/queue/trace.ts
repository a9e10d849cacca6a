/**
 * `blocksmtp trace`: finds the local user, the login or the host that sent a message about which
 * somebody complained, by the log (`log-search.ts`). `queue/trace` decides what counts.
 */
import {printable} from '../../base/printable.js';
import {jsonWithTimes} from '../../base/time-text.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import {beganMs, ownNames, readLogs} from './log-search.js';
import type {Config} from '../../config/schema.js';
import {mostComplaintCharacters, readComplaint} from '../../queue/trace/complaint.js';
import {LogReader, type TracedRecord} from '../../queue/trace/log-facts.js';
import {allOurs, type OurReceived} from '../../queue/trace/our-received.js';
import {noneOfOurs, traceVerdict, type TraceVerdict} from '../../queue/trace/verdict.js';
import {traceText} from '../../report/tables/trace.js';
import {readBeginning} from '../../sys/queue/complaint-file.js';
import {userNames} from '../../sys/queue/read-queue.js';
import {findStates} from '../../sys/queue/states.js';

interface TraceWish {
  readonly file: string;
  /** Other names of this machine. */
  readonly as: string | undefined;
  /** A log to read instead of those that the daemon follows. */
  readonly log: string | undefined;
  readonly form: 'text' | 'json';
}

interface Shown {
  readonly verdict: TraceVerdict;
  /** Whether the message is still in the queue. */
  readonly queued: 'waiting' | 'held' | undefined;
}

export async function trace(wish: TraceWish, config: Config, output: Output): Promise<ExitCode> {
  try {
    const parts = readComplaint(await readBeginning(wish.file, mostComplaintCharacters));
    const names = ownNames(wish.as);
    const all = allOurs(parts, names);
    const shown =
      all.length === 0
        ? [{verdict: noneOfOurs(parts, names), queued: undefined}]
        : await looked(all, wish.log, config, output);
    output.print(wish.form === 'json' ? `${jsonWithTimes(jsonOf(shown))}\n` : textOf(shown));
    return shown[0]?.verdict.kind === 'sender' ? exitCode.ok : exitCode.no;
  } catch (error) {
    output.complain(printable((error as Error).message, 500));
    return exitCode.unavailable;
  }
}

/** Looks up each message, in one reading of the log. */
async function looked(
  all: readonly OurReceived[],
  log: string | undefined,
  config: Config,
  output: Output,
): Promise<Shown[]> {
  const read = all.map((each) => {
    const ids = [each.ours, ...(each.submission === undefined ? [] : [each.submission])];
    return {each, reader: new LogReader(ids.map(({queueId}) => queueId))};
  });
  const readers = read.map(({reader}) => reader);
  const together = {
    mayMatter: (line: string) => readers.some((reader) => reader.mayMatter(line)),
    take: (record: TracedRecord) => readers.forEach((reader) => reader.take(record)),
  };
  const sinceMs = Math.min(...all.map(({ours}) => beganMs(ours.queueId)));
  const places = await readLogs(together, sinceMs, log, config, output);
  const states = findStates(all.map(({ours}) => ours.queueId));
  return read.map(({each, reader}) => ({
    verdict: withUser(traceVerdict(each, reader.facts, places)),
    queued: states.get(each.ours.queueId)?.state,
  }));
}

/** Programs read the first message, as ever. Where it is attached, `around` has the messages around it. */
function jsonOf([first, ...around]: readonly Shown[]): object {
  return {...first, ...(around.length > 0 && {around})};
}

/** The innermost message first: it is the one of which a report complains. */
function textOf(shown: readonly Shown[]): string {
  if (shown.length === 1) return shown.map(traceText).join('');
  const heads = shown.map((_, at) => (at === 0 ? insideHead : aroundHead));
  return shown.map((each, at) => `${heads[at]}\n${traceText(each)}`).join('\n');
}

const insideHead = 'in the attached message (the sender of the message around it can make it up):';
const aroundHead = 'in the message around it:';

/** Adds the name or the number of a user, whichever is missing. */
function withUser(verdict: TraceVerdict): TraceVerdict {
  if (verdict.kind !== 'sender' || verdict.whose.kind !== 'uid') return verdict;
  const {whose} = verdict;
  const users = userNames();
  const uid = whose.uid ?? users.uidOf(whose.user);
  const user = uid === undefined ? whose.user : users.nameOf(uid);
  return {...verdict, whose: {...whose, uid, user}};
}

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
import {LogReader} from '../../queue/trace/log-facts.js';
import {ourReceived} from '../../queue/trace/our-received.js';
import {traceVerdict, type TraceVerdict} from '../../queue/trace/verdict.js';
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

export async function trace(wish: TraceWish, config: Config, output: Output): Promise<ExitCode> {
  try {
    const text = await readBeginning(wish.file, mostComplaintCharacters);
    const complaint = readComplaint(text);
    const names = ownNames(wish.as);
    const ours = ourReceived(complaint.received, names);
    const ids = [ours.ours, ours.submission].flatMap((each) => each?.queueId ?? []);
    const reader = new LogReader(ids);
    const sinceMs = beganMs(ids[0] ?? '');
    const places =
      ids.length === 0 ? [] : await readLogs(reader, sinceMs, wish.log, config, output);
    const verdict = traceVerdict(complaint, ours, reader.facts, {names, places});
    const queueId = verdict.queueId ?? '';
    const queued = queueId === '' ? undefined : findStates([queueId]).get(queueId)?.state;
    const shown = {verdict: withUser(verdict), queued};
    output.print(wish.form === 'json' ? `${jsonWithTimes(shown)}\n` : traceText(shown));
    return verdict.kind === 'sender' ? exitCode.ok : exitCode.no;
  } catch (error) {
    output.complain(printable((error as Error).message, 500));
    return exitCode.unavailable;
  }
}

/** Adds the name or the number of a user, whichever is missing. */
function withUser(verdict: TraceVerdict): TraceVerdict {
  if (verdict.kind !== 'sender' || verdict.whose.kind !== 'uid') return verdict;
  const {whose} = verdict;
  const users = userNames();
  const uid = whose.uid ?? users.uidOf(whose.user);
  const user = uid === undefined ? whose.user : users.nameOf(uid);
  return {...verdict, whose: {...whose, uid, user}};
}

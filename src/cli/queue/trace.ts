/**
 * `blocksmtp trace`: from a message that somebody complained of to the local user, the login or the host
 * that sent it. Reads the logs that are followed, and those they were rotated into. `queue/trace`
 * decides what counts.
 */
import {asciiJson, printable} from '../../base/printable.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {mailerNames} from '../../hearing/names.js';
import {Lines} from '../../log/lines.js';
import type {LogRecord} from '../../log/record.js';
import {planSources} from '../../log/source-plan.js';
import {vouchingOf} from '../../mail/authorship.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import {mostComplaintCharacters, readComplaint} from '../../queue/trace/complaint.js';
import {LogReader} from '../../queue/trace/log-facts.js';
import {mailerNameIn} from '../../queue/trace/mailer-name.js';
import {ourReceived} from '../../queue/trace/our-received.js';
import {traceVerdict, type TraceVerdict} from '../../queue/trace/verdict.js';
import {traceText} from '../../report/tables/trace.js';
import {quietMs, readTextFile} from '../../sys/disk/text-file.js';
import {openLogInput} from '../../sys/follow/log-input.js';
import {trustedRotated} from '../../sys/follow/rotated.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {storedSince} from '../../sys/old-logs/old-entries.js';
import {logsOf} from '../../sys/old-logs/old-files.js';
import {readBeginning} from '../../sys/queue/complaint-file.js';
import {mailerFiles} from '../../sys/queue/directories.js';
import {userNames} from '../../sys/queue/read-queue.js';
import {findStates} from '../../sys/queue/states.js';
import {nowMs} from '../../sys/run/clock.js';
import {hostName} from '../../sys/run/machine.js';

interface TraceWish {
  readonly file: string;
  /** Other names of this machine. */
  readonly as: string | undefined;
  /** A log to be read in the place of those that are followed. */
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
    const places = ids.length === 0 ? [] : await readLogs(reader, ids[0]!, wish, config, output);
    const verdict = traceVerdict(complaint, ours, reader.facts, {names, places});
    const queueId = verdict.queueId ?? '';
    const queued = queueId === '' ? undefined : findStates([queueId]).get(queueId)?.state;
    const shown = {verdict: withUser(verdict), queued};
    output.print(wish.form === 'json' ? `${asciiJson(shown)}\n` : traceText(shown));
    return verdict.kind === 'sender' ? exitCode.ok : exitCode.no;
  } catch (error) {
    output.complain(printable((error as Error).message, 500));
    return exitCode.unavailable;
  }
}

/** The name or the number of a user, whichever is missing. */
function withUser(verdict: TraceVerdict): TraceVerdict {
  if (verdict.kind !== 'sender' || verdict.whose.kind !== 'uid') return verdict;
  const {whose} = verdict;
  const users = userNames();
  const uid = whose.uid ?? users.uidOf(whose.user);
  const user = uid === undefined ? whose.user : users.nameOf(uid);
  return {...verdict, whose: {...whose, uid, user}};
}

function ownNames(as: string | undefined): string[] {
  const files = [...mailerFiles.relay, ...mailerFiles.submission].map(readTextFile);
  const written = files.flatMap((file) =>
    file.kind === 'text' ? (mailerNameIn(file.text) ?? []) : [],
  );
  return [...new Set([...(as === undefined ? [] : [as]), ...written, hostName()])];
}

/** A session may have begun in the file before the one in which the message came. A count. */
const filesBefore = 1;
/** Ms: the clock of the mailer's log may be behind, and a session begins before its message. */
const earlierMs = 3_600_000;

/** @returns which were read */
async function readLogs(
  reader: LogReader,
  id: string,
  wish: TraceWish,
  config: Config,
  output: Output,
): Promise<string[]> {
  const sinceMs = sendmail.frames().beganMs(`${id}: `, nowMs()) ?? 0;
  const plan = planSources(config.syslogMsgsFile, config.attribution, {
    quietMs: (path) => quietMs(path, nowMs()),
    hasJournal: hasJournal(),
    hasPlace: () => false,
  });
  const logs = wish.log === undefined ? logsOf(plan.files) : [];
  const files =
    wish.log === undefined ? logs.flatMap((log) => filesSince(log, sinceMs)) : [wish.log];
  const names = new Set(mailerNames(config.mailerSyslogName, sendmail));
  const places: string[] = [];
  for (const path of files) {
    try {
      await readFile(path, reader, names);
      places.push(path);
    } catch (error) {
      output.complain(printable((error as Error).message, 500));
    }
  }
  if (wish.log !== undefined || plan.journal === 'left') return places;
  const stop = new AbortController().signal;
  const fail = (why: string) => output.complain(printable(why, 500));
  for await (const {records} of storedSince([...names], sinceMs - earlierMs, stop, fail)) {
    for (const record of records) take(record, reader);
  }
  return [...places, 'the journal'];
}

/** Those that were changed since then, oldest first, and the one before. */
function filesSince(log: string, sinceMs: number): string[] {
  const rotated = trustedRotated(log).filter(({packing}) => packing !== 'other');
  const first = rotated.findIndex(({changedMs}) => changedMs >= sinceMs);
  const from = (first < 0 ? rotated.length : first) - filesBefore;
  const isThere = quietMs(log, nowMs()) !== undefined;
  return [...rotated.slice(Math.max(0, from)).map(({path}) => path), ...(isThere ? [log] : [])];
}

async function readFile(
  path: string,
  reader: LogReader,
  names: ReadonlySet<string>,
): Promise<void> {
  const input = openLogInput(path);
  const frames = sendmail.frames();
  const lines = new Lines(input.name);
  for await (const piece of input.pieces) {
    for (const line of lines.of(piece)) {
      if (!reader.mayMatter(line.text)) continue;
      const framed = frames.read(line, input.changedMs);
      if (framed.kind === 'record' && names.has(framed.record.program)) take(framed.record, reader);
    }
  }
}

/** What another program wrote under the mailer's name does not count. */
function take(record: LogRecord, reader: LogReader): void {
  const vouched = vouchingOf(record, sendmail.authorshipOf);
  const {atMs, pid, message, writer} = record;
  if (writer !== undefined && sendmail.authorshipOf(writer) === 'other') return;
  reader.take({atMs, pid, message, vouched: vouched === 'byJournal' ? 'byJournal' : 'no'});
}

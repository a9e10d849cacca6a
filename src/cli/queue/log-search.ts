/**
 * Reads what the mailer's log says about a few queue ids: in the followed logs, their rotated files, and
 * the journal. `queue/trace` decides what counts. Also finds the names under which this machine writes
 * `Received` headers.
 */
import {printable} from '../../base/printable.js';
import type {Output} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {mailerNames} from '../../hearing/names.js';
import {Lines} from '../../log/lines.js';
import type {LogRecord} from '../../log/record.js';
import {planSources} from '../../log/source-plan.js';
import {vouchingOf} from '../../mail/authorship.js';
import {sendmail} from '../../mail/sendmail/dialect.js';
import {type LogReader, longestSessionMs} from '../../queue/trace/log-facts.js';
import {mailerNameIn} from '../../queue/trace/mailer-name.js';
import {quietMs, readTextFile} from '../../sys/disk/text-file.js';
import {openLogInput} from '../../sys/follow/log-input.js';
import {trustedRotated} from '../../sys/follow/rotated.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {storedSince} from '../../sys/old-logs/old-entries.js';
import {logsOf} from '../../sys/old-logs/old-files.js';
import {mailerFiles} from '../../sys/queue/directories.js';
import {nowMs} from '../../sys/run/clock.js';
import {hostName} from '../../sys/run/machine.js';

/** @param as other names, separated by commas */
export function ownNames(as: string | undefined): string[] {
  const files = [...mailerFiles.relay, ...mailerFiles.submission].map(readTextFile);
  const written = files.flatMap((file) =>
    file.kind === 'text' ? (mailerNameIn(file.text) ?? []) : [],
  );
  const given = (as ?? '').split(',').map((name) => name.trim());
  return [...new Set([...given, ...written, hostName()])].filter((name) => name !== '');
}

/** How many older files to read too: the clock of the log may be behind. A count. */
const filesBefore = 1;

type Reader = Pick<LogReader, 'mayMatter' | 'take'>;

/** When the mailer made a queue id. @returns 0 if nothing says; ms since the epoch */
export const beganMs = (id: string): number => sendmail.frames().beganMs(`${id}: `, nowMs()) ?? 0;

/**
 * @param sinceMs when the first of the ids was made
 * @param only a log to read instead of the followed ones
 * @returns which logs were read
 */
export async function readLogs(
  reader: Reader,
  sinceMs: number,
  only: string | undefined,
  config: Config,
  output: Pick<Output, 'complain'>,
): Promise<string[]> {
  const plan = planSources(config.syslogMsgsFile, config.attribution, {
    quietMs: (path) => quietMs(path, nowMs()),
    hasJournal: hasJournal(),
    hasPlace: () => false,
  });
  const logs = only === undefined ? logsOf(plan.files) : [];
  // A session begins before its message, and its login is in the log only once.
  const fromMs = Math.max(0, sinceMs - longestSessionMs);
  const files = only === undefined ? logs.flatMap((log) => filesSince(log, fromMs)) : [only];
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
  if (only !== undefined || plan.journal === 'left') return places;
  const stop = new AbortController().signal;
  const fail = (why: string) => output.complain(printable(why, 500));
  for await (const {records} of storedSince([...names], fromMs, stop, fail)) {
    for (const record of records) take(record, reader);
  }
  return [...places, 'the journal'];
}

/** The files changed since then, oldest first, and the one before them. */
function filesSince(log: string, sinceMs: number): string[] {
  const rotated = trustedRotated(log).filter(({packing}) => packing !== 'other');
  const first = rotated.findIndex(({changedMs}) => changedMs >= sinceMs);
  const from = (first < 0 ? rotated.length : first) - filesBefore;
  const isThere = quietMs(log, nowMs()) !== undefined;
  return [...rotated.slice(Math.max(0, from)).map(({path}) => path), ...(isThere ? [log] : [])];
}

async function readFile(path: string, reader: Reader, names: ReadonlySet<string>): Promise<void> {
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

/** Ignores what another program wrote under the mailer's name. */
function take(record: LogRecord, reader: Reader): void {
  const vouched = vouchingOf(record, sendmail.authorshipOf);
  const {atMs, pid, message, writer} = record;
  if (writer !== undefined && sendmail.authorshipOf(writer) === 'other') return;
  reader.take({atMs, pid, message, vouched: vouched === 'byJournal' ? 'byJournal' : 'no'});
}

/**
 * Decides whether to ask the machine which client a line belongs to, and what: only about what was written here,
 * whose client is not known as well as it must be, and could still be seen. Evidence is asked about; and in
 * `verified` mode mail that was taken, where the journal knows that root wrote the line, and not which program.
 * Of a line that anybody can write it is not asked: it earns no credit there, whosever the process is.
 */
import {type LogRecord, noPid} from '../log/record.js';
import {sameHost} from '../log/syslog.js';
import {vouchingOf} from '../mail/authorship.js';
import type {Dialect} from '../mail/dialect.js';
import {isEvidenceKind} from '../mail/evidence.js';
import type {EnvelopeEnd, MailEvent, Sign, UnknownRecipient} from '../mail/mail-event.js';
import type {Question} from './attribute.js';

interface QuestionSettings {
  /** Of the mailer that wrote the record. */
  readonly dialect: Dialect;
  /** This machine's name. */
  readonly ownHost: string;
  readonly attribution: 'any' | 'verified';
}

/**
 * @param needsClient whether nobody has told yet whose envelope this is, or more is to be learnt of it
 * @returns undefined when there is nothing to ask
 */
export function questionAbout(
  record: LogRecord,
  event: MailEvent,
  {dialect, ownHost, attribution}: QuestionSettings,
  needsClient: (queueId: string) => boolean,
): Question | undefined {
  const {processes, authorshipOf} = dialect;
  if (processes.kind === 'shared') return undefined;
  if (!isAskedAbout(event) || record.pid === noPid) return undefined;
  // A log without host names is this machine's own.
  if (record.host !== '' && !sameHost(record.host, ownHost)) return undefined;
  const vouching = vouchingOf(record, authorshipOf);
  if (event.kind === 'envelopeEnd') {
    // To ask for each mail costs too much where its line is believed.
    if (attribution === 'any' || vouching === 'byJournal' || event.accepted === 0) return undefined;
    if (record.writer?.uid !== 0) return undefined;
  }
  const {queueId} = event;
  const {writer, pid, atMs} = record;
  // The journal knows the writer's number here; in a line a container's mailer numbers itself.
  const writtenBy = writer
    ? ({pid: writer.pid, numberedBy: 'host'} as const)
    : ({pid, numberedBy: 'log'} as const);
  if (queueId === undefined) return {...writtenBy, envelopeMs: atMs};
  if (vouching !== 'doubtful' && !needsClient(queueId)) return undefined;
  const envelopeMs = processes.envelopeBegan(record, queueId);
  return envelopeMs === undefined ? undefined : {...writtenBy, queueId, envelopeMs};
}

function isAskedAbout(event: MailEvent): event is EnvelopeEnd | UnknownRecipient | Sign {
  if (event.kind === 'envelopeEnd') return event.client !== undefined;
  if (!isEvidenceKind(event.kind) || event.kind === 'undeliverable') return false;
  const {kind, client} = event as UnknownRecipient | Sign;
  // Refused before its first command, the client is gone when the kernel could be asked.
  return client === undefined || (kind !== 'pregreet' && kind !== 'earlyTraffic');
}

/**
 * Decides whether to ask the kernel which client a line belongs to, and what to ask. It is asked only about
 * lines written on this machine, whose client is not known well enough, and whose process may still exist. It is
 * asked about evidence. In `verified` mode it is also asked about accepted mail if the journal knows only that
 * root wrote the line, not with which program. It is not asked about a line that anybody could have written:
 * such a line earns no credit, whatever client the process has.
 */
import {type LogRecord, noPid} from '../log/record.js';
import {sameHost} from '../log/syslog.js';
import {vouchingOf} from '../mail/authorship.js';
import type {Dialect} from '../mail/dialect.js';
import {isEvidenceKind} from '../mail/evidence.js';
import type {EnvelopeEnd, MailEvent, Sign, UnknownRecipient} from '../mail/mail-event.js';
import type {Question} from './attribute.js';

interface QuestionSettings {
  /** The dialect of the mailer that wrote the record. */
  readonly dialect: Dialect;
  readonly ownHost: string;
  readonly attribution: 'any' | 'verified';
}

/** The number under which the writer of a record is found. */
export const writerOf = ({
  writer,
  pid,
}: Pick<LogRecord, 'writer' | 'pid'>): Pick<Question, 'pid' | 'numberedBy'> =>
  // The journal knows the writer's pid on this machine; a container's mailer logs its own number.
  writer ? {pid: writer.pid, numberedBy: 'host'} : {pid, numberedBy: 'log'};

/**
 * @param needsClient whether the envelope's client is unknown, or more must be learnt about it
 * @returns undefined: there is nothing to ask
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
  // A log without host names is from this machine.
  if (record.host !== '' && !sameHost(record.host, ownHost)) return undefined;
  const vouching = vouchingOf(record, authorshipOf);
  if (event.kind === 'envelopeEnd') {
    // Where the line is believed, asking for each message would cost too much.
    if (attribution === 'any' || vouching === 'byJournal' || event.accepted === 0) return undefined;
    if (record.writer?.uid !== 0) return undefined;
  }
  const {queueId} = event;
  const writtenBy = writerOf(record);
  if (queueId === undefined) return {...writtenBy, envelopeMs: record.atMs};
  if (vouching !== 'doubtful' && !needsClient(queueId)) return undefined;
  const envelopeMs = processes.envelopeBegan(record, queueId);
  return envelopeMs === undefined ? undefined : {...writtenBy, queueId, envelopeMs};
}

function isAskedAbout(event: MailEvent): event is EnvelopeEnd | UnknownRecipient | Sign {
  if (event.kind === 'envelopeEnd') return event.client !== undefined;
  if (!isEvidenceKind(event.kind) || event.kind === 'undeliverable') return false;
  const {kind, client} = event as UnknownRecipient | Sign;
  // A client that is refused before its first command has gone before the kernel could be asked.
  return client === undefined || (kind !== 'pregreet' && kind !== 'earlyTraffic');
}

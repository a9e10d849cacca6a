/**
 * Decides whether the machine is asked who is behind a line, and what: only about evidence that was
 * written here, whose client is not known as well as it must be, and could still be seen.
 */
import type {LogRecord} from '../log/record.js';
import {sameHost} from '../log/syslog.js';
import {vouchingOf} from '../mail/authorship.js';
import type {Dialect} from '../mail/dialect.js';
import {isEvidenceKind} from '../mail/evidence.js';
import type {MailEvent, Sign, UnknownRecipient} from '../mail/mail-event.js';
import type {Question} from './attribute.js';

/**
 * @param dialect of the mailer that wrote the record
 * @param ownHost this machine's name
 * @param needsClient whether nobody has told yet whose envelope this is
 * @returns undefined when there is nothing to ask
 */
export function questionAbout(
  record: LogRecord,
  event: MailEvent,
  {processes, authorshipOf}: Dialect,
  ownHost: string,
  needsClient: (queueId: string) => boolean,
): Question | undefined {
  if (processes.kind === 'shared') return undefined;
  if (!isEvidenceKind(event.kind) || event.kind === 'undeliverable') return undefined;
  // A log without host names is this machine's own.
  if (record.host !== '' && !sameHost(record.host, ownHost)) return undefined;
  const {queueId, client} = event as UnknownRecipient | Sign;
  // Refused before its first command, the client is gone when the kernel could be asked.
  if (client !== undefined && (event.kind === 'pregreet' || event.kind === 'earlyTraffic')) {
    return undefined;
  }
  const {writer, pid, atMs} = record;
  // The journal knows the writer's number here; in a line a container's mailer numbers itself.
  const writtenBy = writer
    ? ({pid: writer.pid, numberedBy: 'host'} as const)
    : ({pid, numberedBy: 'log'} as const);
  if (queueId === undefined) return {...writtenBy, envelopeMs: atMs};
  const isDoubtful = vouchingOf(record, authorshipOf) === 'doubtful';
  if (!isDoubtful && !needsClient(queueId)) return undefined;
  const envelopeMs = processes.envelopeBegan(record, queueId);
  return envelopeMs === undefined ? undefined : {...writtenBy, queueId, envelopeMs};
}

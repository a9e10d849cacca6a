/** An event in one line, as the files in test/data write it. */
import type {MailEvent} from '../../../src/mail/mail-event.js';

export function notation(event: MailEvent | undefined): string {
  if (event === undefined) return '-';
  if (event.kind === 'connected') return `connected client=${event.client?.text ?? '-'}`;
  if (event.kind === 'undeliverable') {
    return `undeliverable ${event.queueId} ${event.recipients.map(({subject}) => subject).join(' ')}`;
  }
  if (event.kind === 'envelopeEnd') {
    const {queueId, client, accepted, sizeBytes, sender, message} = event;
    const end = `envelopeEnd ${queueId} client=${client?.text ?? '-'} accepted=${accepted} bytes=${sizeBytes}`;
    return `${end}${message === 'taken' ? ' message' : ''}${sender === '' ? ' null' : ''}`;
  }
  if (event.kind === 'delivered') {
    const {queueId, sure, others, inNameOf, nextHost} = event;
    const beside = others.length === 0 ? '' : ` (beside ${others.join(' ')})`;
    const name = inNameOf === undefined ? '' : ` for=${inNameOf}`;
    return `delivered ${queueId} host=${nextHost?.text ?? '-'}${name} ${sure.join(' ')}${beside}`.trimEnd();
  }
  const {kind, queueId = '-', client, subject} = event;
  return `${kind} ${queueId} client=${client?.text ?? '-'} ${subject}`.trimEnd();
}

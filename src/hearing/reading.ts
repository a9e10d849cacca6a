/** Converts the guard's reading of a record into a line to count (`heard.ts`). */
import type {HeardLine, Ignored} from './heard.js';
import type {LogRecord} from '../log/record.js';
import {isEvidenceKind} from '../mail/evidence.js';
import type {MailEvent} from '../mail/mail-event.js';

type Reading =
  | {readonly kind: 'event'; readonly event: MailEvent}
  | {readonly kind: 'ignored'; readonly reason: Ignored};

export function heardLine(record: LogRecord, reading: Reading): HeardLine {
  if (reading.kind === 'ignored') return {kind: 'ignored', record, reason: reading.reason};
  return {kind: 'event', record, is: kindOf(reading.event)};
}

function kindOf(event: MailEvent): 'sign' | 'client' | 'own' {
  if (event.kind === 'undeliverable' || event.kind === 'delivered') return 'own';
  if (event.kind === 'envelopeEnd' || event.kind === 'connected') {
    return event.client === undefined ? 'own' : 'client';
  }
  return isEvidenceKind(event.kind) ? 'sign' : 'client';
}

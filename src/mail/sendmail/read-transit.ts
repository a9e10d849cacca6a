/**
 * Reads what sendmail says about mail on its way: `from=`, `to=`, `AUTH=server`, `clone:`, and its warnings about
 * a changed syslog label. Uses what `read-message.ts` has read from a line already. Does not decide who the
 * sender is.
 *
 * The user id in `ctladdr=NAME (UID/GID)` comes from the kernel only in a line of the submission program, which
 * passes mail to this machine's relay and knows which user called it. In a line of the relay it is a guess from
 * the sender's name, which `sendmail -f NAME` can choose.
 */
import type {MailEvent} from '../mail-event.js';
import type {Attempted, LabelChanged, TransitEvent} from '../transit/transit-event.js';
import type {Address} from '../../net/address.js';
import {headOf, mostRecipients, nextHostOf} from './envelope.js';
import {queueIdLength} from './queue-id.js';

/** Longer lines are not read. Bytes: as in `read-message.ts`. */
const longestBytes = 4096;

/** deliver.c sendall(): `QID: CLONE: clone: owner=…`. */
const clone = /^([0-9A-Za-z]{8}\d{6,10}): clone: owner=/;

/** After the head of a `to=`: sendmail's own words, before those of the next host. */
const outcomeOf = /^dsn=([245])\.\d{1,3}\.\d{1,3}, /;

/** The relay's answer to its submission program (srvrsmtp.c). */
const taken =
  /^dsn=2\.\d{1,3}\.\d{1,3}, (?:ntries=\d{1,6}, )?(?:reply=2\d\d [^,]{0,300}, )?stat=Sent \(([0-9A-Za-z]{8}\d{6,10}) Message accepted for delivery\)$/;

/** main.c; the second may follow `NOQUEUE: `. */
const label = /^user (\d{1,10}) changed syslog label$/;
const configuration =
  /^(?:NOQUEUE: )?Authentication-Warning: [^\s:]{1,255}: Processed by ([^\s:]{1,64}) with -C \S/;

/** @param event what was read from the same message already */
export function readTransit(
  message: string,
  event: MailEvent | undefined,
): TransitEvent | undefined {
  if (message.length > longestBytes) return undefined;
  if (event?.kind === 'envelopeEnd') {
    const {queueId, client = 'program', sender, accepted: recipients, sizeBytes} = event;
    if (recipients === 0 || sizeBytes === 0) return undefined;
    return {kind: 'accepted', queueId, from: client, sender, recipients};
  }
  if (event?.kind === 'authenticated') {
    return event.client && {kind: 'loggedIn', client: event.client, name: event.subject};
  }
  if (event?.kind === 'connected') return {kind: 'connected'};
  const isOther =
    event === undefined || event.kind === 'undeliverable' || event.kind === 'delivered';
  return isOther ? readOther(message) : undefined;
}

function readOther(message: string): TransitEvent | undefined {
  const length = queueIdLength(message);
  if (length === 0) return readLabel(message);
  const queueId = message.slice(0, length);
  const body = message.slice(length + 2);
  if (body.startsWith('to=')) return readAttempt(queueId, body);
  const cloneId = clone.exec(body)?.[1];
  return cloneId === undefined ? undefined : {kind: 'cloned', queueId, cloneId};
}

function readLabel(message: string): LabelChanged | undefined {
  const uid = label.exec(message)?.[1];
  if (uid !== undefined) return {kind: 'labelChanged', what: 'label', user: uid};
  const user = configuration.exec(message)?.[1];
  return user === undefined ? undefined : {kind: 'labelChanged', what: 'configuration', user};
}

const outcomes = {2: 'sent', 4: 'deferred', 5: 'failed'} as const;

function readAttempt(queueId: string, body: string): Attempted | undefined {
  const head = headOf(body);
  if (head === null) return undefined;
  const [whole, text = '', , uid, host] = head;
  const rest = body.slice(whole.length);
  const digit = outcomeOf.exec(rest)?.[1] as '2' | '4' | '5' | undefined;
  if (digit === undefined) return undefined;
  const recipients = text.split(',', mostRecipients);
  const nextHost = nextHostOf(host);
  const isOwn = nextHost !== undefined && isLoopback(nextHost);
  return {
    kind: 'attempted',
    queueId,
    outcome: outcomes[digit],
    recipients,
    next: isOwn ? 'ownRelay' : 'other',
    ...(isOwn && {
      submittedBy: uid === undefined ? undefined : Number(uid),
      relayId: taken.exec(rest)?.[1],
    }),
  };
}

const isLoopback = ({family, text}: Address): boolean =>
  family === 4 ? text.startsWith('127.') : text === '::1';

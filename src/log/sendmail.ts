/**
 * Reads what sendmail 8.12 to 8.18 says: which messages matter, and from where in them an address
 * may be taken. Everything between is the client's own text (recipients, senders, message ids,
 * PTR names), so each shape is anchored where sendmail, not the client, wrote.
 *
 * Does not join lines (`sessions.ts`): `<x>... User unknown` itself never names the client
 * (sendmail err.c usrerr()).
 */
import {type Address} from '../net/address.js';
import {parseClient} from './client.js';
import type {MailEvent} from './mail-event.js';

/** queue.c assign_queueid(): 8 characters of time and sequence, then the creator's pid. */
const queueIdPattern = '[0-9A-Za-z]{8}\\d{6,10}';
const withQueueId = new RegExp(`^(${queueIdPattern}): (.*)$`, 's');

/** The longest message that can be a whole one: SYSLOG_BUFSIZE, above which sendmail splits. Bytes. */
const longestMessageBytes = 2048;

const unknownTail = '... User unknown';
const connectHead = 'NOQUEUE: connect from ';

/**
 * Beginnings of other messages that carry a queue id. A line that begins so is never the bare
 * `RCPT... User unknown`, however it ends: at LogLevel 15 sendmail echoes the client (`<-- `).
 */
const otherHeads = ['ruleset=', 'from=', 'to=', 'Milter', '<-- ', '--- ', 'Authentication-Warning'];

/** @returns undefined for every message that is of no interest */
export function parseSendmail(message: string): MailEvent | undefined {
  if (message.length > longestMessageBytes) return undefined;
  if (message.startsWith(connectHead)) {
    return {kind: 'connected', client: parseClient(message.slice(connectHead.length))};
  }
  const match = withQueueId.exec(message);
  if (match === null) return undefined;
  const [, queueId = '', body = ''] = match;
  if (body.startsWith('from=')) return envelope(queueId, body);
  if (body.startsWith('ruleset=')) return ruleset(queueId, body);
  if (!body.endsWith(unknownTail) || otherHeads.some((head) => body.startsWith(head))) {
    return undefined;
  }
  if (withQueueId.test(body)) return undefined; // `QID: NEWQID: DSN: User unknown` tells it again
  const recipient = body.slice(0, -unknownTail.length);
  return {kind: 'unknownRecipient', queueId, recipient, client: undefined};
}

/**
 * `from=…, relay=CLIENT` (headers.c logsender()): `relay=` is always the last field, and a client
 * has no `, ` in it; sender and message id, which may hold a false one, stand before.
 */
function envelope(queueId: string, body: string): MailEvent | undefined {
  const relay = body.lastIndexOf(relayField);
  if (relay < 0) return undefined;
  const client = parseClient(body.slice(relay + relayField.length));
  return client && {kind: 'envelopeClient', queueId, client, position: 'end'};
}

const relayField = ', relay=';

/**
 * `ruleset=check_rcpt, arg1=A, relay=CLIENT, reject=550 5.1.1 A... User unknown` (parseaddr.c
 * rscheck()). A is hostile and stands twice, so neither the first nor the last `, relay=` is to be
 * trusted; a line with more than one gives no address and is joined like a bare one.
 */
function ruleset(queueId: string, body: string): MailEvent | undefined {
  const {head, client} = splitAtRelay(body);
  if (body.endsWith(unknownTail) && body.startsWith(checkRcptHead)) {
    return {kind: 'unknownRecipient', queueId, recipient: head.slice(checkRcptHead.length), client};
  }
  return client && {kind: 'envelopeClient', queueId, client, position: 'middle'};
}

const checkRcptHead = 'ruleset=check_rcpt, arg1=';

/** `head` is the whole body where the relay is in doubt: still another one for another recipient. */
function splitAtRelay(body: string): {head: string; client: Address | undefined} {
  const [head = '', tail, ...more] = body.split(relayField);
  if (tail === undefined || more.length > 0) return {head: body, client: undefined};
  const end = tail.search(/, (?:reject|discard|quarantine|status)/);
  return {head, client: end < 0 ? undefined : parseClient(tail.slice(0, end))};
}

/** What a queue id tells by itself (queue.c assign_queueid(): year % 60, month, day, h, m, s, …). */
export interface QueueIdFacts {
  readonly pid: number;
  /** When it was assigned, the latest such time not after the reference. Ms since the epoch. */
  readonly atMs: number;
}

/** The digits of a queue id, sendmail's `Base60Code` (queue.c). */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx';

/** @param referenceMs a time in the minute or so after the line was written; ms since the epoch */
export function readQueueId(queueId: string, referenceMs: number): QueueIdFacts | undefined {
  if (!new RegExp(`^${queueIdPattern}$`).test(queueId)) return undefined;
  const [year = -1, month = -1, day = -1, hour = -1, minute = -1, second = -1] = Array.from(
    {length: 6},
    (_, i) => digits.indexOf(queueId.charAt(i)),
  );
  if ([year, month, day, hour, minute, second].some((value) => value < 0)) return undefined;
  if (month > 11 || day < 1 || day > 31 || hour > 23 || minute > 59) return undefined;
  const thisYear = new Date(referenceMs).getUTCFullYear();
  const fullYear = thisYear - ((((thisYear - 1900) % 60) - year + 60) % 60);
  const atMs = Date.UTC(fullYear, month, day, hour, minute, second);
  return {pid: Number(queueId.slice(8)), atMs};
}

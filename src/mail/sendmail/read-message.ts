/**
 * Reads what sendmail 8.12 to 8.18 logs: which messages matter, and where in them an address may be taken
 * from. Everything else is text that the client controls (recipients, senders, message ids, PTR names), so
 * each pattern is anchored at text that sendmail itself wrote.
 *
 * This file handles the queue id, and chooses the reader for a body. It does not join lines
 * (`mail/envelopes.ts`): `<x>... User unknown` itself never names the client (sendmail err.c usrerr()).
 */
import {parseClient} from './client.js';
import {readFrom, readTo} from './envelope.js';
import type {Likeness} from '../dialect.js';
import type {MailEvent} from '../mail-event.js';
import {queueIdLength} from './queue-id.js';
import {readMilter} from './milter.js';
import {readBare} from './recipients/bare.js';
import {subjectOf} from './recipients/recipient.js';
import {isUnknownUser} from './recipients/unknown-user.js';
import {readRuleset} from './ruleset.js';
import {readSign} from './signs.js';

/**
 * The longest complete message, after `fragments.ts` has joined the pieces. Bytes: a recipient occurs in it
 * twice, with at most 203 characters, each of which may take four.
 */
export const longestMessageBytes = 4096;

const noQueueId = 'NOQUEUE: ';
const connectHead = 'connect from ';

/** @returns undefined for every message that does not matter */
export function parseSendmail(message: string): MailEvent | undefined {
  if (message.length > longestMessageBytes) return undefined;
  const length = queueIdLength(message);
  if (length === 0) return withoutQueueId(message);
  const queueId = message.slice(0, length);
  const body = message.slice(length + 2);
  // Tried first: a recipient may begin like other messages, `from=<x@example.net>`, `<-- <x@example.net>>`.
  const bare = readBare(body);
  if (bare !== undefined)
    return isUnknownUser(bare) ? unknownRecipient(queueId, bare.subject) : undefined;
  if (body.startsWith('from=')) return readFrom(queueId, body);
  if (body.startsWith('to=')) return readTo(queueId, body);
  if (body.startsWith('ruleset=')) return readRuleset(queueId, body);
  if (body.startsWith('Milter: ')) return readMilter(queueId, body);
  return readSign(queueId, body);
}

/**
 * After a queue id: the fields and words that only sendmail writes there. Postfix and Exim have other ids. A
 * refused recipient ends in words instead, which its reader knows.
 */
const ownBody =
  /^(?:from=.*, size=\d|to=.*, (?:delay|mailer|stat)=|ruleset=|Milter[: ]|STARTTLS=|AUTH=|--- |<-- |done; delay=|clone: |collect: |timeout waiting for |lost input channel |.{1,300} did not issue MAIL)/s;

/** How much a message looks like sendmail's, whatever it says. */
export function likeness(message: string): Likeness {
  const length = queueIdLength(message.slice(0, seemingBytes));
  if (length === 0) return 'foreign';
  const isOwn =
    ownBody.test(message.slice(length + 2, length + 2 + seemingBytes)) ||
    parseSendmail(message) !== undefined;
  return isOwn ? 'own' : 'strange';
}

/** Enough of a body to recognise its form. Bytes. */
const seemingBytes = 1024;

/** Field by field, as in `pendingToEvidence`: one for each guess. */
function unknownRecipient(queueId: string, text: string): MailEvent {
  const {subject, subjectIs} = subjectOf(text);
  return {kind: 'unknownRecipient', queueId, subject, subjectIs, client: undefined};
}

function withoutQueueId(message: string): MailEvent | undefined {
  const body = message.startsWith(noQueueId) ? message.slice(noQueueId.length) : message;
  if (body !== message && body.startsWith(connectHead)) {
    return {kind: 'connected', client: parseClient(body.slice(connectHead.length))};
  }
  if (body.startsWith('ruleset=')) return readRuleset(undefined, body);
  if (body.startsWith('Milter: ')) return readMilter(undefined, body);
  return readSign(undefined, body);
}

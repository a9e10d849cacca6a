/**
 * Reads what a milter refused: a recipient, `Milter: to=RCPT, reject=550 5.1.1 RCPT... User unknown` (srvrsmtp.c
 * MILTER_REPLY), or a connection. Only the line about a connection names the client.
 *
 * At Milter.LogLevel 11, `milter=NAME, action=rcpt, reject=…` (milter.c) precedes the first and says the same; with
 * another action it is not about a recipient. So these lines are skipped, like `Milter: from=` and those about
 * other commands.
 */
import {writtenLength} from '../address/written.js';
import {parseClient} from './client.js';
import type {MailEvent} from '../mail-event.js';
import {subjectOf} from './recipients/recipient.js';
import {isUnknownUser} from './recipients/unknown-user.js';

const recipientHead = 'Milter: to=';
const milterConnect =
  /^Milter: connect: host=\S{1,255}, addr=((?:IPv6:)?[0-9A-Fa-f:.]{2,45}), rejecting commands$/;

/** @param body begins with `Milter: ` */
export function readMilter(queueId: string | undefined, body: string): MailEvent | undefined {
  const connect = milterConnect.exec(body);
  if (connect !== null) {
    const client = parseClient(`[${connect[1] ?? ''}]`);
    return {kind: 'connectionRefused', queueId, client, subject: ''};
  }
  return body.startsWith(recipientHead)
    ? readRecipient(queueId, body.slice(recipientHead.length))
    : undefined;
}

const rejection = /^, reject=(\d{3})[ -](?:(\d\.\d{1,3}\.\d{1,3}) )?(.*)$/s;

/** @param text after `to=`: the recipient ends at its first blank, which follows sendmail's comma */
function readRecipient(queueId: string | undefined, text: string): MailEvent | undefined {
  const length = writtenLength(text);
  if (length === undefined) return undefined;
  const subject = text.slice(0, length - 1);
  const match = rejection.exec(text.slice(length - 1));
  if (match === null) return undefined;
  const [, reply, status, words = ''] = match;
  const about = {client: undefined, ...subjectOf(subject)};
  if (queueId === undefined || !isUnknownUser({reply, status, words})) {
    return {kind: 'recipientRefused', queueId, ...about};
  }
  return {kind: 'unknownRecipient', queueId, ...about};
}

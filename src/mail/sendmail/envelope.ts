/**
 * Reads the two lines of an envelope: `from=` when its last command has been given, `to=` for each
 * delivery. In `from=` the client is ours to take, in `to=` the host is the next one and never is.
 */
import {parseClient} from './client.js';
import type {EnvelopeEnd, Undeliverable} from '../mail-event.js';
import {subjectOf} from './recipient.js';

const relayField = ', relay=';

/** From its end, sendmail's own words: `, size=0, class=0, nrcpts=0` and then only short fields. */
const countsPattern = /, size=(\d{1,15}), class=-?\d{1,10}, nrcpts=(\d{1,6})(?=, |$)/g;

/**
 * `from=…, relay=CLIENT` (headers.c logsender()): `relay=` is always the last field, and a client
 * has no `, ` in it; sender and message id, which may hold a false one, stand before. Of several
 * counts the last is not the sender's (he stands before it), but may be the message id's, which
 * makes the client look better to nobody: the first one behind the sender would be his.
 */
export function readFrom(queueId: string, body: string): EnvelopeEnd | undefined {
  if (body.length > longestBytes && body.includes(', msgid=')) return undefined;
  const relay = body.lastIndexOf(relayField);
  if (relay < 0) return undefined;
  const client = parseClient(body.slice(relay + relayField.length));
  if (client === undefined) return undefined;
  const counts = [...body.slice(0, relay).matchAll(countsPattern)];
  // A false one in sender or message id makes two; then nothing is held to the client's credit.
  const [, size = '0', accepted = '0'] = counts.length === 1 ? (counts[0] ?? []) : [];
  return {
    kind: 'envelopeEnd',
    queueId,
    client,
    accepted: Number(accepted),
    sizeBytes: Number(size),
  };
}

/**
 * Of a whole line: 200 characters of sender, 100 of message id, 400 of client. A longer one may have
 * been cut by a relaying syslog (RFC 3164: 1024), just behind what the sender wants: in a message id,
 * for what is his in front of it ends sooner, even if each character takes four. Bytes.
 */
const longestBytes = 900;

/** Recipients of one line. A count: sendmail cuts the list at some 256 characters and says `[more]`. */
const mostRecipients = 64;

/**
 * `to=<a>,<b>, delay=…, relay=NEXTHOP, dsn=5.1.1, stat=User unknown` (deliver.c logdelivery()).
 * sendmail makes EX_NOUSER of every 550, so the enhanced code must say "no such address" too
 * (RFC 3463 section 3.2). Of several `stat=` the last is sendmail's; before it the next host speaks.
 * With `ctladdr=` an alias or a local user is to blame, and no client knew the name.
 */
export function readTo(queueId: string, body: string): Undeliverable | undefined {
  const stat = body.lastIndexOf(', stat=');
  if (stat < 0 || !/^, stat=User unknown(?: \(.*\))?$/s.test(body.slice(stat))) return undefined;
  if (!/, dsn=5\.1\.1, /.test(body.slice(0, stat + 2))) return undefined;
  const end = body.search(/, (?:\[more\], )?(?:ctladdr|delay)=/);
  if (end < 0 || body.startsWith(', ctladdr=', end)) return undefined;
  const recipients = body.slice('to='.length, end).split(/(?<=>),(?=<)/, mostRecipients);
  return {kind: 'undeliverable', queueId, recipients: recipients.map(subjectOf)};
}

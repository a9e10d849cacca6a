/**
 * Reads the two lines of an envelope: `from=` when its last command has been given, `to=` for each
 * delivery. In `from=` the client is ours to take, in `to=` the host is the next one and never is.
 * Whose an envelope was and what a delivery is worth is for others (`mail/deliveries.ts`).
 */
import {type Address, parseAddress} from '../../net/address.js';
import {parseClient} from './client.js';
import type {Delivered, EnvelopeEnd, Undeliverable} from '../mail-event.js';
import {subjectOf} from './recipients/recipient.js';

const fromField = 'from=';
const relayField = ', relay=';
const idField = ', msgid=';

/** From its end, sendmail's own words: `, size=0, class=0, nrcpts=0` and then only short fields. */
const countsPattern = /, size=(\d{1,15}), class=-?\d{1,10}, nrcpts=(\d{1,6})(?=, |$)/y;
const sizeField = ', size=';

/** What stands for the client when a local program hands mail in; a client's ends with its address. */
const localProgram =
  /^(?:(?:[^\s"()<>[\]@\\]{1,64}@)?localhost|localhost \[\[UNIX: [^\s[\]]{0,108}\]\])$/;

/**
 * `from=…, relay=CLIENT` (headers.c logsender()): `relay=` is always the last field, and a client
 * has no `, ` in it; sender and message id, which may hold a false one, stand before. Of several
 * counts the last is never the sender's text (that stands before it). It may be the message id's,
 * but then the client looks no better: the first count behind the sender would be the client's own
 * text.
 *
 * A message that arrived whole has a message id, if need be one of sendmail's. If it was cut off in
 * its body, or refused for a bare line feed, the line has a size and no id.
 */
export function readFrom(queueId: string, body: string): EnvelopeEnd | undefined {
  if (body.length > longestBytes && body.includes(idField)) return undefined;
  const relay = body.lastIndexOf(relayField);
  if (relay < 0) return undefined;
  const host = body.slice(relay + relayField.length);
  const client = parseClient(host);
  if (client === undefined && !localProgram.test(host)) return undefined;
  const head = body.slice(0, relay);
  const first = countsIn(head, 0);
  const behind = first === undefined ? relay : first.index + first[0].length;
  // A false one in sender or message id makes two; then nothing is held to the client's credit.
  const only = countsIn(head, behind) === undefined ? first : undefined;
  const [whole = '', size = '0', accepted = '0'] = only ?? [];
  const hasId = body.startsWith(idField, (first?.index ?? 0) + whole.length);
  const sender = body.slice(fromField.length, first?.index ?? relay);
  return {
    kind: 'envelopeEnd',
    queueId,
    client,
    sender: sender === '<>' ? '' : sender,
    accepted: Number(accepted),
    sizeBytes: Number(size),
    message: hasId && Number(accepted) > 0 && Number(size) > 0 ? 'taken' : 'none',
  };
}

/** The first counts from a place on. A search for their beginning is faster than an expression. */
function countsIn(text: string, from: number): RegExpExecArray | undefined {
  for (let at = text.indexOf(sizeField, from); at >= 0; at = text.indexOf(sizeField, at + 1)) {
    countsPattern.lastIndex = at;
    const counts = countsPattern.exec(text);
    if (counts !== null) return counts;
  }
  return undefined;
}

/**
 * Of a whole line: 200 characters of sender, 100 of message id, 400 of client. A relaying syslog
 * (RFC 3164: 1024) may have cut a longer line just where the sender wants: inside a message id, for
 * the text of the sender's choice in front of it ends sooner, even if each character takes four.
 * Bytes.
 */
const longestBytes = 900;

/** Recipients of one line. A count: sendmail cuts the list at some 256 characters and says `[more]`. */
export const mostRecipients = 64;

/** Without blanks, quotes and comments, and with both angle brackets: nothing in it reads as a field. */
const bracketed = '<[^\\s"()<>\\\\]{0,256}>';
const unbracketed = '[^\\s"()<>\\\\]{1,1000}';

/** `hh:mm:ss`, with days in front (pintvl()). */
const interval = '(?:\\d{1,6}\\+)?\\d\\d:\\d\\d:\\d\\d';

/**
 * `to=R[,R…][, [more]][, ctladdr=C[ (UID/GID)]], delay=…, xdelay=…, mailer=M, pri=N, relay=HOST [IP], `
 * (deliver.c logdelivery()). Read from the left: as no recipient here holds a blank, the first `, ` ends
 * them, and what follows is sendmail's up to `dsn=`; what the next host says stands behind that.
 * Recipients that do hold blanks are rare, and tell neither a name nor a host here.
 */
const toHead = new RegExp(
  `^to=(${bracketed}(?:,${bracketed})*|${unbracketed}?)(?:, \\[more\\])?` +
    `(?:, ctladdr=(${bracketed}|${unbracketed}?)(?: \\((\\d{1,10})/\\d{1,10}\\))?)?` +
    `, delay=${interval}(?:, xdelay=${interval})?, mailer=[^\\s,]{1,32}(?:, pri=\\d{1,15})?` +
    '(?:, relay=[^\\s,]{1,64}(?: \\[(?:IPv6:)?([^\\s\\[\\]]{1,64})\\]| \\[\\[?[^\\[\\]]{1,128}\\]\\]?)?)?, (?=dsn=)',
);

/**
 * The head of a line that can be read in one way only. A second `delay=` behind it means that the first is text: a
 * recipient that begins like one of ours and goes on like the line, or words of the next host.
 */
export function headOf(body: string): RegExpExecArray | null {
  const head = toHead.exec(body);
  return head === null || body.includes(', delay=', head[0].length) ? null : head;
}

/** Success has no `reply=`, so nothing of the next host's stands between. */
const sentTail = /^dsn=2\.\d{1,3}\.\d{1,3}(?:, ntries=\d{1,6})?, stat=Sent(?: \(.*\))?$/s;

export function readTo(queueId: string, body: string): Undeliverable | Delivered | undefined {
  const stat = body.lastIndexOf(', stat=');
  if (stat < 0) return undefined;
  if (isUnknownUser.test(body.slice(stat))) return readUndeliverable(queueId, body, stat);
  const head = headOf(body);
  if (head === null || !sentTail.test(body.slice(head[0].length))) return undefined;
  const [, text = '', whose, , nextHost] = head;
  const isBox = box.test(text) && whose === undefined;
  const {sure, others, inNameOf} = isBox ? onlyName(text, whose) : namesIn(text, whose);
  // Field by field, as in `pendingToEvidence`: one for each mail.
  return {kind: 'delivered', queueId, sure, others, inNameOf, nextHost: nextHostOf(nextHost)};
}

/** Recipients as a client types them; what an alias leads to has no angle brackets. */
const typed = /^<[^\s"()<>\\,;:]{1,256}>(?:,<[^\s"()<>\\,;:]{1,256}>)*$/;

/**
 * A mailbox of this host or of another, to which an alias leads: an alias of one name has no `ctladdr`. On a relay of
 * aliases alone nobody would have delivered to anybody otherwise. No text of a client looks so, unless it is the
 * name of the box itself.
 */
const box = /^[\w.+-]{1,64}(?:@[\w.-]{1,190})?$/;

/**
 * The names in a list of recipients. sendmail takes the text in the last angle brackets of a recipient
 * (`<fake>,<real>`, `<fake><real>`, `fake<real>` are all `real`, measured with 8.18.1) and logs all of
 * it: so the last name of a list is true, and each before it may be a false beginning of the next.
 * With a `ctladdr` that was never typed (an alias that an alias leads to) no name is known.
 */
function namesIn(text: string, inNameOf: string | undefined): Names {
  if (inNameOf !== undefined && !isWholeName(inNameOf)) return noNames;
  if (!typed.test(text)) return {...noNames, inNameOf};
  if (!text.includes(',')) return onlyName(text, inNameOf);
  const names = text.split(',', mostRecipients + 1);
  if (names.length > mostRecipients) return {...noNames, inNameOf};
  return {sure: names.slice(-1), others: names.slice(0, -1), inNameOf};
}

type Names = Pick<Delivered, 'sure' | 'others' | 'inNameOf'>;

const noNames: Names = {sure: [], others: [], inNameOf: undefined};

const onlyName = (text: string, inNameOf: string | undefined): Names => ({
  sure: [text],
  others: [],
  inNameOf,
});

/** `ctladdr=` is shortened to 83 characters: libsm shortenstring() leaves out the middle. */
const isWholeName = (text: string): boolean =>
  typed.test(text) && !text.includes(',') && text.length < 83;

export const nextHostOf = (text: string | undefined): Address | undefined =>
  parseAddress(text ?? '');

const isUnknownUser = /^, stat=User unknown(?: \(.*\))?$/s;

/**
 * `to=<a>,<b>, delay=…, relay=NEXTHOP, dsn=5.1.1, stat=User unknown` (deliver.c logdelivery()).
 * sendmail makes EX_NOUSER of every 550, so the enhanced code must say "no such address" too
 * (RFC 3463 section 3.2). Of several `stat=` the last is sendmail's; before it the next host speaks.
 * With `ctladdr=` an alias or a local user is to blame, and no client knew the name.
 */
function readUndeliverable(queueId: string, body: string, stat: number): Undeliverable | undefined {
  if (!/, dsn=5\.1\.1, /.test(body.slice(0, stat + 2))) return undefined;
  const end = body.search(/, (?:\[more\], )?(?:ctladdr|delay)=/);
  if (end < 0 || body.startsWith(', ctladdr=', end)) return undefined;
  const recipients = body.slice('to='.length, end).split(/(?<=>),(?=<)/, mostRecipients);
  const nextHost = nextHostOf(headOf(body)?.[4]);
  return {kind: 'undeliverable', queueId, recipients: recipients.map(subjectOf), nextHost};
}

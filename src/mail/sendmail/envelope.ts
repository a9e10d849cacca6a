/**
 * Reads the two kinds of lines about an envelope: `from=` after its last command, `to=` for each delivery. In
 * `from=` the host is the client; in `to=` it is the next host, and never the client. Others decide whose envelope
 * it was, and what a delivery is worth (`mail/deliveries.ts`).
 */
import {type Address, parseAddress} from '../../net/address.js';
import {parseClient} from './client.js';
import type {Delivered, EnvelopeEnd, Undeliverable} from '../mail-event.js';
import {subjectOf} from './recipients/recipient.js';

const fromField = 'from=';
const relayField = ', relay=';
const idField = ', msgid=';

/** Sendmail's own words after the sender: `, size=0, class=0, nrcpts=0`, and then only short fields. */
const countsPattern = /, size=(\d{1,15}), class=-?\d{1,10}, nrcpts=(\d{1,6})(?=, |$)/y;
const sizeField = ', size=';

/** What stands in the client's place for mail of a local program; a client ends with its address. */
const localProgram =
  /^(?:(?:[^\s"()<>[\]@\\]{1,64}@)?localhost|localhost \[\[UNIX: [^\s[\]]{0,108}\]\])$/;

/**
 * `from=…, relay=CLIENT` (headers.c logsender()): `relay=` is always the last field, and a client contains no `, `.
 * Sender and message id, which may contain a false `relay=`, come before it. Of several counts, the last is never
 * part of the sender, which comes earlier. It may be part of the message id, but then it cannot make the client
 * look better; the first counts after the sender could be the client's own text.
 *
 * A message that arrived completely has a message id, if necessary one that sendmail made. If it was cut off in its
 * body, or refused for a bare line feed, the line has a size but no id.
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
  // False counts in sender or message id make two; then neither counts in the client's favour.
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

/** The first counts from a place on. Searching for their beginning is faster than a regular expression. */
function countsIn(text: string, from: number): RegExpExecArray | undefined {
  for (let at = text.indexOf(sizeField, from); at >= 0; at = text.indexOf(sizeField, at + 1)) {
    countsPattern.lastIndex = at;
    const counts = countsPattern.exec(text);
    if (counts !== null) return counts;
  }
  return undefined;
}

/**
 * The greatest length of a line that is certainly complete: 200 characters of sender, 100 of message id, 400 of
 * client. A syslogd that forwards (RFC 3164: 1024) may have truncated a longer line just where the sender wants:
 * inside a message id, because the text before it, which the sender chooses, ends earlier, even if each character
 * takes four. Bytes.
 */
const longestBytes = 900;

/**
 * The most recipients of one line. A count: sendmail truncates the list at some 256 characters and writes `[more]`.
 */
export const mostRecipients = 64;

/** Without blanks, quotes and comments, and with both angle brackets: nothing in it can look like a field. */
const bracketed = '<[^\\s"()<>\\\\]{0,256}>';
const unbracketed = '[^\\s"()<>\\\\]{1,1000}';

/** `hh:mm:ss`, possibly preceded by days (pintvl()). */
const interval = '(?:\\d{1,6}\\+)?\\d\\d:\\d\\d:\\d\\d';

/**
 * `to=R[,R…][, [more]][, ctladdr=C[ (UID/GID)]], delay=…, xdelay=…, mailer=M, pri=N, relay=HOST [IP], ` (deliver.c
 * logdelivery()). Parsed from the left: no recipient accepted here contains a blank, so the first `, ` ends them.
 * What follows up to `dsn=` is sendmail's; the words of the next host come after that. Recipients with blanks are
 * rare; from them neither name nor host is read.
 */
const toHead = new RegExp(
  `^to=(${bracketed}(?:,${bracketed})*|${unbracketed}?)(?:, \\[more\\])?` +
    `(?:, ctladdr=(${bracketed}|${unbracketed}?)(?: \\((\\d{1,10})/\\d{1,10}\\))?)?` +
    `, delay=${interval}(?:, xdelay=${interval})?, mailer=[^\\s,]{1,32}(?:, pri=\\d{1,15})?` +
    '(?:, relay=[^\\s,]{1,64}(?: \\[(?:IPv6:)?([^\\s\\[\\]]{1,64})\\]| \\[\\[?[^\\[\\]]{1,128}\\]\\]?)?)?, (?=dsn=)',
);

/**
 * The head of a line that can be parsed in only one way. A second `delay=` after it means that the first is text: a
 * recipient that begins like ours and continues like the line, or words of the next host.
 */
export function headOf(body: string): RegExpExecArray | null {
  const head = toHead.exec(body);
  return head === null || body.includes(', delay=', head[0].length) ? null : head;
}

/** A success has no `reply=`, so no words of the next host come in between. */
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

/** Recipients as a client writes them; those to which an alias leads have no angle brackets. */
const typed = /^<[^\s"()<>\\,;:]{1,256}>(?:,<[^\s"()<>\\,;:]{1,256}>)*$/;

/**
 * A mailbox, of this host or another, to which an alias leads: an alias for a single name has no `ctladdr`. Without
 * this, nobody could ever have delivered anything to a relay that has only aliases. No text of a client looks like
 * this, unless it is the name of the mailbox itself.
 */
const box = /^[\w.+-]{1,64}(?:@[\w.-]{1,190})?$/;

/**
 * The names in a list of recipients. sendmail uses the text in the last angle brackets of a recipient
 * (`<fake>,<real>`, `<fake><real>`, `fake<real>` are all `real`, measured with 8.18.1) and logs all of it. So the
 * last name in a list is true, and each before it may be a false beginning of the next. With a `ctladdr` that no
 * client wrote (an alias to which an alias leads), no name is certain.
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
 * `to=<a>,<b>, delay=…, relay=NEXTHOP, dsn=5.1.1, stat=User unknown` (deliver.c logdelivery()). sendmail turns
 * every 550 into EX_NOUSER, so the enhanced code must say "no such address" too (RFC 3463, section 3.2). Of several
 * `stat=` the last is sendmail's; those before it are words of the next host. With `ctladdr=` an alias or a local
 * user is to blame, and no client asked for the name.
 */
function readUndeliverable(queueId: string, body: string, stat: number): Undeliverable | undefined {
  if (!/, dsn=5\.1\.1, /.test(body.slice(0, stat + 2))) return undefined;
  const end = body.search(/, (?:\[more\], )?(?:ctladdr|delay)=/);
  if (end < 0 || body.startsWith(', ctladdr=', end)) return undefined;
  const recipients = body.slice('to='.length, end).split(/(?<=>),(?=<)/, mostRecipients);
  const nextHost = nextHostOf(headOf(body)?.[4]);
  return {kind: 'undeliverable', queueId, recipients: recipients.map(subjectOf), nextHost};
}

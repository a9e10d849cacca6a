/**
 * Reads sendmail's other lines about a client (from srvrsmtp.c unless noted). Each is one expression,
 * anchored at both ends or up to text that the client controls. The client's address is either at the
 * beginning, where only a PTR name without spaces can precede it, or at the very end, where nothing can
 * follow it.
 */
import {parseAddress} from '../../net/address.js';
import {clientPattern} from './client.js';
import type {Sign, SignKind} from '../mail-event.js';
import {subjectOf} from './recipients/recipient.js';

interface Shape {
  readonly kind: SignKind;
  /** Groups: the address, and what the client did something to. */
  readonly expression: RegExp;
  /** The groups in the other order: first the subject, then the address. */
  readonly order?: 'subjectFirst';
}

/** `CLIENT` in a source stands for a client as sendmail writes it. */
function shape(kind: SignKind, source: string, order?: 'subjectFirst'): Shape {
  const expression = new RegExp(`^${source.replace('CLIENT', () => clientPattern)}`, 's');
  return order === undefined ? {kind, expression} : {kind, expression, order};
}

/** Where sendmail writes only the name, or the address if there is none: a name may contain `@[`. */
const addressOnly = '\\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\\]';

/** The PTR name may be missing, or be the bracketed address itself: `[192.0.2.7] [192.0.2.7]`. */
const hostAndAddress = '\\S{0,255} ?\\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\\]';

/** Lines that begin with the client. */
const clientFirst: readonly Shape[] = [
  shape(
    'rcptFlood',
    'CLIENT: Possible SMTP RCPT flood, (?:throttling|shutting down connection)\\.$',
  ),
  shape('noCommands', 'CLIENT did not issue MAIL/EXPN/VRFY/ETRN during connection to .{1,64}$'),
  shape('vrfyProbe', 'CLIENT: (?:[Vv][Rr][Ff][Yy]|[Ee][Xx][Pp][Nn]) (.*)$'),
  shape('etrnProbe', 'CLIENT: [Ee][Tt][Rr][Nn] (.*)$'),
  shape('smtpAttack', 'CLIENT: possible SMTP attack: command=([A-Za-z/]{1,20}), count=\\d{1,9}$'),
  shape('openProxy', 'CLIENT: probable open proxy: command=(.*)$'),
  shape('longCommand', 'CLIENT: SMTP violation, input too long: \\d{1,10}$'),
];

/** Lines that begin with sendmail's words. */
const wordsFirst: readonly Shape[] = [
  shape(
    'pregreet',
    `rejecting commands from ${hostAndAddress} (?:after \\d{1,6} seconds )?due to pre-greeting traffic(?: after \\d{1,6} seconds)?$`,
  ),
  shape(
    'earlyTraffic',
    `rejecting server [A-Za-z]{1,16} from ${hostAndAddress} due to traffic before response$`,
  ),
  shape('lostInput', 'lost input channel from CLIENT to .{1,64} after ([a-zA-Z ]{1,32})$'),
  shape('lostInput', 'collect: relay=CLIENT, from=.*, info=unexpected close$'),
  shape('lostInput', `collect: unexpected close on connection from ${addressOnly}, sender=`),
  shape('inputTimeout', `timeout waiting for input from ${addressOnly} during (.{1,64})$`),
  shape('authenticated', 'AUTH=server, relay=CLIENT, authid=(.*), mech=[^,]*, bits=\\d{1,6}$'),
  shape('encrypted', 'STARTTLS=server, relay=CLIENT, version='),
  shape(
    'bogusCommand',
    '"(wiz|debug|showq)" command from CLIENT \\([0-9A-Za-z:.]{2,50}\\)$',
    'subjectFirst',
  ),
  shape('noHelo', "Authentication-Warning: \\S{1,255}: CLIENT didn't use HELO protocol$"),
  shape(
    'connectionRefused',
    'tcpwrappers \\(\\S{1,255}, (?:IPv6:)?([0-9A-Fa-f:.]{2,45})\\) rejection$',
  ),
];

/** Lines with the client at the very end, after hostile text. */
const clientLast: readonly {kind: SignKind; head: string; field: string; subject: RegExp}[] = [
  {kind: 'authFailed', head: 'AUTH failure (', field: ', relay=', subject: /, user=(.*)$/s},
  {kind: 'authFailed', head: 'AUTH decode64 error', field: ', relay=', subject: /$^/},
  {
    kind: 'tlsFailed',
    head: 'STARTTLS=server, error: accept failed',
    field: ', relay=',
    subject: /$^/,
  },
  {kind: 'invalidHelo', head: 'invalid domain name (', field: ') from ', subject: /\((.*)$/s},
];

const allShapes: readonly Shape[] = [...wordsFirst, ...clientFirst];

const wholeClient = new RegExp(`^${clientPattern}$`);

/**
 * Only a line that begins with a client has a bracket in its first word or directly after it. If
 * sendmail cannot split a command into words it quotes all of it, including blanks and brackets
 * (parseaddr.c prescan(): `Address too long`, `prescan: token too long`, `too many tokens`). All three
 * need more than the 203 characters that sendmail shows, so the middle is left out, and no host name
 * contains `...`.
 */
const beginsWithClient = /^(?!\S{0,512}\.\.\.)\S{0,512} ?\[/;

/**
 * `relay=%.100s` (srvrsmtp.c): a client of this length may have lost its end, so that a name stands in
 * the address's place.
 */
const cutClientCharacters = 100;

/** @param body a message without its queue id */
export function readSign(queueId: string | undefined, body: string): Sign | undefined {
  if (body.startsWith('<')) return undefined; // a recipient: no sign begins so
  const last = clientLast.find(({head}) => body.startsWith(head));
  if (last !== undefined) {
    const at = body.lastIndexOf(last.field);
    const text = at < 0 ? '' : body.slice(at + last.field.length);
    const client = text.length < cutClientCharacters ? wholeClient.exec(text) : null;
    const subject = last.subject.exec(at < 0 ? body : body.slice(0, at))?.[1] ?? '';
    return {
      kind: last.kind,
      queueId,
      client: parseAddress(client?.[1] ?? ''),
      ...subjectOf(subject),
    };
  }
  const shapes = beginsWithClient.test(body) ? allShapes : wordsFirst;
  for (const {kind, expression, order} of shapes) {
    const match = expression.exec(body);
    if (match === null) continue;
    const [address, subject] = order === undefined ? [match[1], match[2]] : [match[2], match[1]];
    const client = parseAddress(address ?? '');
    if (client === undefined) return undefined;
    const about = subjectOf(subject ?? '');
    return {kind, queueId, client, subject: about.subject, subjectIs: about.subjectIs};
  }
  return undefined;
}

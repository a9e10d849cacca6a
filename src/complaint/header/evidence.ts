/**
 * Makes the evidence of a complaint from the header of a message: the header unchanged, bounded and
 * printable, without the addresses of its recipients. The reader of the complaint may be the sender
 * of the message, and must not learn which guesses reached a mailbox.
 */
import {type MessageHeader, valuesOf} from './fields.js';

/** Length of the evidence. Characters: some hundred lines. */
export const mostEvidenceCharacters = 16 * 1024;
/** At most so many addresses are looked for. A count. */
const mostRecipients = 200;

/** Fields that name a recipient. */
const recipientFields = ['to', 'cc', 'bcc', 'resent-to', 'resent-cc', 'resent-bcc'];
/** Words in the names of other fields with a recipient: `Delivered-To`, `X-Envelope-To`, `X-Forwarded-For` and the like. */
const recipientWords = /delivered|envelope|original|rcpt|forwarded|recipient|apparently-to/;
const isRecipients = (name: string): boolean =>
  recipientFields.includes(name) || recipientWords.test(name);

const mailbox = /[^\s<>()[\],;:"@]{1,64}@[A-Za-z0-9.-]{1,255}/g;
/** In a `Received` the recipient comes behind this word. It may be quoted, and have no domain. */
const forWord = /\sfor\s/i;
const hidden = '(a recipient)';

export function evidenceOf(header: MessageHeader): string {
  const named = header.fields.filter(({name}) => isRecipients(name)).map(({value}) => value);
  const inReceived = valuesOf(header, 'received').map((value) => forWhom(value).whom);
  const recipients = [...new Set([...named, ...inReceived].flatMap(mailboxesIn))];
  const spellings = recipients.slice(0, mostRecipients).flatMap(spellingsOf);
  const lines = header.fields.map(({name, text}) =>
    // The rest of such a field is the recipients' names.
    isRecipients(name)
      ? `${text.slice(0, text.indexOf(':'))}: ${hidden}`
      : without(name === 'received' ? withoutFor(text) : text, spellings),
  );
  const clean = lines.join('\n').replaceAll(/[^\t\n\x20-\x7e]/g, '?');
  return clean.length <= mostEvidenceCharacters
    ? clean
    : `${clean.slice(0, mostEvidenceCharacters)}\n(cut)`;
}

/** Divides a `Received` into the text before the recipient, the recipient, and the time behind it. */
function forWhom(text: string): {
  readonly before: string;
  readonly whom: string;
  readonly rest: string;
} {
  const found = forWord.exec(text);
  if (found === null) return {before: text, whom: '', rest: ''};
  const from = found.index + found[0].length;
  const semicolon = text.lastIndexOf(';');
  const to = semicolon < from ? text.length : semicolon;
  return {before: text.slice(0, from), whom: text.slice(from, to), rest: text.slice(to)};
}

function withoutFor(text: string): string {
  const {before, whom, rest} = forWhom(text);
  return whom === '' ? text : `${before}${hidden}${rest}`;
}

const mailboxesIn = (value: string): string[] =>
  (value.match(mailbox) ?? []).map((address) => address.toLowerCase());

/** How the `@` is written: as it is, in a sender of a mailing list (VERP), in a link, and in quoted-printable text. */
const atSigns = ['@', '=', '%40', '=40'];

const spellingsOf = (address: string): string[] =>
  atSigns.map((sign) => address.replace('@', sign));

/** One pass for each spelling. Upper and lower case are the same. */
function without(text: string, spellings: readonly string[]): string {
  let clean = text;
  for (const spelling of spellings) {
    const lower = clean.toLowerCase();
    if (lower.length !== clean.length || !lower.includes(spelling)) continue;
    const parts: string[] = [];
    let from = 0;
    for (let at = lower.indexOf(spelling); at >= 0; at = lower.indexOf(spelling, from)) {
      parts.push(clean.slice(from, at));
      from = at + spelling.length;
    }
    clean = [...parts, clean.slice(from)].join(hidden);
  }
  return clean;
}

/**
 * Decides whether a refusal means that there is no such user. The enhanced status code decides if it is specific.
 * If there is none, or an unspecific one, the words decide; the relay's administrator (virtusertable `error:`,
 * access map `ERROR:`) or a milter may have chosen them. Others decide whose recipient it was.
 *
 * - 5.1.1 is "no such mailbox" (RFC 3463), whatever the words. sendmail uses 5.2.1, a disabled mailbox, for users
 *   who no longer exist.
 * - 5.1.0 says nothing, and 5.1.6 is a mailbox that has moved, to which old senders still write: there the words
 *   decide, as with 5.7.1 and others.
 * - A temporary refusal (4yz) is not about a user: the client should try again.
 */

export interface Refusal {
  /** Three digits; absent if the log shows none: then the refusal was permanent. */
  readonly reply?: string | undefined;
  /** The enhanced status code. */
  readonly status?: string | undefined;
  readonly words: string;
}

const unknownStatus: ReadonlySet<string> = new Set(['5.1.1', '5.2.1']);

/** The words may be a complete reply with its codes. */
const codesInFront = /^(?:([45]\d\d)[ -])?(?:([45]\.\d{1,3}\.\d{1,3}) )?/;

export function isUnknownUser({reply, status, words}: Refusal): boolean {
  const [codes = '', said, saidStatus] = codesInFront.exec(words) ?? [];
  const all = [reply, status, said, saidStatus];
  if (all.some((code) => code !== undefined && !code.startsWith('5'))) return false;
  return unknownStatus.has(status ?? saidStatus ?? '') || saysUnknown(words.slice(codes.length));
}

const person =
  '(?:e-?mail |mail |local |virtual )?(?:user(?: ?name)?|mail ?box|recipient|addressee|account|person|alias|customer|subscriber)';
const place = `(?:${person}|(?:e-?mail |mail )?address)`;

const sentences = [
  `no such ${place}\\b`,
  `no ${place} (?:here )?(?:by|with|of) th(?:at|is) name\\b`,
  `${place} (?:is |was )?(?:unknown|not found|not known|non-?existent)\\b`,
  `${place} (?:does not|doesn't|do not|don't) exist\\b`,
  `${place} no longer exists\\b`,
  `(?:unknown|non-?existent) ${place}\\b`,
  `invalid ${person}\\b`,
  'mailbox disabled for this recipient$',
].join('|');

/** What may precede them. */
const opening =
  '(?:sorry[,.!]? )?(?:(?:recipient |address )?rejected: |recipient address rejected: )?(?:there is |that |the |this )?';

/** sendmail's own words, in nearly all lines. */
const usualWords = 'User unknown';

const unknown = new RegExp(`^${opening}(?:${sentences})`, 'i');

/** `<x>... <x>... User unknown`: some messages repeat the recipient. */
function saysUnknown(words: string): boolean {
  if (words === usualWords) return true;
  const again = words.lastIndexOf('... ');
  return unknown.test(again < 0 ? words : words.slice(again + 4));
}

/**
 * Whether a refusal means that there is no such user. Its enhanced status code decides where it says so; where
 * none is logged, or one that says nothing, the words do: the relay's administrator may have chosen them
 * (virtusertable `error:`, access map `ERROR:`), or a milter. Whose recipient it was is for others.
 *
 * - 5.1.1 is "no such mailbox" (RFC 3463), whatever words stand with it. 5.2.1, a mailbox that is disabled, is what
 *   sendmail says of users who are no more.
 * - 5.1.0 says nothing, and 5.1.6 is of a mailbox that has moved, which old senders still write to: there the words
 *   decide, as they do with 5.7.1 and others.
 * - What is temporary (4yz) is of no user: the client is to come again.
 */

export interface Refusal {
  /** Of three digits; absent where the log shows none: then it was for good. */
  readonly reply?: string | undefined;
  /** The enhanced status code. */
  readonly status?: string | undefined;
  readonly words: string;
}

const unknownStatus: ReadonlySet<string> = new Set(['5.1.1', '5.2.1']);

/** A whole reply, with its codes, may stand in the place of its words. */
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

/** What may stand in front. */
const opening =
  '(?:sorry[,.!]? )?(?:(?:recipient |address )?rejected: |recipient address rejected: )?(?:there is |that |the |this )?';

/** sendmail's own, of nearly all lines. */
const usualWords = 'User unknown';

const unknown = new RegExp(`^${opening}(?:${sentences})`, 'i');

/** `<x>... <x>... User unknown`: some messages repeat the recipient. */
function saysUnknown(words: string): boolean {
  if (words === usualWords) return true;
  const again = words.lastIndexOf('... ');
  return unknown.test(again < 0 ? words : words.slice(again + 4));
}

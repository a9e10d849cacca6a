/**
 * Decides which text of a registry or of the DNS is a mailbox that a complaint may go to. The texts are
 * foreign, and may be the attacker's. So a text that is no plain address is ignored, and never repaired.
 * Also decides which mailboxes are only placeholders, because the holder has named none. Does not know
 * whether a mailbox answers.
 */
import {mostContacts} from './answer.js';

/** RFC 5321 section 4.5.3.1: a path has 256 characters with its brackets. Characters. */
const longestMailboxCharacters = 254;
const longestLocalCharacters = 64;
const longestDomainCharacters = 253;

/**
 * The dot-atom of RFC 5321 without quotes, but narrower: no `%` and `!`, which were routes once, and no
 * character that has a meaning in a shell or in a mailer's alias file.
 */
const localPart = /^[A-Za-z0-9_+=~-]+(?:\.[A-Za-z0-9_+=~-]+)*$/;
/** Host names of RFC 1123. The last label has a letter, so that no address looks like a name. */
const domainPart =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?=[0-9-]*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** No mail arrives below these (RFC 6761, RFC 7686, RFC 9476 and its like). */
const notInTheWorld = /(?:^|\.)(?:arpa|internal|invalid|local|localhost|onion|alt)$/;

/**
 * Registries of regions and countries. A record has such a mailbox if the holder has named none. A complaint to it ends
 * no attack: the registry of China asks in its own record for no mail.
 */
const registries =
  /(?:^|\.)(?:ripe\.net|arin\.net|apnic\.net|lacnic\.net|afrinic\.net|iana\.org|icann\.org|nro\.net|cnnic\.(?:net\.)?cn|nic\.ad\.jp|nic\.or\.kr|kisa\.or\.kr|twnic\.(?:net\.)?tw)$/;

/** Texts that records have in the place of a mailbox, and mailboxes that nobody reads. */
const readByNobody =
  /^(?:redacted|withheld|undisclosed|not[._-]?(?:disclosed|available|applicable)|please[._-]?query|unknown|none|null|nobody|no[._-]?(?:reply|mail|email)|do[._-]?not[._-]?reply|private|hidden)\b/i;

/**
 * @returns the mailbox with its domain in lower case; undefined for a text that is no mailbox, or only a placeholder
 */
export function mailboxIn(text: string): string | undefined {
  if (text.length > longestMailboxCharacters) return undefined;
  const at = text.indexOf('@');
  if (at < 1 || at !== text.lastIndexOf('@')) return undefined;
  const [local, domain] = [text.slice(0, at), text.slice(at + 1).toLowerCase()];
  const isFormed =
    local.length <= longestLocalCharacters &&
    domain.length <= longestDomainCharacters &&
    !local.startsWith('-') &&
    localPart.test(local) &&
    domainPart.test(domain);
  if (!isFormed || readByNobody.test(local)) return undefined;
  return notInTheWorld.test(domain) || registries.test(domain) ? undefined : `${local}@${domain}`;
}

/** Whether it is a mailbox as we write it. */
export const isMailbox = (text: string): boolean => mailboxIn(text) === text;

/** At most so many texts of one network are read. A count: the first ones are the best. */
const mostLookedAt = 100;

/** The first mailboxes among the texts, each once. */
export function mailboxesIn(texts: readonly string[]): readonly string[] {
  const found = new Map<string, string>();
  for (const text of texts.slice(0, mostLookedAt)) {
    const mailbox = mailboxIn(text.trim());
    // Local parts differ by case in theory. A registry that writes one in two cases means one mailbox.
    if (mailbox !== undefined && !found.has(mailbox.toLowerCase()))
      found.set(mailbox.toLowerCase(), mailbox);
    if (found.size === mostContacts) break;
  }
  return [...found.values()];
}

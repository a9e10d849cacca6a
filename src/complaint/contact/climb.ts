/**
 * Climbs from the reverse name of an address to the domain that its operators run. Decides for which names to ask the
 * mail exchangers: the longest first, up to the registrable domain and never beyond. The owner of the address chooses
 * the reverse name. So it counts only if it leads back to the address, and the mailboxes are guesses (RFC 2142).
 */
import {mailboxesIn} from './mailbox.js';

/** A name of the DNS (RFC 1035 section 2.3.4), with a dot in it. Characters. */
const hostName =
  /^(?=.{4,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))+$/;

/** At most so many reverse names of one address are used. A count: an address with more is a trick. */
export const mostReverseNames = 3;
/** At most so many names are asked for, from one reverse name on. A count: a long host name has five labels. */
export const mostClimbed = 6;

/** The names that can be host names. */
export const usableNames = (names: readonly string[]): readonly string[] =>
  names
    .map((name) => name.replace(/\.$/, '').toLowerCase())
    .filter((name) => hostName.test(name))
    .slice(0, mostReverseNames);

/**
 * @param domain the registrable domain of the name; undefined if it has none, as a top level domain
 * @returns the longest first; the registrable domain is always among them
 */
export function climbed(name: string, domain: string | undefined): readonly string[] {
  if (domain === undefined || (name !== domain && !name.endsWith(`.${domain}`))) return [];
  const above = name.slice(0, Math.max(0, name.length - domain.length - 1));
  const labels = above === '' ? [] : above.split('.');
  const names = labels.map((_, at) => `${labels.slice(at).join('.')}.${domain}`);
  return [...names.slice(-(mostClimbed - 1)), domain];
}

/** Whether a host takes mail for the name. A null MX record (RFC 7505) means that none does. */
export const takesMail = (exchangers: readonly string[]): boolean =>
  exchangers.some((exchanger) => exchanger !== '' && exchanger !== '.');

export const guessedMailboxes = (domain: string): readonly string[] =>
  mailboxesIn([`abuse@${domain}`, `postmaster@${domain}`]);

/**
 * From the reverse name of an address up to those who run the domain: the names whose mail exchangers are asked
 * for, the longest one first, up to the registrable domain and never beyond. The owner of the address writes
 * that name, so it counts only where it leads back to the address, and the mailboxes are guesses (RFC 2142).
 */
import {mailboxesIn} from './mailbox.js';

/** A name of the DNS (RFC 1035 section 2.3.4), with a dot in it. Characters. */
const hostName =
  /^(?=.{4,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))+$/;

/** Reverse names of one address that are looked at. A count: more is no host, but a trick. */
export const mostReverseNames = 3;
/** Names that are asked for below one reverse name. A count: deep names of hosts have five labels. */
export const mostClimbed = 6;

/** Those of the names that can be a host's. */
export const usableNames = (names: readonly string[]): readonly string[] =>
  names
    .map((name) => name.replace(/\.$/, '').toLowerCase())
    .filter((name) => hostName.test(name))
    .slice(0, mostReverseNames);

/**
 * @param domain the registrable domain of the name; undefined where it has none, as a top level domain
 * @returns the longest first; the registrable domain is always among them
 */
export function climbed(name: string, domain: string | undefined): readonly string[] {
  if (domain === undefined || (name !== domain && !name.endsWith(`.${domain}`))) return [];
  const above = name.slice(0, Math.max(0, name.length - domain.length - 1));
  const labels = above === '' ? [] : above.split('.');
  const names = labels.map((_, at) => `${labels.slice(at).join('.')}.${domain}`);
  return [...names.slice(-(mostClimbed - 1)), domain];
}

/** Whether somebody takes mail for the name: RFC 7505 has a record for nobody. */
export const takesMail = (exchangers: readonly string[]): boolean =>
  exchangers.some((exchanger) => exchanger !== '' && exchanger !== '.');

export const guessedMailboxes = (domain: string): readonly string[] =>
  mailboxesIn([`abuse@${domain}`, `postmaster@${domain}`]);

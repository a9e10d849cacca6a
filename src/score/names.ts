/**
 * Decides which spellings are the same name, and which numbers stand for it: a client can write one mailbox
 * in many ways, and texts would take too much memory. Does not know which client asked.
 */
import {hashFrom, hashOf, hashOn, type HashSoFar} from '../base/hash.js';
import {type EvidenceKind, evidenceKinds} from '../mail/evidence.js';
import {plainAddress} from '../mail/address/plain-address.js';

/** An address without brackets, and without the parts that can be varied at will. */
export const plainName = (text: string): string => plainAddress(text).slice(1, -1);

/**
 * Whether a name is written in its plain form, without anything that can be varied: a relay may refuse `"an
 * na"` or `anna+x` although it knows `anna`.
 */
export const isBareName = (text: string): boolean => text === plainAddress(text);

/** RFC 5321 (section 4.5.1) and RFC 2142 require these at every host; programs expect the others. */
const dutyNames: ReadonlySet<string> = new Set([
  'postmaster',
  'abuse',
  'hostmaster',
  'webmaster',
  'www',
  'ftp',
  'usenet',
  'uucp',
  'noc',
  'security',
  'root',
  'mailer-daemon',
]);

/**
 * The name under which a delivery counts for a client. Names that everybody knows to exist at each domain of
 * this host count as one: a client that delivers to them need not know anybody here. Addresses like `info`
 * and `sales` are not among them, because companies write to them.
 */
export function creditName(plain: string): string {
  const at = plain.lastIndexOf('@');
  return dutyNames.has(at < 0 ? plain : plain.slice(0, at)) ? 'postmaster' : plain;
}

/** The number of a plain name in the memory of all names that took mail here: 53 bits. */
export const nameHash = (plain: string): number => hashOf(plain);

/** The hash of `KIND <`, with which each deed begins: building the string took longer than hashing it. */
const beginnings = Object.fromEntries(
  evidenceKinds.map((kind) => [kind, hashOn(`${kind} <`)]),
) as Readonly<Record<EvidenceKind, HashSoFar>>;

/**
 * A hash of a deed and its recipient, for the memory of one client: 32 bits, not 0. A name is the same
 * whether this host or the next one refused it. By chance, two in four thousand million collide, which
 * spares a client one name; an attacker who looks for such a pair gains no more.
 */
export function deedHash(kind: EvidenceKind, plain: string): number {
  const place = kind === 'undeliverable' ? 'unknownRecipient' : kind;
  return foldHash(hashFrom(hashOn('>', hashOn(plain, beginnings[place]))));
}

/** Folds 53 bits into 32; never 0, which stands for an empty place. */
export const foldHash = (hash: number): number => (hash ^ Math.floor(hash / 2 ** 32)) >>> 0 || 1;

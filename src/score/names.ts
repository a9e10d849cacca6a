/**
 * Which names are one name, and the numbers that stand for it: a client asks for the same mailbox in
 * many ways of writing, and texts would take too much memory. Does not know who asked.
 */
import {hashFrom, hashOf, hashOn, type HashSoFar} from '../base/hash.js';
import {type EvidenceKind, evidenceKinds} from '../mail/evidence.js';
import {plainAddress} from '../mail/address/plain-address.js';

/** An address without what may be varied at will, and without its brackets. */
export const plainName = (text: string): string => plainAddress(text).slice(1, -1);

/**
 * Whether a name is written as what it is taken for, and with nothing that may be varied: a relay may refuse
 * `"an na"` or `anna+x` though it knows `anna`.
 */
export const isBareName = (text: string): boolean => text === plainAddress(text);

/** RFC 5321 (4.5.1) and RFC 2142 want them at every host; programs take the others for granted. */
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
 * The name under which it counts for a client. Names that everybody knows to exist, at each domain
 * of this host, are one name: a client that delivers to them need not know anybody here. Addresses
 * like `info` and `sales` are not among them: firms write to them.
 */
export function creditName(plain: string): string {
  const at = plain.lastIndexOf('@');
  return dutyNames.has(at < 0 ? plain : plain.slice(0, at)) ? 'postmaster' : plain;
}

/** Of a plain name, for the memory of all names that took mail here: 53 bits. */
export const nameHash = (plain: string): number => hashOf(plain);

/** Of `KIND <`, with which a deed begins: to make a string of it for each took longer than its hash. */
const beginnings = Object.fromEntries(
  evidenceKinds.map((kind) => [kind, hashOn(`${kind} <`)]),
) as Readonly<Record<EvidenceKind, HashSoFar>>;

/**
 * A hash of an act and its recipient, for the memory of one client: 32 bits, not 0. A name is one
 * name, whether this host or the next one refused it. Two in four thousand million collide by
 * chance, which spares a client a name; an attacker that tries to find such a pair gains no more.
 */
export function deedHash(kind: EvidenceKind, plain: string): number {
  const place = kind === 'undeliverable' ? 'unknownRecipient' : kind;
  return foldHash(hashFrom(hashOn('>', hashOn(plain, beginnings[place]))));
}

/** 53 bits in 32; never 0, which stands for none. */
export const foldHash = (hash: number): number => (hash ^ Math.floor(hash / 2 ** 32)) >>> 0 || 1;

/**
 * The sender that handed in a mail, as one word: the name that the mailer has checked (AUTH), else
 * the local user, else the host. Decides how to write and read such a word. Never the From line:
 * the sender of spam chooses it.
 */
import {printable} from '../../base/printable.js';

export type SenderKind = 'auth' | 'uid' | 'host';

/** `auth:alice`, `uid:33`, `host:192.0.2.80`; of another relay's local user `uid:33 on RELAY`. */
export type SenderKey = string;

/** Length of a name in a key. Characters: sendmail logs no longer one. */
const nameCharacters = 100;

export const authKey = (name: string): SenderKey =>
  `auth:${printable(name, nameCharacters).toLowerCase()}`;

/** @param relay the host that says so; undefined: this machine. Each has users of its own. */
export const uidKey = (uid: number, relay?: string): SenderKey =>
  relay === undefined ? `uid:${uid}` : `uid:${uid} on ${printable(relay, nameCharacters)}`;

export const hostKey = (address: string): SenderKey => `host:${address}`;

/** A program of this machine that speaks SMTP to its relay, or of which no line told the user. */
export const unknownLocal = hostKey('127.0.0.1');

export function kindOf(key: SenderKey): SenderKind {
  if (key.startsWith('auth:')) return 'auth';
  return key.startsWith('uid:') ? 'uid' : 'host';
}

/** `alice`, `33`, `192.0.2.80`. */
export const nameIn = (key: SenderKey): string => key.slice(key.indexOf(':') + 1);

/** The number of a user of this machine; undefined for everybody else. */
export function uidIn(key: SenderKey): number | undefined {
  const digits = /^uid:(\d{1,10})$/.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The key of a sender: the name that the mailer has checked (AUTH), otherwise the local user,
 * otherwise the host. Decides how to write and read a key. Never uses the From line, which
 * the sender of spam chooses.
 */
import {printable} from '../../base/printable.js';

export type SenderKind = 'auth' | 'uid' | 'host';

/** `auth:alice`, `uid:33`, `host:192.0.2.80`; for a local user of another relay `uid:33 on RELAY`. */
export type SenderKey = string;

/** Length of a name in a key. Characters: sendmail logs no longer name. */
const nameCharacters = 100;

export const authKey = (name: string): SenderKey =>
  `auth:${printable(name, nameCharacters).toLowerCase()}`;

/** @param relay the host whose log names the user; undefined: this machine. Each host has users of its own. */
export const uidKey = (uid: number, relay?: string): SenderKey =>
  relay === undefined ? `uid:${uid}` : `uid:${uid} on ${printable(relay, nameCharacters)}`;

export const hostKey = (address: string): SenderKey => `host:${address}`;

/** A program of this machine that speaks SMTP to its relay, or whose user no line named. */
export const unknownLocal = hostKey('127.0.0.1');

export function kindOf(key: SenderKey): SenderKind {
  if (key.startsWith('auth:')) return 'auth';
  return key.startsWith('uid:') ? 'uid' : 'host';
}

/** `alice`, `33`, `192.0.2.80`. */
export const nameIn = (key: SenderKey): string => key.slice(key.indexOf(':') + 1);

/** The number of a user of this machine; undefined for other senders. */
export function uidIn(key: SenderKey): number | undefined {
  const digits = /^uid:(\d{1,10})$/.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

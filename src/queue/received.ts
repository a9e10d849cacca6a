/**
 * Reads a `Received` header in the form in which sendmail writes its own: `from HELO (NAME [IP]) by
 * HOST (VERSION) with PROTOCOL id ID for <X>; DATE`, or `(from USER@localhost) by HOST
 * (VERSION/Submit) id ID; DATE`. The text does not show whether this machine really wrote it:
 * anybody can write such a header.
 */
import {parseAddress} from '../net/address.js';

export interface Received {
  /** The host that took the message, as the header says. */
  readonly host: string;
  readonly queueId: string;
  /** `submitted`: its version ends with `Submit`, so a local program handed the message in. */
  readonly way: 'submitted' | 'relayed';
  /** The local user, if a local program handed the message in. */
  readonly user: string | undefined;
  /** The peer's address, if the message came by a connection. */
  readonly client: string | undefined;
  /** Whether the peer had logged in. */
  readonly login: 'authenticated' | 'none';
  /**
   * `several`: more than one place in the header has this form, because a recipient (`for <X>`) is the client's text
   * too. Such a header accuses no client.
   */
  readonly places: 'one' | 'several';
}

/** So much of a header is read. Characters: sendmail's own headers have some 300. */
const mostCharacters = 4000;

/** `$?{auth_type}(authenticated bits=0)$.` comes before `by`, and the TLS version behind the id. */
const ownPart =
  / by (\S{1,255}) \(([^()]{0,200})\)(?: with [A-Za-z]{1,16})? id ([0-9A-Za-z]{5,32})(?=[\s;])/g;
const submitter = /^\(from ([^\s@()]{1,64})@localhost\)$/;
const loggedIn = /\] ?(?:\(may be forged\))?\) \(authenticated[^()]{0,64}\)$/;
const peer =
  /\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\](?: \(may be forged\))?\)(?: \(authenticated[^()]{0,64}\))?$/;

/** @returns undefined if the header has another form, so that sendmail did not write it */
export function readReceived(value: string): Received | undefined {
  const text = ` ${unfolded(value.slice(0, mostCharacters))}`;
  // The client's text comes first. So of several such parts the last is the mailer's.
  const all = [...text.matchAll(ownPart)];
  const own = all.at(-1);
  if (own === undefined) return undefined;
  const [, host = '', version = '', queueId = ''] = own;
  const before = text.slice(1, own.index);
  return {
    host,
    queueId,
    way: version.endsWith('/Submit') ? 'submitted' : 'relayed',
    user: submitter.exec(before)?.[1],
    client: parseAddress(peer.exec(before.slice(-400))?.[1] ?? '')?.text,
    login: loggedIn.test(before.slice(-400)) ? 'authenticated' : 'none',
    places: all.length === 1 ? 'one' : 'several',
  };
}

/** Joins a folded header into one line. */
export const unfolded = (value: string): string => value.replaceAll(/\r?\n[ \t]*|\t/g, ' ');

/**
 * Reads a `Received` header in the form in which sendmail writes its own: `from HELO (NAME [IP]) by
 * HOST (VERSION) with PROTOCOL id ID for <X>; DATE`, or `(from USER@localhost) by HOST
 * (VERSION/Submit) id ID; DATE`. The text does not show whether this machine really wrote it:
 * anybody can write such a header.
 */
import {parseAddress} from '../net/address.js';

export interface Received {
  /** Who says that it has taken the message. */
  readonly host: string;
  readonly queueId: string;
  /** `Submit` at the end of its version: a local program has handed it in. */
  readonly way: 'submitted' | 'relayed';
  /** Of one that was handed in: the local user. */
  readonly user: string | undefined;
  /** Of one that came by a connection: the address of the peer. */
  readonly client: string | undefined;
  /** Whether the peer had logged in. */
  readonly login: 'authenticated' | 'none';
  /**
   * `several`: more than one place in it has this form, for a recipient (`for <X>`) is a client's text
   * too. Nobody can be accused by such a header.
   */
  readonly places: 'one' | 'several';
}

/** Read of one header. Characters: sendmail's own have some 300. */
const mostCharacters = 4000;

/** `$?{auth_type}(authenticated bits=0)$.` stands before `by`, the TLS version behind the id. */
const ownPart =
  / by (\S{1,255}) \(([^()]{0,200})\)(?: with [A-Za-z]{1,16})? id ([0-9A-Za-z]{5,32})(?=[\s;])/g;
const submitter = /^\(from ([^\s@()]{1,64})@localhost\)$/;
const loggedIn = /\] ?(?:\(may be forged\))?\) \(authenticated[^()]{0,64}\)$/;
const peer =
  /\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\](?: \(may be forged\))?\)(?: \(authenticated[^()]{0,64}\))?$/;

/** @returns undefined: it is of another form, so sendmail did not write it */
export function readReceived(value: string): Received | undefined {
  const text = ` ${unfolded(value.slice(0, mostCharacters))}`;
  // What the client says stands in front: of several the last is the mailer's.
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

/** As one line. */
export const unfolded = (value: string): string => value.replaceAll(/\r?\n[ \t]*|\t/g, ' ');

/**
 * Reads the client as sendmail writes it (macro `$_`, daemon.c getauthinfo()):
 *
 *     [192.0.2.7]                              no PTR
 *     host.example [192.0.2.7]                 PTR
 *     host.example [192.0.2.7] (may be forged) PTR that does not lead back
 *     IDENT:x@host.example [192.0.2.7]         ident answered;  IDENT:x@[192.0.2.7] without PTR
 *     [IPv6:2001:db8:0:0:0:0:0:7]              always with the prefix, compressed or not
 *
 * The client controls host and ident. Only the bracket after them comes from the kernel.
 *
 * Neither contains quotes, parentheses, angle brackets or a backslash: a resolver returns no such
 * name, and sendmail removes them from an ident answer. A recipient that is to look like a client
 * before a colon needs them, because it can contain a space only inside quotes, a comment or angle
 * brackets.
 */
import {type Address, parseAddress} from '../../net/address.js';

/**
 * Regular expression source for a client, to be put between anchors that determine where the client
 * must stand.
 */
export const clientPattern =
  '(?:[^\\s"()<>\\\\]+ |[^\\s"()<>\\[\\]\\\\]*@)?\\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\\](?: \\(may be forged\\))?';

const wholeClient = new RegExp(`^${clientPattern}$`);

/** @returns undefined unless the text is exactly one client: `user@localhost`, `[UNIX: …]` */
export function parseClient(text: string): Address | undefined {
  const match = wholeClient.exec(text);
  return match === null ? undefined : parseAddress(match[1] ?? '');
}

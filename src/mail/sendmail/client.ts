/**
 * Reads the client as sendmail writes it (macro `$_`, daemon.c getauthinfo()):
 *
 *     [192.0.2.7]                              no PTR
 *     host.example [192.0.2.7]                 PTR
 *     host.example [192.0.2.7] (may be forged) PTR that does not lead back
 *     IDENT:x@host.example [192.0.2.7]         ident answered;  IDENT:x@[192.0.2.7] without PTR
 *     [IPv6:2001:db8:0:0:0:0:0:7]              always with the prefix, compressed or not
 *
 * Host and ident are the client's own words. Only the bracket behind them is the kernel's.
 *
 * Neither holds quotes, round or angle brackets or a backslash: a resolver gives no such name, and
 * sendmail cleans an ident answer of them. A recipient that wants to look like a client in front of
 * a colon needs them, for a space stands in it only inside quotes, a comment or angle brackets.
 */
import {type Address, parseAddress} from '../../net/address.js';

/** The source of one expression, to be put between anchors that say where a client must stand. */
export const clientPattern =
  '(?:[^\\s"()<>\\\\]+ |[^\\s"()<>\\[\\]\\\\]*@)?\\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\\](?: \\(may be forged\\))?';

const wholeClient = new RegExp(`^${clientPattern}$`);

/** @returns undefined when the text is not exactly one client: `user@localhost`, `[UNIX: …]` */
export function parseClient(text: string): Address | undefined {
  const match = wholeClient.exec(text);
  return match === null ? undefined : parseAddress(match[1] ?? '');
}

/**
 * Decides which names of the DNS belong to an address, and which mailboxes the abuse-contact zone names: it has a TXT
 * record at the reversed address, with commas between several mailboxes. Sends no request.
 */
import type {Address} from '../../net/address.js';
import {mailboxesIn} from './mailbox.js';

/** Hexadecimal digits of an IPv6 address. A count. */
const nibbles = 32;

/** The labels of an address in reverse order (RFC 5782 section 2). */
function reversed({family, value, text}: Address): string {
  const parts =
    family === 4 ? text.split('.') : Array.from(value.toString(16).padStart(nibbles, '0'));
  return parts.reverse().join('.');
}

/** The name at which the DNS has the reverse names of an address (RFC 1035 section 3.5, RFC 3596). */
export const reverseName = (address: Address): string =>
  `${reversed(address)}.${address.family === 4 ? 'in-addr' : 'ip6'}.arpa`;

export const zoneName = (address: Address, zone: string): string => `${reversed(address)}.${zone}`;

/** Bounds of one answer: records, and their length. Counts, characters. */
const mostRecords = 20;
const longestRecordCharacters = 2000;

/** @param records each is a list of pieces, which together make one text */
export function mailboxesInTexts(records: readonly (readonly string[])[]): readonly string[] {
  const texts = records.slice(0, mostRecords).map((pieces) => pieces.join(''));
  const usable = texts.filter((text) => text.length <= longestRecordCharacters);
  return mailboxesIn(usable.flatMap((text) => text.split(',')));
}

/**
 * Reads the whitelist, in the old program's format: one network or address a line, `#` in column 0
 * is a comment, empty lines are ignored. New here: IPv6, and a comment after the network. A bad
 * line is a problem, and the good lines still count: a typing error must not take the protection
 * from all others. Does not read the file (`sys/disk/text-file.ts`).
 */
import type {Problem} from '../base/problem.js';
import {type Address} from './address.js';
import {contains, type Network, parseNetwork} from './network.js';

export interface WhitelistEntry {
  readonly network: Network;
  /** As the administrator wrote it. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface Whitelist {
  readonly file: string;
  readonly entries: readonly WhitelistEntry[];
  readonly problems: readonly Problem[];
}

/** Entries beyond this are a mistake (a log copied over the file), and would hold memory. A count. */
export const mostWhitelistEntries = 100_000;

/** How much of a bad line a report quotes. Characters. */
const quotedCharacters = 80;

export function parseWhitelist(file: string, content: string): Whitelist {
  const entries: WhitelistEntry[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of content.split('\n').entries()) {
    if (raw.startsWith('#')) continue;
    const text = raw.replace(/\s#.*$/s, '').trim();
    if (text === '') continue;
    const where = `${file}:${index + 1}`;
    if (entries.length >= mostWhitelistEntries) {
      problems.push({where, what: 'too many entries', expected: `at most ${mostWhitelistEntries}`});
      break;
    }
    const network = parseNetwork(text);
    if (network !== undefined) entries.push({network, text, line: index + 1});
    else problems.push({where, what: JSON.stringify(raw.slice(0, quotedCharacters)), expected});
  }
  return {file, entries, problems};
}

const expected = 'an address or a network such as 192.0.2.0/24 or 2001:db8::/32 (never /0)';

/** The most specific entry that covers the address; of equals, the first in the file. */
export function coveringEntry(list: Whitelist, address: Address): WhitelistEntry | undefined {
  let best: WhitelistEntry | undefined;
  for (const entry of list.entries) {
    if (!contains(entry.network, address)) continue;
    if (best === undefined || entry.network.prefix > best.network.prefix) best = entry;
  }
  return best;
}

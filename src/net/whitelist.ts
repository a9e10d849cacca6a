/**
 * Parses the whitelist in the old program's format: one network or address on each line; `#` in
 * column 0 begins a comment; empty lines are ignored. New are IPv6, and comments after a network. A
 * bad line is a problem, but the good lines still count: a typing error must not expose all other
 * clients. `sys/disk/text-file.ts` reads the file.
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

/**
 * The most entries. A count: more are a mistake, such as a log copied over the file, and would take
 * up memory.
 */
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
    else {
      const what = JSON.stringify(raw.slice(0, quotedCharacters));
      problems.push({where, what, expected: `${expected}${commentHint(text)}`});
    }
  }
  return {file, entries, problems};
}

const expected = 'an address or a network such as 192.0.2.0/24 or 2001:db8::/32 (never /0)';

/** For `203.0.113.7 our partner`. */
function commentHint(text: string): string {
  const [first = '', second] = text.split(/\s+/, 2);
  const isEntry =
    second !== undefined && parseNetwork(first) !== undefined && parseNetwork(second) === undefined;
  return isEntry ? '; a comment behind it begins with #' : '';
}

/** The most specific entry that covers the address; of equal ones, the first in the file. */
export function coveringEntry(list: Whitelist, address: Address): WhitelistEntry | undefined {
  let best: WhitelistEntry | undefined;
  for (const entry of list.entries) {
    if (!contains(entry.network, address)) continue;
    if (best === undefined || entry.network.prefix > best.network.prefix) best = entry;
  }
  return best;
}

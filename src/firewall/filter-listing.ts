/**
 * Decides whether a listing of the filter table, or of nat, is complete. A tool that exits with 0 may still have
 * printed half of it, a sentence, or nothing: iptables-nft says that it cannot express somebody's rules, and exits
 * with 0. An incomplete listing is an error, never an empty table. `filter-table.ts` reads complete ones.
 */
import type {CallResult, KernelReading} from './backend.js';
import {listCall, type TableName} from './iptables-calls.js';

/**
 * Reads a listing of iptables-save.
 *
 * @param program iptables or ip6tables, in either variant
 * @param listing undefined: not requested yet
 * @param parse called only with a complete listing
 */
export function readListing<Actual>(
  program: string,
  listing: CallResult | undefined,
  parse: (text: string) => Actual,
  table: TableName = 'filter',
): KernelReading<Actual> {
  if (listing === undefined) return {kind: 'call', call: listCall(program, table)};
  if (listing.kind !== 'done') return {kind: 'unreadable', why: listing.why};
  const trouble = troubleIn(listing.stdout, table);
  if (trouble === undefined) return {kind: 'read', actual: parse(listing.stdout)};
  return {kind: 'unreadable', why: `${program}-save: ${trouble}`};
}

/** Printed if nft has made rules in the table that iptables cannot express. */
const incompatible = /^# Table .{1,40} is incompatible\b/m;

/** The message in that case. `doctor` recognises it. */
export const inexpressible =
  'the table filter is incompatible: it holds rules of nft that iptables cannot express';

/** Whether the tool has printed that. */
export const isIncompatible = (text: string): boolean => incompatible.test(text);

/** The greatest length of a rule with line breaks in its comments. Characters: a comment has at most 256. */
const longestRule = 4096;
/** How much is quoted of a line that was not understood. Characters. */
const quotedCharacters = 80;

const chainLine = /^:(\S+) \S+ \[\d+:\d+\]$/;
/** With `-c`, counters precede the rule. */
const ruleLine = /^(?:\[\d+:\d+\] )?-A (\S+) \S/;

/** @returns what is wrong; undefined: the listing is complete */
export function troubleIn(listing: string, wanted: TableName = 'filter'): string | undefined {
  if (isIncompatible(listing)) {
    return `${inexpressible.replace('filter', wanted)}; set backend = "nftables", or put those rules into another table`;
  }
  const tables = new Set<string>();
  let chains: Set<string> | undefined;
  for (const line of rulesAsLines(listing)) {
    if (line === '' || line.startsWith('#')) continue;
    if (chains === undefined) {
      const table = /^\*(\S+)$/.exec(line)?.[1];
      if (table === undefined || tables.has(table)) return strange(line);
      tables.add(table);
      chains = new Set();
    } else if (line === 'COMMIT') {
      chains = undefined;
    } else {
      const declared = chainLine.exec(line)?.[1];
      const ruled = ruleLine.exec(line)?.[1];
      const isGood = declared === undefined ? chains.has(ruled ?? '') : !chains.has(declared);
      if (!isGood) return strange(line);
      if (declared !== undefined) chains.add(declared);
    }
  }
  if (chains !== undefined) return 'the listing is cut off: expected COMMIT at its end';
  return tables.has(wanted)
    ? undefined
    : `no ${wanted} table was listed: expected *${wanted} to COMMIT`;
}

const strange = (line: string): string =>
  `not a listing of rules: ${JSON.stringify(line.slice(0, quotedCharacters))}: expected *filter to COMMIT`;

/** Lines, except that a rule with line breaks in its comment is one line. */
export function* rulesAsLines(listing: string): Generator<string> {
  let open = '';
  for (const line of listing.split('\n')) {
    const whole = open === '' ? line : `${open}\n${line}`;
    const isOpen = whole.includes('"') && /^(?:\[|-A )/.test(whole) && hasOpenQuote(whole);
    open = isOpen && whole.length < longestRule ? whole : '';
    if (open === '') yield whole;
  }
  if (open !== '') yield open;
}

/** iptables-save quotes with `"`, and escapes quotes and backslashes within. */
function hasOpenQuote(text: string): boolean {
  let isOpen = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\' && isOpen) at += 1;
    else if (text[at] === '"') isOpen = !isOpen;
  }
  return isOpen;
}

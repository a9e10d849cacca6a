/**
 * Changes one entry of a whitelist, and leaves every other byte as the administrator wrote it. Decides
 * the new text, or that nothing changes; `sys/disk/edited-file.ts` writes the file.
 */
import type {Network} from './network.js';
import {mostWhitelistEntries, parseWhitelist, type WhitelistEntry} from './whitelist.js';

export type WhitelistEdit =
  | {readonly kind: 'changed'; readonly text: string}
  /** `by`: the entry that already covers, or still covers, the network; absent: none does. */
  | {readonly kind: 'unchanged'; readonly by?: WhitelistEntry | undefined}
  | {readonly kind: 'refused'; readonly why: string};

/** The greatest length of a comment. Characters: it is part of one line that people read. */
export const mostCommentCharacters = 200;

/** Adds an entry at the end, unless one covers the network already. */
export function allowIn(text: string, network: Network, comment: string): WhitelistEdit {
  const {entries} = parseWhitelist('', text);
  const by = covering(entries, network);
  if (by !== undefined) return {kind: 'unchanged', by};
  if (entries.length >= mostWhitelistEntries) {
    return {kind: 'refused', why: `the list has ${entries.length} entries, and takes no more`};
  }
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? '' : lineEnd;
  const note = comment === '' ? '' : ` # ${comment}`;
  return {kind: 'changed', text: `${text}${before}${network.text}${note}${lineEnd}`};
}

/**
 * Removes the lines of exactly this network, with their comments. A larger entry stays, because it
 * also exempts other clients, which are unknown here.
 */
export function disallowIn(text: string, network: Network): WhitelistEdit {
  const {entries} = parseWhitelist('', text);
  const same = entries.filter((entry) => entry.network.text === network.text);
  if (same.length === 0) return {kind: 'unchanged', by: covering(entries, network)};
  const gone = new Set(same.map(({line}) => line));
  // Each line with its newline; the last may have none.
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return {kind: 'changed', text: lines.filter((_, index) => !gone.has(index + 1)).join('')};
}

/**
 * The entry that contains the whole network: the smallest one; of equal ones, the first in the file.
 */
function covering(
  entries: readonly WhitelistEntry[],
  {family, first, last}: Network,
): WhitelistEntry | undefined {
  let best: WhitelistEntry | undefined;
  for (const entry of entries) {
    const {network} = entry;
    const holds = network.family === family && network.first <= first && last <= network.last;
    if (holds && (best === undefined || network.prefix > best.network.prefix)) best = entry;
  }
  return best;
}

/**
 * Changes one entry of a whitelist, and leaves every other byte as the administrator wrote it. Decides
 * what the new text is, or that nothing changes; the file is written in `sys/disk/edited-file.ts`.
 */
import type {Network} from './network.js';
import {mostWhitelistEntries, parseWhitelist, type WhitelistEntry} from './whitelist.js';

export type WhitelistEdit =
  | {readonly kind: 'changed'; readonly text: string}
  /** `by`: the entry that covers the network already, or still; absent: none does. */
  | {readonly kind: 'unchanged'; readonly by?: WhitelistEntry | undefined}
  | {readonly kind: 'refused'; readonly why: string};

/** Length of a comment. Characters: it stands in one line of a file that people read. */
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
 * Removes the lines of just this network, with their comments. A larger entry stays: it is not
 * known here which clients it spares besides.
 */
export function disallowIn(text: string, network: Network): WhitelistEdit {
  const {entries} = parseWhitelist('', text);
  const same = entries.filter((entry) => entry.network.text === network.text);
  if (same.length === 0) return {kind: 'unchanged', by: covering(entries, network)};
  const gone = new Set(same.map(({line}) => line));
  // Each with its end; a last one may have none.
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return {kind: 'changed', text: lines.filter((_, index) => !gone.has(index + 1)).join('')};
}

/** The entry that holds the whole network: the smallest; of equals the first in the file. */
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

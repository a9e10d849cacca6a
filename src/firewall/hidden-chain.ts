/**
 * Finds out whether a chain exists if iptables cannot list its table: nft can tell that much.
 * Without this, blocksmtp would report leftovers on each machine with rules that iptables cannot
 * express. The contents of such a chain stay unknown, and nothing in it is removed.
 */
import type {CallResult, KernelReading, Part} from './backend.js';
import {isIncompatible} from './filter-listing.js';
import {familyWord, isAbsent} from './nft.js';
import type {Family} from '../net/address.js';

/** Reads the part, or finds that its chain does not exist. */
export function orNoChain<Actual>(
  part: Part<Actual>,
  chain: string,
  family: Family,
): Part<Actual | 'noChain'> {
  return {
    name: part.name,
    read: (results, nowMs) => {
      const [listing, asked] = results;
      const isHidden = listing?.kind === 'done' && isIncompatible(listing.stdout);
      return isHidden
        ? readHidden(part, listing, asked, chain, family, nowMs)
        : part.read(results, nowMs);
    },
    removal: (actual) => {
      if (actual !== 'noChain') return part.removal(actual);
      return {calls: [], changes: new Map(), after: () => 'noChain'};
    },
  };
}

function readHidden<Actual>(
  part: Part<Actual>,
  listing: CallResult,
  asked: CallResult | undefined,
  chain: string,
  family: Family,
  nowMs: number,
): KernelReading<Actual | 'noChain'> {
  if (asked === undefined) {
    const parameters = ['list', 'chain', familyWord(family), 'filter', chain];
    return {kind: 'call', call: {program: 'nft', parameters, input: ''}};
  }
  const isThere = asked.kind === 'done' || !isAbsent(asked.why);
  return isThere ? part.read([listing], nowMs) : {kind: 'read', actual: 'noChain'};
}

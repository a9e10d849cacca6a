/**
 * Decides when a complaint is due: the client was blocked again, or enough clients of one network were blocked. Also,
 * enough time must have passed since then for an operator to lift the block. If an operator lifts it, the row of its
 * client is deleted (`spool/deed.ts`), and no complaint follows. Decides neither the recipient nor the words. Knows
 * no clock.
 */
import {parseAddress} from '../net/address.js';
import {contains, parseNetwork} from '../net/network.js';
import {unknownNetwork} from './contact/allotment.js';
import {type Deed, latestBlockMs} from './spool/deed.js';

export interface DueRules {
  /** Blocks of one client. A count. */
  readonly blocks: number;
  /** Blocked clients of one network in 24 hours. A count. */
  readonly clients: number;
  /** How long after the latest block. Seconds. */
  readonly delaySeconds: number;
}

const dayMs = 86_400_000;
/** No second complaint names the same address within this time: desks close repeats unread. Ms. */
const silenceMs = 7 * dayMs;
/** An abuse desk cannot act on older blocks: the addresses may have been given to others since. Ms. */
const mostAgeMs = 3 * dayMs;

/** @param as with `sent`, only a complaint that was really sent silences the next one */
function isSilent({told}: Deed, as: 'sent' | 'shown', nowMs: number): boolean {
  if (told === undefined || (as === 'sent' && told.as === 'shown')) return false;
  return nowMs - told.atMs < silenceMs;
}

function isRipe(deed: Deed, rules: DueRules, nowMs: number): boolean {
  const blockedMs = latestBlockMs(deed);
  const isWaited = nowMs - blockedMs >= rules.delaySeconds * 1000;
  return isWaited && nowMs - deed.lastMs <= mostAgeMs;
}

interface DueQuestion {
  readonly deeds: Iterable<Deed>;
  readonly rules: DueRules;
  /** Networks that are known to belong to one holder. Canonical texts. */
  readonly known: Iterable<string>;
  readonly as: 'sent' | 'shown';
  readonly nowMs: number;
}

/** Clients whose complaint is due; those that have been known for longest come first. */
export function dueDeeds({deeds, rules, known, as, nowMs}: DueQuestion): Deed[] {
  const all = [...deeds];
  const ripe = all.filter((deed) => isRipe(deed, rules, nowMs) && !isSilent(deed, as, nowMs));
  // Counting the clients of all networks is expensive, and mostly not needed.
  if (ripe.every(({blocks}) => blocks >= rules.blocks)) return ripe;
  const isCrowd = crowdsIn(all, rules, known, nowMs);
  return ripe.filter((deed) => deed.blocks >= rules.blocks || isCrowd(deed));
}

/** Whether enough clients of a network around a deed, or of its holder, were blocked in 24 hours. */
function crowdsIn(
  deeds: readonly Deed[],
  rules: DueRules,
  known: Iterable<string>,
  nowMs: number,
): (deed: Deed) => boolean {
  const holders = [...known].flatMap((text) => parseNetwork(text) ?? []);
  const networksOf = ({address: text}: Deed): string[] => {
    const address = parseAddress(text);
    if (address === undefined) return [];
    const held = holders.filter((each) => contains(each, address)).map((each) => each.text);
    return [...new Set([unknownNetwork(address).text, ...held])];
  };
  const lately = new Map<string, number>();
  for (const deed of deeds) {
    if (nowMs - latestBlockMs(deed) >= dayMs) continue;
    for (const text of networksOf(deed)) lately.set(text, (lately.get(text) ?? 0) + 1);
  }
  return (deed) => networksOf(deed).some((text) => (lately.get(text) ?? 0) >= rules.clients);
}

/**
 * Remembers each message that is on its way, so that its fate counts for its sender. Bounded: the
 * oldest is dropped first. `joining.ts` decides whose message it is.
 */
import {hashOf} from '../../base/hash.js';
import type {Table} from '../../base/mechanisms/table.js';
import {peopleIn} from './domains.js';
import type {Fact, Vouched} from './fact.js';
import type {SenderKey} from './sender.js';

/** At most so many messages. A count: some 250 bytes of memory each, and as many as `mail/deliveries.ts` remembers. */
export const mostInTransit = 50_000;
/** The mailer returns mail that waits longer (Timeout.queuereturn: 5 days). Ms. */
export const longestTransitMs = 6 * 86_400_000;
/** At most so many deferred recipients of one message are distinguished. A count: further ones do not count. */
const mostDeferred = 64;

/** Plain data, saved unchanged. */
export interface Transit {
  readonly atMs: number;
  /** Absent: the message counts for no sender, or the sender is not known yet (`waits`). */
  readonly sender?: SenderKey | undefined;
  readonly vouched: Vouched;
  /** Accepted recipients. A count. */
  readonly recipients: number;
  /** Recipients whose delivery has not ended yet. A count. */
  readonly left: number;
  /**
   * `submission`: a local program handed it in, and no line shows yet where it goes. `relay`: it came from this
   * machine, and no line shows yet which user sent it.
   */
  readonly waits?: 'submission' | 'relay' | undefined;
  /** Hashes of recipients that were deferred. */
  readonly deferred?: readonly number[] | undefined;
  /** As it was typed. Of a message that was counted, only the null sender is kept: the empty text. */
  readonly from?: string | undefined;
  /** Recipients that failed and count. A count. */
  readonly failed?: number | undefined;
}

export const keyOf = (host: string, queueId: string): string => `${host} ${queueId}`;

/** Finds the recipients that were not deferred before, and adds them to the message. */
export function withDeferred(
  transit: Transit,
  recipients: readonly string[],
): {readonly transit: Transit; readonly fresh: readonly string[]} {
  const known = new Set(transit.deferred);
  const fresh: string[] = [];
  for (const recipient of recipients) {
    const hash = hashOf(recipient);
    if (known.has(hash) || known.size >= Math.min(mostDeferred, transit.recipients)) continue;
    known.add(hash);
    fresh.push(recipient);
  }
  return {transit: fresh.length === 0 ? transit : {...transit, deferred: [...known]}, fresh};
}

interface Ended {
  readonly transit: Transit;
  /** Failures that count for the sender. Recipients. */
  readonly failed: number;
  /** Hashes of recipients that no line has named before. */
  readonly people: readonly number[];
}

/**
 * The delivery of recipients has ended. An alias has members to whom the sender did not choose to write, and each of them
 * has a line. So no more recipients count than the message had. A failure of a message with the null sender does not
 * count: such a message answers another, and a stranger could forge the address to which it goes.
 */
export function withEnded(
  transit: Transit,
  recipients: readonly string[],
  outcome: Extract<Fact, {kind: 'told'}>['outcome'],
): Ended {
  const {left, failed: before = 0} = transit;
  const mayFail = outcome === 'failed' && transit.from !== '' ? transit.recipients - before : 0;
  const failed = Math.min(recipients.length, mayFail);
  const people = peopleIn(unnamed(transit, recipients).slice(0, left));
  const counted = failed === 0 ? transit : {...transit, failed: before + failed};
  return {
    transit: {...counted, left: Math.max(0, left - recipients.length)},
    ...{failed, people},
  };
}

/** Those that no line about a deferral has named before. */
function unnamed({deferred = []}: Transit, recipients: readonly string[]): readonly string[] {
  const known = new Set(deferred);
  return known.size === 0 ? recipients : recipients.filter((each) => !known.has(hashOf(each)));
}

/** The messages of these senders that still wait, the newest first. @param most ids, a count */
export function waitingOf(
  table: Pick<Table<Transit>, 'entries'>,
  sender: SenderKey,
  vouched: 'any' | 'onlyVouched',
  most: number,
): string[] {
  const found: string[] = [];
  for (const [key, each] of table.entries()) {
    if (each.sender !== sender || each.left === 0) continue;
    if (vouched === 'onlyVouched' && each.vouched === 'no') continue;
    found.push(idIn(key));
  }
  return found.slice(-most).reverse();
}

export interface QueuedCount {
  waiting: number;
  held: number;
}

/** @param listed by id */
export function countIn(listed: ReadonlyMap<string, 'waiting' | 'held'>): QueuedCount {
  const count: QueuedCount = {waiting: 0, held: 0};
  for (const state of listed.values()) count[state] += 1;
  return count;
}

/** Messages of each sender in the mailer's queue. Counts only messages whose lines were read. @param listed by id */
export function queuedCounts(
  table: Pick<Table<Transit>, 'entries'>,
  listed: ReadonlyMap<string, 'waiting' | 'held'>,
): Map<SenderKey, QueuedCount> {
  const counts = new Map<SenderKey, QueuedCount>();
  if (listed.size === 0) return counts;
  for (const [key, {sender}] of table.entries()) {
    const state = listed.get(idIn(key));
    if (sender === undefined || state === undefined) continue;
    const count = counts.get(sender) ?? {waiting: 0, held: 0};
    count[state] += 1;
    counts.set(sender, count);
  }
  return counts;
}

/** Messages that are not held. */
export const waitingIn = (
  counts: ReadonlyMap<SenderKey, QueuedCount>,
): ReadonlyMap<SenderKey, number> =>
  new Map([...counts].map(([sender, {waiting}]) => [sender, waiting]));

const idIn = (key: string): string => key.slice(key.lastIndexOf(' ') + 1);

/** Waiting messages of each sender, by the log. */
export function waitingCounts(table: Pick<Table<Transit>, 'values'>): Map<SenderKey, number> {
  const counts = new Map<SenderKey, number>();
  for (const {sender, left} of table.values()) {
    if (sender !== undefined && left > 0) counts.set(sender, (counts.get(sender) ?? 0) + 1);
  }
  return counts;
}

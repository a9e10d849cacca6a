/** Makes the values for the table and the JSON of `senders`; offenders come first. */
import type {SenderBook} from './book.js';
import type {Exempts} from './exempt.js';
import {type QueuedCount, type Transit, waitingCounts, waitingIn} from './whose/in-transit.js';
import type {AlarmKind} from './limits.js';
import {usualMost, usualNow} from './normal.js';
import {domainsOf, hourOf, lastHour, type SenderRecord, sumSince} from './sender-record.js';
import {kindOf, type SenderKey, type SenderKind} from './whose/sender.js';
import type {Table} from '../base/mechanisms/table.js';

/** At most so many senders in one answer. A count: nobody reads more, and an answer has its bound. */
export const mostTold = 500;

export interface MailSender {
  readonly sender: SenderKey;
  readonly kind: SenderKind;
  readonly recipients: number;
  readonly messages: number;
  /** About how many domains the sender wrote to today and yesterday (UTC). */
  readonly domains: number;
  /** Recipients. */
  readonly failed: number;
  readonly deferred: number;
  /** Messages whose end is not in the log yet. */
  readonly waiting: number;
  /** Messages in the mailer's queue, held ones too; absent: the queue was not read. */
  readonly queued?: number | undefined;
  /** Recipients of the last 60 minutes. */
  readonly lastHour: number;
  /** The number that 95 of 100 of its hours do not exceed; undefined: too little is known. */
  readonly normal?: number | undefined;
  /** The recipients that this hour of the week usually has. */
  readonly usualNow: number;
  readonly alarm?: AlarmKind | undefined;
  /** Its own limit from `mail_exempt`. Recipients an hour. */
  readonly exempt?: number | 'none' | undefined;
  /** Addresses as they were typed, and about how many recipients each had, ever. */
  readonly froms: readonly Shown[];
  readonly scripts: readonly Shown[];
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface Shown {
  readonly text: string;
  readonly recipients: number;
}

interface ViewedTables {
  readonly mailSenders: Table<SenderRecord>;
  readonly mailInTransit: Table<Transit>;
}

export interface Viewed {
  readonly book: Pick<SenderBook, 'alarm'>;
  /** Undefined: the queue was not read. */
  readonly queued: ReadonlyMap<SenderKey, QueuedCount> | undefined;
}

/** @param seconds how far back; whole hours count */
export function mailSenders(
  {mailSenders: senders, mailInTransit}: ViewedTables,
  {book, queued}: Viewed,
  exempts: Exempts,
  seconds: number,
  nowMs: number,
): MailSender[] {
  const waiting = waitingCounts(mailInTransit);
  const own = queued && waitingIn(queued);
  const sinceMs = nowMs - seconds * 1000;
  const ranked: Ranked[] = [];
  for (const [sender, record] of senders.entries()) {
    if (record.lastMs < sinceMs && !waiting.has(sender)) continue;
    const {recipients, failed} = sumSince(record, hourOf(sinceMs));
    const alarm = book.alarm(sender, nowMs, 'all', own)?.kind;
    const now = lastHour(record, nowMs).recipients;
    ranked.push({sender, record, recipients, failed, alarm, lastHour: now});
  }
  // What does not decide the order is made for the shown senders only, because there may be 20,000 others.
  return ranked
    .sort(byOffence)
    .slice(0, mostTold)
    .map(({sender, record, ...rank}) => {
      const {messages, deferred} = sumSince(record, hourOf(sinceMs));
      const {froms, scripts = [], firstMs, lastMs, normal} = record;
      return {
        ...{sender, kind: kindOf(sender), ...rank, messages, deferred, firstMs, lastMs},
        domains: domainsOf(record),
        waiting: waiting.get(sender) ?? 0,
        queued: queued && inQueue(queued.get(sender)),
        normal: usualMost(normal, hourOf(nowMs)),
        usualNow: usualNow(normal, hourOf(nowMs)),
        exempt: exempts.limitOf(sender),
        froms: froms.map(shown),
        scripts: scripts.map(shown),
      };
    });
}

/** What decides the order. */
type Rank = Pick<MailSender, 'recipients' | 'failed' | 'alarm' | 'lastHour'>;
type Ranked = Rank & {readonly sender: SenderKey; readonly record: SenderRecord};

const inQueue = (count: QueuedCount | undefined): number =>
  count === undefined ? 0 : count.waiting + count.held;

const shown = ([text, recipients]: readonly [string, number]): Shown => ({text, recipients});

/** The order for an operator: senders over a limit first, then those that send most. */
export const byOffence = (a: Rank, b: Rank): number =>
  Number(b.alarm !== undefined) - Number(a.alarm !== undefined) ||
  (b.alarm === undefined ? 0 : b.lastHour - a.lastHour) ||
  b.recipients - a.recipients ||
  b.failed - a.failed;

/** The last hour as a multiple of the normal; undefined: the normal is not known. */
export const factorOf = ({lastHour: now, normal}: MailSender): number | undefined =>
  normal === undefined ? undefined : Math.round((now / Math.max(normal, 1)) * 10) / 10;

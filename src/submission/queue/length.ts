/**
 * Decides whether far more messages wait in the mailer's queues than usually do on this relay: one look after the
 * other in, what has changed out. A length counts only if it lasts, so a run over a list is no alarm. What is usual
 * is learned of days. Who has the messages, and who is warned, is for others.
 *
 * Each number is defended in docs/outgoing-mail.md.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';

const dayMs = 24 * 3_600_000;
/** So long a queue must be long before it is an alarm, and short before the alarm ends. Ms. */
export const lastingMs = 5 * 60_000;
/** Days of which it is known how long the queue was, behind the present one. A count: four weeks. */
export const keptDays = 28;
/** What happened on no more of them is no habit. A count. */
export const rareDays = 2;
/** A queue is long from so many times the usual length on. */
const longFactor = 2;
/** An alarm ends below this part of the limit: a queue around the limit is one alarm. */
const endShare = 0.75;
/** A new alarm within so long leads to a warning only if the queue is so many times as long as at the last one. Ms. */
const quietMs = dayMs;
const escalation = 2;

/** One look. */
interface QueueLook {
  /** Messages that wait. A count. */
  readonly count: number;
  /** `part`: some of the queue could not be read, so there may be more. */
  readonly of: 'whole' | 'part';
  /** By the clock. Ms since the epoch. */
  readonly atMs: number;
}

/** Plain data, one row. */
export interface QueueLength {
  /** When the last look was. Ms since the epoch. */
  readonly atMs: number;
  /** Of the looks since: the shortest, and the longest. `unsure`: one of them did not see all. */
  readonly sinceMs: number;
  readonly least: number;
  readonly most: number;
  readonly seen: 'all' | 'unsure';
  /** Days since the epoch, and the longest that lasted: of that day, and of those before. Messages. */
  readonly day: number;
  readonly days: readonly number[];
  /** Absent: the queue is not too long. */
  readonly alarm?: LongQueue | undefined;
  /** The last warning: when, ms since the epoch, and the length. */
  readonly warned?: {readonly atMs: number; readonly count: number} | undefined;
}

/** An alarm that lasts. */
interface LongQueue {
  readonly sinceMs: number;
  /** The longest that lasted. Messages. */
  readonly longest: number;
}

/** What an operator hears. */
export type QueueNews =
  | {
      readonly kind: 'began';
      readonly count: number;
      readonly limit: number;
      readonly usual: number;
      /** `quiet`: the last warning was a short time ago. */
      readonly how: 'loud' | 'quiet';
    }
  | {readonly kind: 'ended'; readonly count: number; readonly alarm: LongQueue};

interface Looked {
  readonly length: QueueLength;
  readonly news?: QueueNews | undefined;
}

/** How long the queue usually is at its longest in a day: what more than two days of the last four weeks had. */
function usualLength({days}: Pick<QueueLength, 'days'>): number {
  const [, ...before] = days;
  return before.toSorted((a, b) => b - a)[rareDays] ?? 0;
}

/** For status and metrics. */
export interface LongQueueView {
  /** Above it the queue is long. Messages. */
  readonly limit: number;
  /** Absent: it is not long. Ms since the epoch. */
  readonly longSinceMs?: number | undefined;
}

/** @param least the administrator's limit: below it no queue is long. Messages */
const limitOf = (length: Pick<QueueLength, 'days'>, least: number): number =>
  Math.max(least, longFactor * usualLength(length));

/** @param length undefined: nobody has looked yet */
export function longQueueView(length: QueueLength | undefined, least: number): LongQueueView {
  const limit = length === undefined ? least : limitOf(length, least);
  return length?.alarm === undefined ? {limit} : {limit, longSinceMs: length.alarm.sinceMs};
}

/** @param least the administrator's limit. Messages */
export function looked(before: QueueLength | undefined, look: QueueLook, least: number): Looked {
  const known = onDay(before ?? begun(look), look);
  const next = isNext(known, look) ? joined(known, look) : {...known, ...began(look)};
  const {sinceMs, atMs} = next;
  if (atMs - sinceMs < lastingMs) return {length: next};
  const limit = limitOf(next, least);
  const told = judged(learnt(next, limit), look, limit);
  return {...told, length: {...told.length, ...began(look)}};
}

const began = ({count, of, atMs}: QueueLook) => ({
  ...{atMs, sinceMs: atMs, least: count, most: count},
  seen: of === 'whole' ? ('all' as const) : ('unsure' as const),
});

const begun = (look: QueueLook): QueueLength => ({
  ...began(look),
  day: Math.floor(look.atMs / dayMs),
  days: [0],
});

/** After a pause, or where the clock was set, nobody knows how long the queue was meanwhile. */
const isNext = ({atMs, sinceMs}: QueueLength, look: QueueLook): boolean =>
  isWithin(atMs, lastingMs, look.atMs) && sinceMs <= atMs;

const joined = (length: QueueLength, {count, of, atMs}: QueueLook): QueueLength => ({
  ...length,
  atMs,
  least: Math.min(length.least, count),
  most: Math.max(length.most, count),
  seen: of === 'whole' ? length.seen : 'unsure',
});

/** A clock that was ahead: the days stay as they are, and the present one goes on. */
function onDay(length: QueueLength, {atMs}: QueueLook): QueueLength {
  const day = Math.floor(atMs / dayMs);
  const passed = Math.min(keptDays + 1, day - length.day);
  if (passed <= 0) return {...length, day};
  const empty = Array.from({length: passed}, () => 0);
  return {...length, day, days: [...empty, ...length.days].slice(0, keptDays + 1)};
}

/** A day teaches no more than the limit: a flood of some days must not become usual at once. */
function learnt(length: QueueLength, limit: number): QueueLength {
  const [today = 0, ...before] = length.days;
  return {...length, days: [Math.max(today, Math.min(length.least, limit)), ...before]};
}

function judged(length: QueueLength, {count, atMs}: QueueLook, limit: number): Looked {
  const {alarm, least, most, seen} = length;
  if (alarm === undefined) {
    if (least <= limit) return {length};
    const how = isQuiet(length, atMs) ? 'quiet' : 'loud';
    return {
      length: {
        ...length,
        alarm: {sinceMs: length.sinceMs, longest: least},
        ...(how === 'loud' && {warned: {atMs, count: least}}),
      },
      news: {kind: 'began', count, limit, usual: usualLength(length), how},
    };
  }
  if (seen === 'unsure' || most >= endShare * limit) {
    const longest = Math.max(alarm.longest, least);
    return {length: {...length, alarm: {...alarm, longest}}};
  }
  return {length: {...length, alarm: undefined}, news: {kind: 'ended', count, alarm}};
}

function isQuiet({warned, least}: QueueLength, atMs: number): boolean {
  if (warned === undefined || !isWithin(warned.atMs, quietMs, atMs)) return false;
  return least < escalation * warned.count;
}

/**
 * Decides whether far more messages wait in the mailer's queues than usual on this relay. It takes one look after the
 * other and gives the change. A length counts only if it lasts, so a message to a large list is no alarm. It learns
 * the usual length from day to day. Does not decide whose messages they are, or whom to warn.
 *
 * docs/outgoing-mail.md gives the reason for each number.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';

const dayMs = 24 * 3_600_000;
/** How long the queue must stay long before the alarm begins, and short before it ends. Ms. */
export const lastingMs = 5 * 60_000;
/** Days before the present one whose length is remembered. A count: four weeks. */
export const keptDays = 28;
/** A length that occurred on no more days than this is not usual. A count. */
export const rareDays = 2;
/** A queue is long if it has more than this many times the usual length. */
const longFactor = 2;
/** An alarm ends below this part of the limit, so a queue that stays near the limit is one alarm. */
const endShare = 0.75;
/**
 * Within this time after a warning, a new alarm warns only if the queue is `escalation` times as long. Within an alarm
 * each such growth leads to one more warning. Ms.
 */
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
  /** The shortest and the longest length in the looks since then. `unsure`: one look did not see all of the queue. */
  readonly sinceMs: number;
  readonly least: number;
  readonly most: number;
  readonly seen: 'all' | 'unsure';
  /** The day, in days since the epoch, and the longest lasting length of that day and of the days before. Messages. */
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
  /** The longest lasting length. Messages. */
  readonly longest: number;
}

/** The change that the operator gets. */
export type QueueNews =
  | {
      /** `grew`: within an alarm the queue is `escalation` times as long as at the last warning. */
      readonly kind: 'began' | 'grew';
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

/** The usual longest length of a day: more than two days of the last four weeks had it. */
function usualLength({days}: Pick<QueueLength, 'days'>): number {
  const [, ...before] = days;
  return before.toSorted((a, b) => b - a)[rareDays] ?? 0;
}

/** What status and metrics show. */
export interface LongQueueView {
  /** The queue is long above this. Messages. */
  readonly limit: number;
  /** Absent: the queue is not long. Ms since the epoch. */
  readonly longSinceMs?: number | undefined;
}

/** @param least the administrator's limit: a shorter queue is never long. Messages */
const limitOf = (length: Pick<QueueLength, 'days'>, least: number): number =>
  Math.max(least, longFactor * usualLength(length));

/** @param length undefined: there was no look yet */
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

/** After a pause, or if somebody set the clock, the length in between is unknown. */
const isNext = ({atMs, sinceMs}: QueueLength, look: QueueLook): boolean =>
  isWithin(atMs, lastingMs, look.atMs) && sinceMs <= atMs;

const joined = (length: QueueLength, {count, of, atMs}: QueueLook): QueueLength => ({
  ...length,
  atMs,
  least: Math.min(length.least, count),
  most: Math.max(length.most, count),
  seen: of === 'whole' ? length.seen : 'unsure',
});

/**
 * Begins a new day, and keeps the days before. If somebody sets the clock back, the present day goes on until the clock
 * has caught up. A jump of more than four weeks is a clock that was wrong, or a daemon that did not run: the days stay.
 */
function onDay(length: QueueLength, {atMs}: QueueLook): QueueLength {
  const day = Math.floor(atMs / dayMs);
  const passed = day - length.day;
  if (Math.abs(passed) > keptDays) return {...length, day};
  if (passed <= 0) return length;
  const empty = Array.from({length: passed}, () => 0);
  return {...length, day, days: [...empty, ...length.days].slice(0, keptDays + 1)};
}

/** A day counts at most the limit, so a flood of some days does not become usual immediately. */
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
    const goesOn = {...length, alarm: {...alarm, longest: Math.max(alarm.longest, least)}};
    if (least < escalation * (length.warned?.count ?? limit)) return {length: goesOn};
    const news = {kind: 'grew', count, limit, usual: usualLength(length), how: 'loud'} as const;
    return {length: {...goesOn, warned: {atMs, count: least}}, news};
  }
  return {length: {...length, alarm: undefined}, news: {kind: 'ended', count, alarm}};
}

function isQuiet({warned, least}: QueueLength, atMs: number): boolean {
  if (warned === undefined || !isWithin(warned.atMs, quietMs, atMs)) return false;
  return least < escalation * warned.count;
}

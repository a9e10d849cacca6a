/**
 * Decides whether a sender sends too much. Time is the log's, and only sums decide. So a log that is read again gives
 * the same alarms. Does not decide what follows from an alarm.
 *
 * docs/outgoing-mail.md gives the reason for each limit.
 */
import {type Clip, largestLately, sizeWithin, usualMost, usualNow} from './normal.js';
import {
  hourMs,
  hourOf,
  largestMessage,
  lastHour,
  type SenderRecord,
  type Sum,
  sumSince,
} from './sender-record.js';
import {isLearning, isYoungerThan, levelAt, strangersLimit} from './strangers.js';
import {type SenderKey, uidIn, unknownLocal} from './whose/sender.js';

export interface LimitSettings {
  /** Recipients. */
  readonly perHour: number;
  readonly perDay: number;
  readonly perMessage: number;
}

export type AlarmKind =
  'message' | 'hour' | 'day' | 'failures' | 'newSender' | 'strangers' | 'unusual' | 'queue';

export interface Alarm {
  readonly kind: AlarmKind;
  /** The count and its limit: recipients; for `failures`, failed recipients; for `queue`, messages. */
  readonly count: number;
  readonly limit: number;
}

/**
 * No hour with fewer recipients, its largest message left out, is unusual. A count: few senders have a larger circle,
 * and the bench has such senders.
 */
const leastUnusual = 200;
/** An hour is unusual if it has more than this many times the normal. */
const unusualFactor = 6;
/** It must also have more than this many times what this hour of the week usually has: a weekly letter has its hour. */
const weeklyFactor = 3;
/**
 * It must also have more than this many times the largest hour of the last four weeks: a sender that
 * wrote to a circle once does it again.
 */
const largestFactor = 2;
/** The limit of a new sender in recipients an hour, and for how long a sender is new. Ms. */
export const newSenderPerHour = 50;
const newSenderMs = 24 * hourMs;
/** The book must be this old, so that it knows the usual senders, before any sender counts as new. Ms. */
export const leastBookMs = 7 * 24 * hourMs;
/** The bucket of each sender has room for at least so many strangers. Recipients. */
export const leastStrangers = 80;
/** Until the book is this old, the bucket has twice the room, because invoices come once a month. Ms. */
const learningBookMs = 28 * 24 * hourMs;
/** The alarm `failures` needs so many recipients in an hour, and this share of them failed. */
const leastForFailures = 20;
const failureShare = 0.25;
/** Waiting messages of one sender. In a longer queue, its share of the queue must also be this large. Counts. */
export const mostQueued = 200;
const longQueue = 500;
const queueShare = 0.3;
/** A user with a smaller number is a system user (Courier's rule). */
const firstUserUid = 100;

/** Messages in the mailer's queue: of this sender, and of all senders. Counts. */
interface Queued {
  readonly own: number;
  readonly all: number;
}

export interface Question {
  readonly sender: SenderKey;
  readonly record: SenderRecord;
  readonly nowMs: number;
  /** When the book's first sender was seen. Ms since the epoch. */
  readonly bookFirstMs: number;
  /** What `mail_exempt` says about this sender. */
  readonly exempt: number | 'none' | undefined;
  /** Undefined: the queue was not read yet. */
  readonly queued?: Queued | undefined;
  /** `vouched`: count only recipients whose sender more than a line of a log proves. */
  readonly count: 'all' | 'vouched';
}

/** The recipients that count. */
const counted = (sum: Sum, count: Question['count']): number =>
  count === 'all' ? sum.recipients : sum.vouched;

/** The worst alarm. A learned limit comes last, because it would hide a sure one. */
export const alarmOf = (question: Question, limits: LimitSettings): Alarm | undefined =>
  sureAlarm(question, limits) ?? learnedAlarm(question);

/** Whether the limit was learned from the sender. Such an alarm is unsure, and its warning comes once a day. */
export const isLearned = ({kind}: Alarm): boolean => kind === 'strangers' || kind === 'unusual';

/** Why an alarm leads to a warning and holds no mail, for operators; undefined: it holds mail. */
export function whyOnlyWarned(alarm: Alarm): string | undefined {
  if (isLearned(alarm)) return 'the limit is learned from this sender, and so unsure';
  // While an uplink or another relay is down, the mail of every honest sender waits.
  if (alarm.kind === 'queue') return 'mail also waits when an uplink or another relay is down';
  return undefined;
}

/** The worst alarm by limits that are the same for all senders, or that the administrator set. */
export function sureAlarm(question: Question, limits: LimitSettings): Alarm | undefined {
  const {record, nowMs, exempt, count, sender} = question;
  if (exempt === 'none') return undefined;
  const sum = lastHour(record, nowMs);
  const recipients = counted(sum, count);
  const perHour = exempt ?? limits.perHour;
  if (recipients > perHour) return {kind: 'hour', count: recipients, limit: perHour};
  const failures = count === 'all' ? failureAlarm(sum) : undefined;
  if (failures !== undefined) return failures;
  if (exempt !== undefined) return undefined;
  const day = counted(sumSince(record, hourOf(nowMs) - 23), count);
  if (day > limits.perDay) return {kind: 'day', count: day, limit: limits.perDay};
  // Root's mail comes from schedules. So the limits below do not fit it.
  if (uidIn(sender) === 0) return undefined;
  return newSenderAlarm(question, recipients) ?? queueAlarm(question);
}

function learnedAlarm(question: Question): Alarm | undefined {
  const {record, nowMs, exempt, count, sender} = question;
  if (exempt === 'none' || uidIn(sender) === 0) return undefined;
  const strangers = count === 'all' ? strangersAlarm(question) : undefined;
  if (strangers !== undefined || exempt !== undefined) return strangers;
  // One letter to a large circle is usual for people. The limit of a single message judges it.
  const besides = counted(lastHour(record, nowMs), count) - largestMessage(record, nowMs);
  return unusualAlarm(record, besides, nowMs);
}

function failureAlarm({recipients, failed}: Sum): Alarm | undefined {
  // Recipients that the relay refused from its submission were never accepted, so there may be more failed ones.
  const all = Math.max(recipients, failed);
  if (all < leastForFailures || failed < failureShare * all) return undefined;
  return {kind: 'failures', count: failed, limit: Math.ceil(failureShare * all)};
}

function newSenderAlarm(
  {record, nowMs, bookFirstMs}: Question,
  recipients: number,
): Alarm | undefined {
  const {firstMs} = record;
  const isNew = nowMs - firstMs < newSenderMs && firstMs - bookFirstMs >= leastBookMs;
  if (!isNew || recipients <= newSenderPerHour) return undefined;
  return {kind: 'newSender', count: recipients, limit: newSenderPerHour};
}

/** The least room for strangers of a sender. A sender with a limit of its own has room for as many. */
export function roomForStrangers(exempt: Question['exempt'], bookAgeMs: number): number {
  const least = bookAgeMs < learningBookMs ? 2 * leastStrangers : leastStrangers;
  return typeof exempt === 'number' ? Math.max(least, exempt) : least;
}

function strangersAlarm({record, nowMs, exempt, bookFirstMs}: Question): Alarm | undefined {
  const {strangers, firstMs} = record;
  if (strangers === undefined || nowMs - bookFirstMs < leastBookMs) return undefined;
  // If its recipients are remembered for a shorter time than the sender, all earlier recipients look like strangers.
  if (isYoungerThan(strangers, firstMs) && isLearning(strangers, nowMs)) return undefined;
  const room = roomForStrangers(exempt, nowMs - bookFirstMs);
  const limit = strangersLimit(strangers, room);
  const level = levelAt(strangers, nowMs, room);
  return level > limit ? {kind: 'strangers', count: Math.ceil(level), limit} : undefined;
}

/** The most that an hour may have before it is unusual; undefined: too little is known. */
function unusualLimit({normal}: SenderRecord, nowHour: number): number | undefined {
  const usual = usualMost(normal, nowHour);
  if (usual === undefined) return undefined;
  const weekly = Math.ceil(weeklyFactor * usualNow(normal, nowHour));
  const largest = largestFactor * largestLately(normal, nowHour);
  return Math.max(leastUnusual, unusualFactor * usual, weekly, largest);
}

function unusualAlarm(record: SenderRecord, recipients: number, nowMs: number): Alarm | undefined {
  const limit = unusualLimit(record, hourOf(nowMs));
  if (limit === undefined || recipients <= limit) return undefined;
  return {kind: 'unusual', count: recipients, limit};
}

function queueAlarm({queued}: Question): Alarm | undefined {
  if (queued === undefined) return undefined;
  const {own, all} = queued;
  if (own >= mostQueued) return {kind: 'queue', count: own, limit: mostQueued};
  const share = Math.ceil(queueShare * all);
  return all > longQueue && own >= share ? {kind: 'queue', count: own, limit: share} : undefined;
}

/** A single message to very many recipients. */
export function messageAlarm(
  recipients: number,
  exempt: Question['exempt'],
  {perMessage}: LimitSettings,
): Alarm | undefined {
  if (exempt !== undefined || recipients <= perMessage) return undefined;
  return {kind: 'message', count: recipients, limit: perMessage};
}

/**
 * At most this many recipients of an hour are learned as normal, because a thief in an account must not
 * raise its limit. While the usual number is unknown, as many as the limit allows.
 */
export function learnedAtMost(record: SenderRecord, nowMs: number, perHour: number): Clip {
  const limit = unusualLimit(record, hourOf(nowMs));
  if (limit === undefined) return {size: perHour, weekly: perHour};
  // The largest hour times `largestFactor` is a limit. So learn no more than the limit divided by that: then a sender
  // below the limit cannot raise it hour by hour.
  return {size: sizeWithin(limit / largestFactor), weekly: limit};
}

/**
 * Whether mail of this sender may be held at all. Mail of root and system users reports what is broken. So it is held
 * only if the administrator gave them a limit.
 */
export function mayBeHeld(sender: SenderKey, exempt: Question['exempt']): boolean {
  // This key stands for many programs, and for mail that a content filter gives back. It is no single sender.
  if (sender === unknownLocal) return typeof exempt === 'number';
  const uid = uidIn(sender);
  return uid === undefined || uid >= firstUserUid || typeof exempt === 'number';
}

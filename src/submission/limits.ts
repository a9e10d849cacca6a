/**
 * Decides whether a sender sends too much: values in, an alarm out. Time is the log's, and the decision is of the
 * sums alone, so a log that is read again gives the same alarms. What is done about one is for others.
 *
 * Each limit is defended in docs/outgoing-mail.md.
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
  /** What was counted, and what it was held against: recipients; of `failures` those that failed; of `queue` messages. */
  readonly count: number;
  readonly limit: number;
}

/** Below so many recipients an hour, its largest message apart, nothing is unusual. A count. */
const leastUnusual = 200;
/** An hour is unusual from so many times the normal on. */
const unusualFactor = 6;
/** And from so many times what this hour of the week brings: a weekly letter is usual in its hour. */
const weeklyFactor = 3;
/**
 * And from this many times the largest hour of the last four weeks: a sender that has written to a
 * circle does it again.
 */
const largestFactor = 2;
/** A sender that is new. Recipients in an hour, and for how long. Ms. */
export const newSenderPerHour = 50;
const newSenderMs = 24 * hourMs;
/** The book itself must know the usual senders before any sender is new. Ms. */
export const leastBookMs = 7 * 24 * hourMs;
/** So many strangers have room in the bucket of each sender. Recipients. */
export const leastStrangers = 80;
/** Until the book is so old, twice as many: once a month is the rhythm of invoices. Ms. */
const learningBookMs = 28 * 24 * hourMs;
/** Failed recipients: of so many in an hour, and this part of them. */
const leastForFailures = 20;
const failureShare = 0.25;
/** Messages of one sender that wait; of a longer queue also this part. Counts. */
export const mostQueued = 200;
const longQueue = 500;
const queueShare = 0.3;
/** Below, a number of a user is the system's (Courier's rule). */
const firstUserUid = 100;

/** A count of the mailer's queue: of this sender, and of all. */
interface Queued {
  readonly own: number;
  readonly all: number;
}

export interface Question {
  readonly sender: SenderKey;
  readonly record: SenderRecord;
  readonly nowMs: number;
  /** When the first sender was seen at all. Ms since the epoch. */
  readonly bookFirstMs: number;
  /** The administrator's word about this sender. */
  readonly exempt: number | 'none' | undefined;
  /** Undefined: nobody has looked. */
  readonly queued?: Queued | undefined;
  /** `vouched`: only recipients of which more than a line of a log tells whose they are. */
  readonly count: 'all' | 'vouched';
}

/** What is left of the sums where only some recipients count. */
const counted = (sum: Sum, count: Question['count']): number =>
  count === 'all' ? sum.recipients : sum.vouched;

/** The worst first, and what is only learned last: it would hide what is sure. */
export const alarmOf = (question: Question, limits: LimitSettings): Alarm | undefined =>
  sureAlarm(question, limits) ?? learnedAlarm(question);

/** Whether an alarm is only of what was learned of the sender. Such a one is unsure: it warns, and holds no mail. */
export const isLearned = ({kind}: Alarm): boolean => kind === 'strangers' || kind === 'unusual';

/** Of a limit that is the same for everybody, or that the administrator has set. The worst first. */
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
  // Of the system's own users only what the administrator has set counts: their mail comes by the clock.
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
  // Those that the relay does not even take from its submission were never accepted.
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

/** Room for strangers of a sender at least: what is named has its own limit as room. */
export function roomForStrangers(exempt: Question['exempt'], bookAgeMs: number): number {
  const least = bookAgeMs < learningBookMs ? 2 * leastStrangers : leastStrangers;
  return typeof exempt === 'number' ? Math.max(least, exempt) : least;
}

function strangersAlarm({record, nowMs, exempt, bookFirstMs}: Question): Alarm | undefined {
  const {strangers, firstMs} = record;
  if (strangers === undefined || nowMs - bookFirstMs < leastBookMs) return undefined;
  // Its people are remembered for a shorter time than the sender: those of before all look like strangers.
  if (isYoungerThan(strangers, firstMs) && isLearning(strangers, nowMs)) return undefined;
  const room = roomForStrangers(exempt, nowMs - bookFirstMs);
  const limit = strangersLimit(strangers, room);
  const level = levelAt(strangers, nowMs, room);
  return level > limit ? {kind: 'strangers', count: Math.ceil(level), limit} : undefined;
}

/** What an hour may have before it is unusual; undefined: nobody knows what is usual. */
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

/** A single message to very many. */
export function messageAlarm(
  recipients: number,
  exempt: Question['exempt'],
  {perMessage}: LimitSettings,
): Alarm | undefined {
  if (exempt !== undefined || recipients <= perMessage) return undefined;
  return {kind: 'message', count: recipients, limit: perMessage};
}

/**
 * At most this many recipients of an hour are learned as normal: a hijacked account must not teach
 * what the thief sends. While the usual amount is unknown, as many as the limit allows.
 */
export function learnedAtMost(record: SenderRecord, nowMs: number, perHour: number): Clip {
  const limit = unusualLimit(record, hourOf(nowMs));
  if (limit === undefined) return {size: perHour, weekly: perHour};
  // Not more than the part of which the largest hour makes the limit: who stays below it cannot raise it each hour.
  return {size: sizeWithin(limit / largestFactor), weekly: limit};
}

/**
 * Whether mail of this sender may be held back at all: root and the system's users only where the administrator has
 * named them with a limit, for their mail tells of what is broken.
 */
export function mayBeHeld(sender: SenderKey, exempt: Question['exempt']): boolean {
  // Many programs, and what a content filter gives back: no sender in particular.
  if (sender === unknownLocal) return typeof exempt === 'number';
  const uid = uidIn(sender);
  return uid === undefined || uid >= firstUserUid || typeof exempt === 'number';
}

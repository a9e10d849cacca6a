/**
 * Counts recipients to whom a sender never wrote before, in a bucket that drains. Each stranger adds one. The bucket
 * drains faster than the sender usually meets new people. So a burst fills it at once, and a slow thief in
 * hours: it is a sequential test (CUSUM) for "more strangers than usual". `limits.ts` decides whether a full bucket is
 * an alarm.
 *
 * A message that also goes to people whom the sender knows is usually the owner's: a letter to a club. So the
 * strangers of one message count by their share of its recipients.
 *
 * Learns what is usual: strangers a day, and how full the bucket was in each of the last weeks.
 */
import type {Fact} from './whose/fact.js';
import {hashOf} from '../base/hash.js';
import {type KnownPeople, looksKnown, meet, nobodyKnown} from './whose/known-people.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A stranger whose address does not exist adds so much more, because a third of a bought list is dead. */
const failedWeight = 2;
/** The share of strangers is raised to this power: a message with half of its recipients known counts a quarter. */
const sharePower = 2;
/** The bucket drains by so many a day, and by so many times the usual number. */
const leastDrain = 10;
const drainFactor = 2;
/** The bucket is never fuller than so many times the limit. */
const fullest = 1.25;
/** Above the limit it drains by this part of the limit in an hour. So an hour after the last stranger it is not above it. */
const drainOver = 0.25;
/** A day counts half after so long. Days: two weeks, as in `normal.ts`. */
const halfLifeDays = 14;
const fade = 2 ** (-1 / halfLifeDays);
/** For so many weeks before the present one, the record knows how full the bucket was. A count. */
export const peakWeeks = 4;
/** The limit is so many times the largest level of these weeks. */
const peakFactor = 2;
/** A week's level is learned up to this part of the limit. So a thief below the limit raises it by half in a week at most. */
const learnedShare = 0.75;
/** In this time every level is learned. Days: in the first two weeks most recipients are strangers. */
const learningDays = 14;

/** Plain data. */
export interface Strangers {
  readonly known: KnownPeople;
  /** How full the bucket was, with one digit behind the decimal point, and when. Ms since the epoch. */
  readonly level: number;
  readonly atMs: number;
  /** The first and the last day with a stranger. Days since the epoch. */
  readonly firstDay: number;
  readonly day: number;
  /** Strangers of the last day. */
  readonly today: number;
  /** Strangers of the days before, with one digit behind the decimal point. The past counts less. */
  readonly sum: number;
  /** The largest level of this week, and of each week before. */
  readonly peaks: readonly number[];
  /** The last message that a line reported; absent: a version before did not note it. */
  readonly message?: ToldMessage | undefined;
}

/** What lines have reported of one message. */
interface ToldMessage {
  /** A hash of its name. */
  readonly of: number;
  /** Recipients. Counts. */
  readonly known: number;
  readonly fresh: number;
  /** By how much they would fill the bucket if the sender knew none of the recipients. */
  readonly weight: number;
  /** By how much they have filled it. Less than they should where the bucket was full. */
  readonly filled: number;
}

type Told = Pick<Extract<Fact, {kind: 'told'}>, 'atMs' | 'outcome' | 'people' | 'message'>;

/** @param room the limit of a sender about which nothing is known */
export function withStrangers(
  before: Strangers | undefined,
  told: Told,
  room: number,
): Strangers | undefined {
  const {people} = told;
  if (people.length === 0) return before;
  const old = before ?? newStrangers(told.atMs);
  const chance = looksKnown(old.known);
  const {known, fresh} = meet(old.known, people);
  const line = withLine(old.message, told, fresh, chance);
  const filled = filledBefore(old, line);
  const added = line.filled - filled;
  if (fresh === 0 && added === 0) return {...old, message: line};
  // A late line counts as one of the present, because the bucket cannot run backwards.
  const atMs = Math.max(told.atMs, old.atMs);
  const then = onDay(old, Math.floor(atMs / dayMs));
  const limit = strangersLimit(then, room);
  const levelBefore = levelAt(then, atMs, room);
  const level = Math.max(0, Math.min(fullest * limit, levelBefore + added));
  // A later line of the message takes back no more than went in.
  const message = {...line, filled: tenths(filled + Math.min(added, level - levelBefore))};
  const [peak = 0, ...earlier] = then.peaks;
  const learned = isLearning(then, then.day * dayMs)
    ? level
    : Math.min(level, learnedShare * limit);
  return {
    ...then,
    ...{known, message, atMs, level: tenths(level), today: then.today + fresh},
    peaks: [Math.round(Math.max(peak, learned)), ...earlier],
  };
}

/** @param chance that somebody new looks known, as far as the room for people is used up */
function withLine(
  before: ToldMessage | undefined,
  {message, people, outcome}: Told,
  added: number,
  chance: number,
): ToldMessage {
  const of = hashOf(message);
  const same = before?.of === of ? before : {known: 0, fresh: 0, weight: 0};
  const known = same.known + people.length - added;
  const fresh = same.fresh + added;
  const weight = same.weight + added * (outcome === 'failed' ? 1 + failedWeight : 1);
  // Of one recipient nothing tells whose message it is.
  const share = fresh === 0 ? 0 : Math.min(1, fresh / ((1 - chance) * (fresh + known)));
  return {of, known, fresh, weight, filled: tenths(weight * share ** sharePower)};
}

const filledBefore = ({message}: Strangers, {of}: ToldMessage): number =>
  message?.of === of ? message.filled : 0;

const newStrangers = (atMs: number): Strangers => {
  const day = Math.floor(atMs / dayMs);
  return {known: nobodyKnown, level: 0, atMs, firstDay: day, day, today: 0, sum: 0, peaks: [0]};
};

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Learns the days that are over, and days without a stranger too. */
function onDay(strangers: Strangers, day: number): Strangers {
  const {day: before, today, sum, peaks} = strangers;
  if (day <= before) return strangers;
  const learned = (sum + today) * fade * fade ** (day - before - 1);
  const weeks = Math.min(peakWeeks + 1, Math.floor(day / 7) - Math.floor(before / 7));
  const empty = Array.from({length: weeks}, () => 0);
  return {
    ...strangers,
    ...{day, today: 0, sum: tenths(learned)},
    peaks: [...empty, ...peaks].slice(0, peakWeeks + 1),
  };
}

/** Whether every level is still learned. */
export const isLearning = ({firstDay}: Strangers, nowMs: number): boolean =>
  Math.floor(nowMs / dayMs) - firstDay < learningDays;

/**
 * Whether the sender was known for more than a day before its first recipient was remembered: an older
 * version began its record, or a wrong clock spoilt what was learned.
 */
export const isYoungerThan = ({firstDay}: Strangers, firstMs: number): boolean =>
  firstDay - Math.floor(firstMs / dayMs) > 1;

/** The usual number of strangers a day. */
function usualStrangers({sum, today, day, firstDay}: Strangers): number {
  const days = day - firstDay;
  if (days === 0) return today;
  return sum / ((fade * (1 - fade ** days)) / (1 - fade));
}

/** How full the bucket may be. The present week does not count, because each stranger would make room for two. */
export function strangersLimit({peaks}: Strangers, room: number): number {
  const [, ...earlier] = peaks;
  return Math.max(room, peakFactor * Math.max(0, ...earlier));
}

/** How full the bucket is now. */
export function levelAt(strangers: Strangers, nowMs: number, room: number): number {
  const {level, atMs} = strangers;
  const passedMs = Math.max(0, nowMs - atMs);
  const limit = strangersLimit(strangers, room);
  const perHour = drainOver * limit;
  const overMs = level > limit ? Math.min(passedMs, ((level - limit) / perHour) * hourMs) : 0;
  const drain = leastDrain + drainFactor * usualStrangers(strangers);
  const left = level - (overMs / hourMs) * perHour - (drain * (passedMs - overMs)) / dayMs;
  return Math.max(0, left);
}

/** Forgets what was noted while the clock was ahead, because it would keep the bucket from draining. */
export function strangersMended(strangers: Strangers, latestMs: number): Strangers {
  if (strangers.atMs <= latestMs) return strangers;
  const day = Math.floor(latestMs / dayMs);
  // The usual number of a day is learned again, because days that never were have made it small.
  return {...strangers, atMs: latestMs, day, firstDay: day, level: 0, today: 0, sum: 0};
}

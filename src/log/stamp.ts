/**
 * Reads the time in front of a syslog line. Knows
 *
 *     Nov  1 09:05:07                     RFC 3164: no year, no zone, so local time is meant
 *     2026-11-21T11:51:44.575196+00:00    RFC 3339; `Z`, `+0100`, a blank for the T are taken too
 *     2020-05-03 00:53:36                 the same without a zone: local time
 *
 * What a stamp leaves open, the year and which of two equal hours in autumn, is told by the queue id
 * that most messages of sendmail begin with: its clock is UTC and has a year (`mail/sendmail/queue-id.ts`). A queue
 * id never moves a stamp otherwise. It says when its envelope began, a line about the envelope may
 * come days later, so a difference proves little; and the lines of a session that have no queue id
 * must keep the clock of those that have. An id that fits the day of the stamp in no year is none, or
 * a forged one, and tells nothing.
 */
import {readQueueId} from '../mail/sendmail/queue-id.js';

export interface Stamp {
  /** Characters it takes. */
  readonly length: number;
  /** Ms since the epoch; of what it leaves open, the latest time not after the reference. */
  readonly atMs: number;
  /** Undefined for a stamp with a zone, which leaves nothing open. */
  readonly local: LocalHour | undefined;
  /** Minutes, seconds and what is less. Milliseconds. */
  readonly intoHourMs: number;
}

/** What a calendar and a clock on the wall show. */
interface WallHour {
  /** Undefined when the stamp has none. */
  readonly year: number | undefined;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

/** The same, and what was made of it. */
interface LocalHour extends WallHour {
  readonly chosenYear: number;
  /** Where no clock is set in that hour, when it begins. Ms since the epoch. */
  readonly plainMs: number | undefined;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A clock of another host may be ahead of ours by this much, no more: every zone is within. Ms. */
const clockSlackMs = dayMs;
/** The same day of the next year is not nearer, whatever daylight saving time does. Milliseconds. */
const shortestYearMs = 364 * dayMs;
/** So far back there is a year with a Feb 29: 1896 and 1904 have no other between. A count. */
const mostYearsBack = 8;
/** The clock of the syslog may be behind that of the mailer by so much. Milliseconds. */
const idSlackMs = 60 * 1000;
/** Longer than queues keep mail, by default 5 days (Timeout.queuereturn). Milliseconds. */
const longestQueuedMs = 31 * dayMs;
/** Local time is at most 14 hours ahead of UTC; the rest is for days being compared. Milliseconds. */
const zoneSlackMs = 2 * dayMs;
/** Queue ids have this form since sendmail 8.12, of 2001. Ms since the epoch. */
const earliestIdMs = Date.UTC(2000, 0);

/** Remembers what consecutive lines share: date, hour, and the day of their queue ids. */
export class Stamps {
  #date = {text: '-', atMs: 0};
  #hour: RememberedHour | undefined;
  #told: ToldYear | undefined;

  /**
   * @param at where in the text it begins
   * @param referenceMs a time not before the line was written; ms since the epoch
   */
  read(text: string, at: number, referenceMs: number): Stamp | undefined {
    return isDigit(text.charCodeAt(at))
      ? this.#readDate(text, at, referenceMs)
      : this.#readBsd(text, at, referenceMs);
  }

  /** When a line was written, by its stamp and the queue id its message may begin with. */
  settle({local, atMs, intoHourMs}: Stamp, message: string, referenceMs: number): number {
    if (local === undefined) return atMs;
    const idLength = queueIdOrPieceLength(message);
    if (idLength === 0) return atMs;
    const year = this.#yearTold(local, message, referenceMs);
    if (year === undefined || (year !== local.year && local.year !== undefined)) return atMs;
    if (year === local.chosenYear && local.plainMs !== undefined) return atMs;
    const occurrence = occurrenceIn(year, local, intoHourMs);
    if (occurrence?.againMs === undefined) return occurrence?.firstMs ?? atMs;
    const id = readQueueId(message.slice(0, idLength), referenceMs + clockSlackMs);
    return id === undefined ? atMs : whichOf(occurrence, id.atMs, referenceMs);
  }

  #yearTold({month, day}: WallHour, message: string, referenceMs: number): number | undefined {
    const untilDay = Math.floor(referenceMs / dayMs) + 2;
    const told = this.#told;
    const isTold = told?.month === month && told.day === day && told.untilDay === untilDay;
    if (isTold && message.startsWith(told.idDay)) return told.year;
    const idDay = message.slice(0, 3);
    const year = yearTold(idDay, month, day, untilDay * dayMs);
    this.#told = {idDay, month, day, untilDay, year};
    return year;
  }

  #readBsd(text: string, at: number, referenceMs: number): Stamp | undefined {
    const hourEnd = at + bsdHourLength;
    const intoHourMs = minutesAndSeconds(text, hourEnd);
    if (intoHourMs === undefined) return undefined;
    const length = bsdHourLength + minutesLength;
    const known = this.#remembered(text, at, intoHourMs, length, referenceMs);
    if (known !== undefined) return known;
    const match = bsdHour.exec(text.slice(at, hourEnd));
    const [key = '', name = '', ...numbers] = match ?? [];
    const [day = 0, hour = 24] = numbers.map(Number);
    const wall = {year: undefined, month: months.indexOf(name), day, hour};
    if (wall.month < 0 || day < 1 || hour > 23) return undefined;
    return this.#choose(key, wall, intoHourMs, length, referenceMs);
  }

  #readDate(text: string, at: number, referenceMs: number): Stamp | undefined {
    if (!text.startsWith(this.#date.text, at)) {
      const date = text.slice(at, at + dateLength);
      const dateMs = utcOf(date);
      if (dateMs === undefined) return undefined;
      this.#date = {text: date, atMs: dateMs};
    }
    const hour = twoDigits(text, at + dateLength);
    const hourEnd = at + dateLength + 2;
    const minutesMs = minutesAndSeconds(text, hourEnd);
    if (!(hour < 24) || minutesMs === undefined) return undefined;
    const fraction = hourEnd + minutesLength;
    const zone = endOfFraction(text, fraction);
    const intoHourMs = minutesMs + millisecondsIn(text, fraction, zone);
    const end = endOfZone(text, zone);
    if (end === undefined) return undefined;
    const length = end - at;
    if (end > zone) {
      const utcMs = this.#date.atMs + (hour * 60 - minutesEast(text, zone, end)) * 60_000;
      return {length, atMs: utcMs + intoHourMs, local: undefined, intoHourMs};
    }
    const known = this.#remembered(text, at, intoHourMs, length, referenceMs);
    if (known !== undefined) return known;
    const wall = {...calendarDay(this.#date.atMs), hour};
    return this.#choose(text.slice(at, hourEnd), wall, intoHourMs, length, referenceMs);
  }

  #remembered(
    text: string,
    at: number,
    intoHourMs: number,
    length: number,
    referenceMs: number,
  ): Stamp | undefined {
    const known = this.#hour;
    if (known === undefined || !text.startsWith(known.text, at)) return undefined;
    const {fromMs, untilMs, plainMs, local} = known;
    if (referenceMs < fromMs || referenceMs >= untilMs) return undefined;
    return {length, atMs: plainMs + intoHourMs, local, intoHourMs};
  }

  /** The latest of the times that a stamp can mean. */
  #choose(
    text: string,
    wall: WallHour,
    intoHourMs: number,
    length: number,
    referenceMs: number,
  ): Stamp | undefined {
    const chosen = latestOccurrence(wall, intoHourMs, referenceMs + clockSlackMs);
    if (chosen === undefined) return undefined;
    const {year, firstMs, againMs = firstMs} = chosen;
    const plainMs = plainBegin(year, wall);
    const local = {...wall, chosenYear: year, plainMs};
    if (plainMs !== undefined) {
      const fromMs = wall.year === undefined ? plainMs + hourMs - clockSlackMs : -Infinity;
      const untilMs = wall.year === undefined ? plainMs + shortestYearMs - clockSlackMs : Infinity;
      this.#hour = {text, plainMs, fromMs, untilMs, local};
    }
    return {length, atMs: againMs <= referenceMs ? againMs : firstMs, local, intoHourMs};
  }
}

interface RememberedHour {
  readonly text: string;
  readonly plainMs: number;
  /** Its year is the same for references from this one on. Ms since the epoch. */
  readonly fromMs: number;
  /** The first reference with which it could be another. Ms since the epoch. */
  readonly untilMs: number;
  readonly local: LocalHour;
}

/** Which year a stamp is in, when a message behind it begins with a queue id of `idDay`. */
interface ToldYear {
  /** The first three characters of a queue id. */
  readonly idDay: string;
  readonly month: number;
  readonly day: number;
  /** No queue id is of this day or later. Days since the epoch. */
  readonly untilDay: number;
  readonly year: number | undefined;
}

function yearTold(idDay: string, month: number, day: number, untilMs: number): number | undefined {
  const id = readQueueId(idDay.padEnd(14, '0'), untilMs);
  if (id === undefined || id.atMs < earliestIdMs) return undefined;
  const year = new Date(id.atMs).getUTCFullYear();
  return [year, year + 1, year - 1].find((candidate) => {
    const ageMs = Date.UTC(candidate, month, day) - id.atMs;
    return ageMs >= -zoneSlackMs && ageMs <= longestQueuedMs;
  });
}

/** No line is older than its envelope, and few envelopes last for an hour. */
function whichOf({firstMs, againMs = firstMs}: Occurrence, idMs: number, nowMs: number): number {
  if (idMs > firstMs + idSlackMs) return againMs;
  if (idMs > firstMs - hourMs) return firstMs;
  return againMs <= nowMs ? againMs : firstMs;
}

/** When a wall clock shows a time in one year. */
interface Occurrence {
  readonly year: number;
  readonly firstMs: number;
  /** The second time, where the clock is set back. */
  readonly againMs: number | undefined;
}

/** In the year of the stamp or, if it has none, in the latest year that does not put it too late. */
function latestOccurrence(
  wall: WallHour,
  intoHourMs: number,
  latestMs: number,
): Occurrence | undefined {
  if (wall.year !== undefined) return occurrenceIn(wall.year, wall, intoHourMs);
  const latestYear = new Date(latestMs).getFullYear();
  for (let year = latestYear; year >= latestYear - mostYearsBack; year -= 1) {
    const occurrence = occurrenceIn(year, wall, intoHourMs);
    if (occurrence !== undefined && occurrence.firstMs <= latestMs) return occurrence;
  }
  return undefined;
}

/** @returns undefined when the year has no such day */
function occurrenceIn(year: number, wall: WallHour, intoHourMs: number): Occurrence | undefined {
  const {month, day, hour} = wall;
  if (new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return undefined;
  const date = new Date(year, month, day, hour, 0, 0, intoHourMs);
  const firstMs = date.getTime();
  // ECMAScript takes the first of two equal times. Whether the clock is set back soon behind it:
  const soon = new Date(firstMs + 3 * hourMs);
  const backMs = (soon.getTimezoneOffset() - date.getTimezoneOffset()) * 60_000;
  if (backMs <= 0) return {year, firstMs, againMs: undefined};
  const again = new Date(firstMs + backMs);
  const isSame = again.getHours() === date.getHours() && again.getMinutes() === date.getMinutes();
  return {year, firstMs, againMs: isSame ? firstMs + backMs : undefined};
}

/** @returns undefined for an hour in which the clock is set, or that comes twice */
function plainBegin(year: number, wall: WallHour): number | undefined {
  const [begin, end] = [occurrenceIn(year, wall, 0), occurrenceIn(year, wall, hourMs - 1)];
  if (begin === undefined || begin.againMs !== undefined) return undefined;
  if (end === undefined || end.againMs !== undefined) return undefined;
  return end.firstMs - begin.firstMs === hourMs - 1 ? begin.firstMs : undefined;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const bsdHour = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d)$/;
const bsdHourLength = 'Nov  1 09'.length;
const minutesLength = ':05:07'.length;
const dateStamp = /^(19[7-9]\d|2\d{3})-(\d\d)-(\d\d)[Tt ]$/;
const dateLength = '2026-11-21T'.length;

/** When the date begins in UTC. Ms since the epoch. */
function utcOf(text: string): number | undefined {
  const [year, month = 0, day = 0] = dateStamp.exec(text)?.slice(1).map(Number) ?? [];
  if (year === undefined || month < 1 || month > 12) return undefined;
  const atMs = Date.UTC(year, month - 1, day);
  return new Date(atMs).getUTCDate() === day ? atMs : undefined;
}

function calendarDay(asUtcMs: number): {year: number; month: number; day: number} {
  const date = new Date(asUtcMs);
  return {year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate()};
}

/** `:05:07`; 60 is a leap second. Milliseconds. */
function minutesAndSeconds(text: string, at: number): number | undefined {
  const minute = twoDigits(text, at + 1);
  const second = twoDigits(text, at + 4);
  const isTime = text[at] === ':' && text[at + 3] === ':' && minute < 60 && second <= 60;
  return isTime ? minute * 60_000 + second * 1000 : undefined;
}

const mostFractionDigits = 9;

/** @returns `at` where there is no fraction */
function endOfFraction(text: string, at: number): number {
  if (text[at] !== '.') return at;
  let end = at + 1;
  while (end <= at + mostFractionDigits && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

function millisecondsIn(text: string, fraction: number, end: number): number {
  let milliseconds = 0;
  for (let i = fraction + 1; i <= fraction + 3; i += 1) {
    milliseconds = milliseconds * 10 + (i < end ? text.charCodeAt(i) - zero : 0);
  }
  return milliseconds;
}

/** @returns `at` where no zone is named, undefined where it is none */
function endOfZone(text: string, at: number): number | undefined {
  const mark = text[at];
  if (mark === 'Z' || mark === 'z') return at + 1;
  if (mark !== '+' && mark !== '-') return at;
  const minutes = text[at + 3] === ':' ? at + 4 : at + 3;
  const isZone = twoDigits(text, at + 1) < 24 && twoDigits(text, minutes) < 60;
  return isZone ? minutes + 2 : undefined;
}

function minutesEast(text: string, at: number, end: number): number {
  if (end === at + 1) return 0;
  const minutes = twoDigits(text, at + 1) * 60 + twoDigits(text, end - 2);
  return text[at] === '-' ? -minutes : minutes;
}

/** @returns NaN, which is less than nothing, for anything else */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - zero) * 10 + ones - zero : NaN;
}

/** @returns 0 for a message that does not begin with `QID: ` or `QID[1]: ` */
function queueIdOrPieceLength(message: string): number {
  let end = 8;
  while (end < 18 && isDigit(message.charCodeAt(end))) end += 1;
  return end >= 14 && (message[end] === ':' || message[end] === '[') ? end : 0;
}

const zero = 48;

function isDigit(code: number): boolean {
  return code >= zero && code <= zero + 9;
}

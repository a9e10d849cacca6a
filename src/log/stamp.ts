/**
 * Reads the time at the beginning of a syslog line. Knows
 *
 *     Nov  1 09:05:07                     RFC 3164: no year, no zone, so local time is meant
 *     Nov  1 09:05:07.575196              syslog-ng with `frac-digits`, `journalctl -o short-precise`
 *     2026 Nov  1 09:05:07                syslog-ng `ts-format(full)`: local time
 *     2026-11-21T11:51:44.575196+00:00    RFC 3339; `Z`, `+0100`, a blank for the T are taken too
 *     2020-05-03 00:53:36                 the same without a zone: local time
 *     Sun 2020-05-03 00:53:36 CEST        `journalctl -o short-full`: the zone of its caller
 *
 * each optionally with up to nine decimals after `.` or `,`, and the forms of `rare/exact-stamp.ts`
 * and `rare/other-stamp.ts`. `wall-time.ts` completes a stamp in local time.
 */
import {readExactStamp} from './rare/exact-stamp.js';
import {readOtherStamp} from './rare/other-stamp.js';
import {type IdClock, type TimeOfStamp, WallTimes} from './wall-time.js';

export interface Stamp extends TimeOfStamp {
  /** Its length. Characters. */
  readonly length: number;
}

/** Reads the stamps of one log; remembers what consecutive lines have in common. */
export class Stamps {
  readonly #wall: WallTimes;
  #date = {text: '-', atMs: 0};

  /** @param clock of the ids at the beginning of messages */
  constructor(clock: IdClock) {
    this.#wall = new WallTimes(clock);
  }

  /**
   * @param at where the stamp begins in the text
   * @param referenceMs a time not before the line was written; ms since the epoch
   */
  read(text: string, at: number, referenceMs: number): Stamp | undefined {
    if (!isDigit(text.charCodeAt(at))) {
      return this.#readBsd(text, at, 0, referenceMs) ?? this.#readRare(text, at, referenceMs);
    }
    if (text[at + yearLength] === '-') return this.#readDate(text, at, referenceMs, 'number');
    return this.#readRare(text, at, referenceMs);
  }

  #readRare(text: string, at: number, referenceMs: number): Stamp | undefined {
    if (weekday.test(text.slice(at, at + weekdayLength))) {
      const stamp = this.#readDate(text, at + weekdayLength, referenceMs, 'name');
      return stamp && {...stamp, length: stamp.length + weekdayLength};
    }
    if (fullYear.test(text.slice(at, at + fullYearLength))) {
      return this.#readBsd(text, at, fullYearLength, referenceMs);
    }
    const exact = readExactStamp(text, at);
    return exact && {...exact, local: undefined, intoHourMs: 0};
  }

  /** Reads a rare form; call it only if a line cannot be parsed otherwise. */
  readOther(text: string, at: number, referenceMs: number): Stamp | undefined {
    const other = readOtherStamp(text, at, referenceMs);
    const stamp = other && this.read(other.usual, 0, referenceMs);
    return stamp && {...stamp, length: other.length};
  }

  /** When a line was written, by its stamp and by the id at the beginning of its message, if any. */
  settle(stamp: Stamp, message: string, referenceMs: number): number {
    return this.#wall.settle(stamp, message, referenceMs);
  }

  /** @param yearBefore how many characters the year before it takes; 0: there is none */
  #readBsd(text: string, at: number, yearBefore: number, referenceMs: number): Stamp | undefined {
    const monthAt = at + yearBefore;
    const hourEnd = monthAt + bsdHourLength;
    const minutesMs = minutesAndSeconds(text, hourEnd);
    if (minutesMs === undefined) return undefined;
    const fraction = hourEnd + minutesLength;
    const end = endOfFraction(text, fraction);
    const intoHourMs =
      end === fraction ? minutesMs : minutesMs + millisecondsIn(text, fraction, end);
    const length = end - at;
    const known = this.#wall.known(text, at, referenceMs);
    if (known !== undefined) {
      return {length, atMs: known.plainMs + intoHourMs, local: known.local, intoHourMs};
    }
    const match = bsdHour.exec(text.slice(monthAt, hourEnd));
    const [, name = '', ...numbers] = match ?? [];
    const [day = 0, hour = 24] = numbers.map(Number);
    const year = yearBefore === 0 ? undefined : Number(text.slice(at, at + yearLength));
    const wall = {year, month: months.indexOf(name), day, hour};
    if (wall.month < 0 || day < 1 || hour > 23) return undefined;
    const chosen = this.#wall.choose(text.slice(at, hourEnd), wall, intoHourMs, referenceMs);
    return chosen && {length, ...chosen};
  }

  /** @param zoneIs whether a zone is `+01:00` directly after the time, or `CET` after a blank */
  #readDate(
    text: string,
    at: number,
    referenceMs: number,
    zoneIs: 'number' | 'name',
  ): Stamp | undefined {
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
    const end = zoneIs === 'number' ? endOfZone(text, zone) : endOfZoneName(text, zone);
    if (end === undefined) return undefined;
    const length = end - at;
    const east = end > zone ? eastIn[zoneIs](text, zone, end) : undefined;
    if (east !== undefined) {
      const utcMs = this.#date.atMs + (hour * 60 - east) * 60_000;
      return {length, atMs: utcMs + intoHourMs, local: undefined, intoHourMs};
    }
    const known = this.#wall.known(text, at, referenceMs);
    if (known !== undefined) {
      return {length, atMs: known.plainMs + intoHourMs, local: known.local, intoHourMs};
    }
    const wall = {...calendarDay(this.#date.atMs), hour};
    const chosen = this.#wall.choose(text.slice(at, hourEnd), wall, intoHourMs, referenceMs);
    return chosen && {length, ...chosen};
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const bsdHour = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d)$/;
const bsdHourLength = 'Nov  1 09'.length;
const yearLength = '2026'.length;
/** A plausible year: no log is older than 1970. */
const fullYear = /^(?:19[7-9]\d|2\d{3}) $/;
const fullYearLength = '2026 '.length;
const weekday = /^[A-Z][a-z]{2} $/;
const weekdayLength = 'Sun '.length;
const minutesLength = ':05:07'.length;
const dateStamp = /^(19[7-9]\d|2\d{3})-(\d\d)-(\d\d)[Tt ]$/;
const dateLength = '2026-11-21T'.length;

/** When that day begins in UTC. Ms since the epoch. */
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

/** `:05:07`; 60 is a leap second. Ms. */
function minutesAndSeconds(text: string, at: number): number | undefined {
  const minute = twoDigits(text, at + 1);
  const second = twoDigits(text, at + 4);
  const isTime = text[at] === ':' && text[at + 3] === ':' && minute < 60 && second <= 60;
  return isTime ? minute * 60_000 + second * 1000 : undefined;
}

const mostFractionDigits = 9;

/** @returns the end of the fraction; `at` if there is none */
function endOfFraction(text: string, at: number): number {
  if (text[at] !== '.' && text[at] !== ',') return at;
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

/** @returns the end of the zone; `at` if there is none; undefined if it is malformed */
function endOfZone(text: string, at: number): number | undefined {
  const mark = text[at];
  if (mark === 'Z' || mark === 'z') return at + 1;
  if (mark !== '+' && mark !== '-') return at;
  const minutes = text[at + 3] === ':' ? at + 4 : at + 3;
  const isZone = twoDigits(text, at + 1) < 24 && twoDigits(text, minutes) < 60;
  return isZone ? minutes + 2 : undefined;
}

/** ` CET`, ` UTC`, ` +03`: the abbreviations of the world's time zones. */
const zoneName = /^ (?:[A-Z]{2,5}|[+-]\d{2}(?:\d{2})?)(?= )/;
const longestZoneName = 7;

/** @returns undefined if there is none */
function endOfZoneName(text: string, at: number): number | undefined {
  const name = zoneName.exec(text.slice(at, at + longestZoneName))?.[0];
  return name === undefined ? undefined : at + name.length;
}

/** @returns undefined for an abbreviation, which is taken to be this machine's time zone */
function eastByName(text: string, at: number, end: number): number | undefined {
  const name = text.slice(at + 1, end);
  if (name === 'UTC' || name === 'GMT') return 0;
  const [, sign, hours = '', minutes = '0'] = /^([+-])(\d\d)(\d\d)?$/.exec(name) ?? [];
  if (sign === undefined) return undefined;
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

function minutesEast(text: string, at: number, end: number): number {
  if (end === at + 1) return 0;
  const minutes = twoDigits(text, at + 1) * 60 + twoDigits(text, end - 2);
  return text[at] === '-' ? -minutes : minutes;
}

/** Offset in minutes; undefined for a name that gives no number. */
const eastIn = {number: minutesEast, name: eastByName} as const;

/** @returns NaN, which compares as false, for anything else */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - zero) * 10 + ones - zero : NaN;
}

const zero = 48;

function isDigit(code: number): boolean {
  return code >= zero && code <= zero + 9;
}

/**
 * Reads the time in front of a syslog line. Knows
 *
 *     Nov  1 09:05:07                     RFC 3164: no year, no zone, so local time is meant
 *     2026-11-21T11:51:44.575196+00:00    RFC 3339; `Z`, `+0100`, a blank for the T are taken too
 *     2020-05-03 00:53:36                 the same without a zone: local time
 *
 * What a stamp of local time leaves open is settled by `wall-time.ts`.
 */
import {type IdClock, type TimeOfStamp, WallTimes} from './wall-time.js';

export interface Stamp extends TimeOfStamp {
  /** Characters it takes. */
  readonly length: number;
}

/** Reads the stamps of one log; remembers what consecutive lines share. */
export class Stamps {
  readonly #wall: WallTimes;
  #date = {text: '-', atMs: 0};

  /** @param clock of the ids that the messages begin with */
  constructor(clock: IdClock) {
    this.#wall = new WallTimes(clock);
  }

  /**
   * @param at where in the text it begins
   * @param referenceMs a time not before the line was written; ms since the epoch
   */
  read(text: string, at: number, referenceMs: number): Stamp | undefined {
    return isDigit(text.charCodeAt(at))
      ? this.#readDate(text, at, referenceMs)
      : this.#readBsd(text, at, referenceMs);
  }

  /** When a line was written, by its stamp and the id its message may begin with. */
  settle(stamp: Stamp, message: string, referenceMs: number): number {
    return this.#wall.settle(stamp, message, referenceMs);
  }

  #readBsd(text: string, at: number, referenceMs: number): Stamp | undefined {
    const hourEnd = at + bsdHourLength;
    const intoHourMs = minutesAndSeconds(text, hourEnd);
    if (intoHourMs === undefined) return undefined;
    const length = bsdHourLength + minutesLength;
    const known = this.#wall.known(text, at, referenceMs);
    if (known !== undefined) {
      return {length, atMs: known.plainMs + intoHourMs, local: known.local, intoHourMs};
    }
    const match = bsdHour.exec(text.slice(at, hourEnd));
    const [key = '', name = '', ...numbers] = match ?? [];
    const [day = 0, hour = 24] = numbers.map(Number);
    const wall = {year: undefined, month: months.indexOf(name), day, hour};
    if (wall.month < 0 || day < 1 || hour > 23) return undefined;
    const chosen = this.#wall.choose(key, wall, intoHourMs, referenceMs);
    return chosen && {length, ...chosen};
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

const zero = 48;

function isDigit(code: number): boolean {
  return code >= zero && code <= zero + 9;
}

/**
 * Converts the time that a wall clock showed into time since the epoch. A stamp in local time leaves two
 * things open: the year, which RFC 3164 omits, and in autumn which of two equal hours is meant.
 *
 * If the id at the beginning of a message contains a time, it answers both. Apart from that an id never
 * moves a stamp: it says when its envelope began, and a line about the envelope may come days later, so a
 * difference proves little. Also, a session's lines without an id must keep the same clock as those with
 * one. If an id fits the day of the stamp in no year, it is not an id or it is forged, and is ignored.
 */
/**
 * The clock in the ids with which a mailer's messages begin. It is in UTC and includes the year. Which
 * mailer's ids these are is unknown here.
 */
export interface IdClock {
  /** @returns the length of the id with which the message begins, in characters; 0: there is none */
  readonly lengthIn: (message: string) => number;
  /** How many of its first characters stand for the day. A count. */
  readonly dayLength: number;
  /**
   * When the day begins that these characters stand for.
   *
   * @param latestMs no id was made later than this; ms since the epoch
   * @returns ms since the epoch; undefined: they stand for no day
   */
  readonly dayOf: (day: string, latestMs: number) => number | undefined;
  /** When the id was made. @returns ms since the epoch; undefined: unknown */
  readonly timeOf: (id: string, latestMs: number) => number | undefined;
}

/** What a calendar and a wall clock show. */
interface WallHour {
  /** Undefined if the stamp has none. */
  readonly year: number | undefined;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

/** The same, with the year that was chosen. */
interface LocalHour extends WallHour {
  readonly chosenYear: number;
  /** When the hour begins, unless a clock change falls into it. Ms since the epoch. */
  readonly plainMs: number | undefined;
}

/** What one stamp says. */
export interface TimeOfStamp {
  /**
   * Ms since the epoch; if something is open, the latest possible time that is not after the reference.
   */
  readonly atMs: number;
  /** Undefined for a stamp with a zone, which leaves nothing open. */
  readonly local: LocalHour | undefined;
  /** Minutes, seconds and fractions. Ms. */
  readonly intoHourMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How far another host's clock may be ahead of ours. Ms: every time zone is within this. */
const clockSlackMs = dayMs;
/** The shortest year, whatever daylight saving time does. Ms. */
const shortestYearMs = 364 * dayMs;
/** The most years back to a Feb 29: there is none between 1896 and 1904. A count. */
const mostYearsBack = 8;
/** How far syslog's clock may be behind the mailer's. Ms. */
const idSlackMs = 60 * 1000;
/** Longer than queues keep mail, by default 5 days (Timeout.queuereturn). Ms. */
const longestQueuedMs = 31 * dayMs;
/** Local time is at most 14 hours ahead of UTC; the rest is because whole days are compared. Ms. */
const zoneSlackMs = 2 * dayMs;

/** Remembers what consecutive lines have in common: the hour, and the day of their ids. */
export class WallTimes {
  readonly #clock: IdClock;
  #hour: RememberedHour | undefined;
  #told: ToldYear | undefined;

  /** @param clock of the ids at the beginning of messages */
  constructor(clock: IdClock) {
    this.#clock = clock;
  }

  /** @returns the hour chosen last, if the same text stands here and the same hour would be chosen */
  known(text: string, at: number, referenceMs: number): KnownHour | undefined {
    const known = this.#hour;
    if (known === undefined || !text.startsWith(known.text, at)) return undefined;
    return referenceMs >= known.fromMs && referenceMs < known.untilMs ? known : undefined;
  }

  /**
   * The latest time that a stamp can mean.
   *
   * @param text of the stamp, up to the hour
   * @param intoHourMs minutes, seconds and fractions. Ms
   * @param referenceMs a time not before the line was written; ms since the epoch
   * @returns undefined if there is no such time
   */
  choose(
    text: string,
    wall: WallHour,
    intoHourMs: number,
    referenceMs: number,
  ): TimeOfStamp | undefined {
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
    return {atMs: againMs <= referenceMs ? againMs : firstMs, local, intoHourMs};
  }

  /** When a line was written, by its stamp and by the id at the beginning of its message, if any. */
  settle({local, atMs, intoHourMs}: TimeOfStamp, message: string, referenceMs: number): number {
    if (local === undefined) return atMs;
    const idLength = this.#clock.lengthIn(message);
    if (idLength === 0) return atMs;
    const year = this.#yearTold(local, message, referenceMs);
    if (year === undefined || (year !== local.year && local.year !== undefined)) return atMs;
    if (year === local.chosenYear && local.plainMs !== undefined) return atMs;
    const occurrence = occurrenceIn(year, local, intoHourMs);
    if (occurrence?.againMs === undefined) return occurrence?.firstMs ?? atMs;
    const idMs = this.#clock.timeOf(message.slice(0, idLength), referenceMs + clockSlackMs);
    return idMs === undefined ? atMs : whichOf(occurrence, idMs, referenceMs);
  }

  #yearTold({month, day}: WallHour, message: string, referenceMs: number): number | undefined {
    const untilDay = Math.floor(referenceMs / dayMs) + 2;
    const told = this.#told;
    const isTold = told?.month === month && told.day === day && told.untilDay === untilDay;
    if (isTold && message.startsWith(told.idDay)) return told.year;
    const idDay = message.slice(0, this.#clock.dayLength);
    const year = yearTold(this.#clock.dayOf(idDay, untilDay * dayMs), month, day);
    this.#told = {idDay, month, day, untilDay, year};
    return year;
  }
}

/** An hour without a clock change. */
interface KnownHour {
  /** When the hour begins. Ms since the epoch. */
  readonly plainMs: number;
  readonly local: LocalHour;
}

interface RememberedHour extends KnownHour {
  /** The text of its stamp. */
  readonly text: string;
  /** The earliest reference for which the year is the same. Ms since the epoch. */
  readonly fromMs: number;
  /** The first reference for which it could be another year. Ms since the epoch. */
  readonly untilMs: number;
}

/** The year of a stamp that is followed by an id of `idDay`. */
interface ToldYear {
  /** The characters of an id that stand for its day. */
  readonly idDay: string;
  readonly month: number;
  readonly day: number;
  /** No id is from this day or later. Days since the epoch. */
  readonly untilDay: number;
  readonly year: number | undefined;
}

function yearTold(idDayMs: number | undefined, month: number, day: number): number | undefined {
  if (idDayMs === undefined) return undefined;
  const year = new Date(idDayMs).getUTCFullYear();
  return [year, year + 1, year - 1].find((candidate) => {
    const ageMs = Date.UTC(candidate, month, day) - idDayMs;
    return ageMs >= -zoneSlackMs && ageMs <= longestQueuedMs;
  });
}

/** No line is older than its envelope, and few envelopes last an hour. */
function whichOf({firstMs, againMs = firstMs}: Occurrence, idMs: number, nowMs: number): number {
  if (idMs > firstMs + idSlackMs) return againMs;
  if (idMs > firstMs - hourMs) return firstMs;
  return againMs <= nowMs ? againMs : firstMs;
}

/** When a wall clock shows a time in one year. */
interface Occurrence {
  readonly year: number;
  readonly firstMs: number;
  /** The second time, if the clock is set back in between. */
  readonly againMs: number | undefined;
}

/** In the stamp's year; without one, in the latest year that does not put it too late. */
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

/** @returns undefined if the year has no such day */
function occurrenceIn(year: number, wall: WallHour, intoHourMs: number): Occurrence | undefined {
  const {month, day, hour} = wall;
  if (new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return undefined;
  const date = new Date(year, month, day, hour, 0, 0, intoHourMs);
  const firstMs = date.getTime();
  // ECMAScript takes the first of two equal times. Find out whether the clock is set back soon
  // afterwards.
  const soon = new Date(firstMs + 3 * hourMs);
  const backMs = (soon.getTimezoneOffset() - date.getTimezoneOffset()) * 60_000;
  if (backMs <= 0) return {year, firstMs, againMs: undefined};
  const again = new Date(firstMs + backMs);
  const isSame = again.getHours() === date.getHours() && again.getMinutes() === date.getMinutes();
  return {year, firstMs, againMs: isSame ? firstMs + backMs : undefined};
}

/** @returns undefined for an hour into which a clock change falls, or that comes twice */
function plainBegin(year: number, wall: WallHour): number | undefined {
  const [begin, end] = [occurrenceIn(year, wall, 0), occurrenceIn(year, wall, hourMs - 1)];
  if (begin === undefined || begin.againMs !== undefined) return undefined;
  if (end === undefined || end.againMs !== undefined) return undefined;
  return end.firstMs - begin.firstMs === hourMs - 1 ? begin.firstMs : undefined;
}

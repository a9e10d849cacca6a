/**
 * The time that a wall clock showed, as time since the epoch. A stamp of local time leaves open the
 * year, which RFC 3164 does not write, and in autumn which of two equal hours is meant.
 *
 * The id at the beginning of a message answers both, if it holds a clock. Otherwise an id never
 * moves a stamp. It says when its envelope began, and a line about the envelope may come days
 * later, so a difference proves little; and the lines of a session that have no id must keep the
 * clock of those that have. If an id fits the day of the stamp in no year, it is no id, or a forged
 * one, and is ignored.
 */
/**
 * The clock in the ids that messages of a mailer begin with. It is UTC and knows the year. Which mailer's
 * ids these are is not known here.
 */
export interface IdClock {
  /** @returns how many characters the id has that the message begins with; 0: there is none */
  readonly lengthIn: (message: string) => number;
  /** How many of its first characters name the day of an id. A count. */
  readonly dayLength: number;
  /**
   * When the day begins that these characters name.
   *
   * @param latestMs no id is made later than this; ms since the epoch
   * @returns ms since the epoch, undefined where they name no day
   */
  readonly dayOf: (day: string, latestMs: number) => number | undefined;
  /** When the id was made. @returns ms since the epoch, undefined where it does not tell */
  readonly timeOf: (id: string, latestMs: number) => number | undefined;
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

/** What one stamp tells. */
export interface TimeOfStamp {
  /** Ms since the epoch; of what it leaves open, the latest time not after the reference. */
  readonly atMs: number;
  /** Undefined for a stamp with a zone, which leaves nothing open. */
  readonly local: LocalHour | undefined;
  /** Minutes, seconds and what is less. Milliseconds. */
  readonly intoHourMs: number;
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

/** Remembers what consecutive lines share: the hour, and the day of their ids. */
export class WallTimes {
  readonly #clock: IdClock;
  #hour: RememberedHour | undefined;
  #told: ToldYear | undefined;

  /** @param clock of the ids that the messages begin with */
  constructor(clock: IdClock) {
    this.#clock = clock;
  }

  /** @returns the hour that was chosen last, if its text stands here and it would be chosen again */
  known(text: string, at: number, referenceMs: number): KnownHour | undefined {
    const known = this.#hour;
    if (known === undefined || !text.startsWith(known.text, at)) return undefined;
    return referenceMs >= known.fromMs && referenceMs < known.untilMs ? known : undefined;
  }

  /**
   * The latest of the times that a stamp can mean.
   *
   * @param text of the stamp, up to the hour
   * @param intoHourMs minutes, seconds and what is less; milliseconds
   * @param referenceMs a time not before the line was written; ms since the epoch
   * @returns undefined when there is no such time
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

  /** When a line was written, by its stamp and the id its message may begin with. */
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

/** An hour in which no clock is set. */
interface KnownHour {
  /** When it begins. Ms since the epoch. */
  readonly plainMs: number;
  readonly local: LocalHour;
}

interface RememberedHour extends KnownHour {
  /** Of its stamp. */
  readonly text: string;
  /** Its year is the same for references from this one on. Ms since the epoch. */
  readonly fromMs: number;
  /** The first reference with which it could be another. Ms since the epoch. */
  readonly untilMs: number;
}

/** Which year a stamp is in, when a message behind it begins with an id of `idDay`. */
interface ToldYear {
  /** The characters of an id that name its day. */
  readonly idDay: string;
  readonly month: number;
  readonly day: number;
  /** No id is of this day or later. Days since the epoch. */
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

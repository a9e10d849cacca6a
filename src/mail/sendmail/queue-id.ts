/** What a queue id contains (queue.c assign_queueid()): when and by which process it was made. */
import type {IdClock} from '../../log/wall-time.js';

/** 8 characters of time and sequence number, then the creator's pid with at least six digits. */
const queueIdPattern = '[0-9A-Za-z]{8}\\d{6,10}';

const withQueueId = new RegExp(`^${queueIdPattern}: `);

/** @returns the length of the queue id that precedes `: `, or 0 */
export function queueIdLength(message: string): number {
  const colon = message.indexOf(': ', 14);
  return colon > 18 || colon < 14 || !withQueueId.test(message) ? 0 : colon;
}

const wholeQueueId = new RegExp(`^${queueIdPattern}$`);

interface QueueIdFacts {
  readonly pid: number;
  /** When it was assigned: the latest such time that is not after the reference. Ms since the epoch. */
  readonly atMs: number;
}

/** sendmail's `Base60Code` (queue.c). */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx';

/**
 * @param referenceMs a time no more than about a minute after the line was written; ms since the epoch
 */
export function readQueueId(queueId: string, referenceMs: number): QueueIdFacts | undefined {
  if (!wholeQueueId.test(queueId)) return undefined;
  const [year = -1, month = -1, day = -1, hour = -1, minute = -1, second = -1] = Array.from(
    {length: 6},
    (_, i) => digits.indexOf(queueId.charAt(i)),
  );
  if ([year, month, day, hour, minute, second].some((value) => value < 0)) return undefined;
  if (month > 11 || day < 1 || day > 31 || hour > 23 || minute > 59) return undefined;
  const thisYear = new Date(referenceMs).getUTCFullYear();
  const fullYear = thisYear - ((((thisYear - 1900) % 60) - year + 60) % 60);
  const atMs = Date.UTC(fullYear, month, day, hour, minute, second);
  return {pid: Number(queueId.slice(8)), atMs};
}

/** Queue ids have had this form since sendmail 8.12, of 2001. Ms since the epoch. */
const earliestMs = Date.UTC(2000, 0);

/** The queue id before `: ` or `[1]: `. Its first three characters stand for the day. */
export const queueIdClock: IdClock = {
  lengthIn: (message) => {
    let end = 8;
    while (end < 18 && isDigit(message.charCodeAt(end))) end += 1;
    return end >= 14 && (message[end] === ':' || message[end] === '[') ? end : 0;
  },
  dayLength: 3,
  dayOf: (day, latestMs) => {
    const atMs = readQueueId(day.padEnd(14, '0'), latestMs)?.atMs;
    return atMs !== undefined && atMs >= earliestMs ? atMs : undefined;
  },
  timeOf: (id, latestMs) => readQueueId(id, latestMs)?.atMs,
};

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/**
 * Remembers of complaints as a whole: on how many days they were only shown, whether the
 * operator allowed them to go out, and when the latest mails went. Decides how many more may go. Knows
 * no clock.
 */
import type {Table} from '../../base/mechanisms/table.js';

/** Plain data: it is saved as it is, in one row. */
export interface ComplaintBook {
  /** The key for the hashes of names and ids: hexadecimal, made once. With it, names can be guessed from hashes. */
  readonly key: string;
  /** Days on which the operator could see letters. A count, up to `previewDays`. */
  readonly days: number;
  /** The latest of these days, as days since the epoch (UTC). */
  readonly lastDay: number;
  /** `yes`: the operator allowed complaints to go out before these days were over. */
  readonly allowed: 'no' | 'yes';
  /** When mails of the latest day went to the mailer, oldest first. Ms since the epoch. */
  readonly handedMs: readonly number[];
}

const bookKey = 'book';
const dayMs = 86_400_000;

/** For so many days complaints are only shown, before the first one goes out by itself. A count. */
export const previewDays = 7;

export const dayOf = (ms: number): number => Math.floor(ms / dayMs);

/** @param newKey is called once in the lifetime of the state */
export function openBook(table: Table<ComplaintBook>, newKey: () => string): ComplaintBook {
  const there = table.get(bookKey);
  if (there !== undefined) return there;
  const made = {key: newKey(), days: 0, lastDay: 0, allowed: 'no', handedMs: []} as const;
  table.set(bookKey, made);
  return made;
}

export const bookOf = (table: Table<ComplaintBook>): ComplaintBook | undefined =>
  table.get(bookKey);

/** Counts a day with an open complaint. A clock that jumps by a week adds one day. */
export function countDay(table: Table<ComplaintBook>, nowMs: number): void {
  const book = table.get(bookKey);
  const today = dayOf(nowMs);
  if (book === undefined || book.lastDay === today || book.days >= previewDays) return;
  table.replace(bookKey, {...book, days: book.days + 1, lastDay: today});
}

export function allowSending(table: Table<ComplaintBook>): void {
  const book = table.get(bookKey);
  if (book !== undefined) table.replace(bookKey, {...book, allowed: 'yes'});
}

/** Whether mails may go out at all. */
export const maySend = ({days, allowed}: ComplaintBook): boolean =>
  allowed === 'yes' || days >= previewDays;

/** A time in the future, after the clock was set back, counts as now: so it counts for a day at most. */
const recent = (handedMs: readonly number[], nowMs: number): number[] =>
  handedMs.map((ms) => Math.min(ms, nowMs)).filter((ms) => nowMs - ms < dayMs);

/** After a clock that was ahead was set back: moves the times of its mails to now, so that their 24 hours end. */
export function mendBook(table: Table<ComplaintBook>, nowMs: number): void {
  const book = table.get(bookKey);
  if (book === undefined || book.handedMs.every((ms) => ms <= nowMs)) return;
  table.replace(bookKey, {...book, handedMs: recent(book.handedMs, nowMs)});
}

/** Mails that may still go in these 24 hours. A count. */
export const mailsLeft = ({handedMs}: ComplaintBook, perDay: number, nowMs: number): number =>
  Math.max(0, perDay - recent(handedMs, nowMs).length);

/** Called before the mail goes. So a crash may cost one mail of the day, and never sends one too many. */
export function countMail(table: Table<ComplaintBook>, nowMs: number): void {
  const book = table.get(bookKey);
  if (book === undefined) return;
  table.replace(bookKey, {...book, handedMs: [...recent(book.handedMs, nowMs), nowMs]});
}

/** Takes back the count of a mail that has surely not gone. */
export function takeBackMail(table: Table<ComplaintBook>, countedMs: number): void {
  const book = table.get(bookKey);
  const at = book?.handedMs.lastIndexOf(countedMs) ?? -1;
  if (book === undefined || at < 0) return;
  table.replace(bookKey, {...book, handedMs: book.handedMs.filter((_, index) => index !== at)});
}

/**
 * What is remembered of complaints as a whole: on how many days they were only shown, whether the
 * operator allowed them to go out, and when the latest mails went. Says how many more may go. Knows
 * no clock.
 */
import type {Table} from '../../base/mechanisms/table.js';

/** Plain data: it is saved as it is, in one row. */
export interface ComplaintBook {
  /** With which names and ids are hashed: hexadecimal, made once. Who has it can guess names. */
  readonly key: string;
  /** Days on which the daemon showed what it would send. A count, up to `previewDays`. */
  readonly days: number;
  /** The latest of them, since the epoch (UTC). */
  readonly lastDay: number;
  /** `yes`: the operator said so, before the days were over. */
  readonly allowed: 'no' | 'yes';
  /** When mails of the latest day went to the mailer, oldest first. Ms since the epoch. */
  readonly handedMs: readonly number[];
}

const bookKey = 'book';
const dayMs = 86_400_000;

/** So many days complaints are only shown before the first one goes out by itself. A count. */
export const previewDays = 7;

export const dayOf = (ms: number): number => Math.floor(ms / dayMs);

/** @param newKey is called once in the life of the state */
export function openBook(table: Table<ComplaintBook>, newKey: () => string): ComplaintBook {
  const there = table.get(bookKey);
  if (there !== undefined) return there;
  const made = {key: newKey(), days: 0, lastDay: 0, allowed: 'no', handedMs: []} as const;
  table.set(bookKey, made);
  return made;
}

export const bookOf = (table: Table<ComplaintBook>): ComplaintBook | undefined =>
  table.get(bookKey);

/** One more day on which there was one to look at: a clock that jumps by a week gives one day. */
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

/** Whether a mail may go out at all. */
export const maySend = ({days, allowed}: ComplaintBook): boolean =>
  allowed === 'yes' || days >= previewDays;

/** A time in the future, by a clock that was set back, counts as now: it holds the place for a day. */
const recent = (handedMs: readonly number[], nowMs: number): number[] =>
  handedMs.map((ms) => Math.min(ms, nowMs)).filter((ms) => nowMs - ms < dayMs);

/** A clock that was ahead has been set back: its mails are of now, and their day ends. */
export function mendBook(table: Table<ComplaintBook>, nowMs: number): void {
  const book = table.get(bookKey);
  if (book === undefined || book.handedMs.every((ms) => ms <= nowMs)) return;
  table.replace(bookKey, {...book, handedMs: recent(book.handedMs, nowMs)});
}

/** Mails that may still go in these 24 hours. A count. */
export const mailsLeft = ({handedMs}: ComplaintBook, perDay: number, nowMs: number): number =>
  Math.max(0, perDay - recent(handedMs, nowMs).length);

/** Before the mail goes: a crash then costs a place of the day, and never sends one too many. */
export function countMail(table: Table<ComplaintBook>, nowMs: number): void {
  const book = table.get(bookKey);
  if (book === undefined) return;
  table.replace(bookKey, {...book, handedMs: [...recent(book.handedMs, nowMs), nowMs]});
}

/** One that was counted has surely not gone. */
export function takeBackMail(table: Table<ComplaintBook>, countedMs: number): void {
  const book = table.get(bookKey);
  const at = book?.handedMs.lastIndexOf(countedMs) ?? -1;
  if (book === undefined || at < 0) return;
  table.replace(bookKey, {...book, handedMs: book.handedMs.filter((_, index) => index !== at)});
}

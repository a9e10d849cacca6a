/**
 * The book of senders: counts the facts of joined lines, and reports when a sender is over a limit.
 * Decides when a warning is due and whose mail to hold. `limits.ts` decides what a limit is; others
 * carry the decisions out.
 *
 * Time is the log's. Lines that come late count in the hour they belong to, and raise no alarm;
 * after the clock was set back, an hour counts twice, so for an hour sums raise no alarm.
 */
import {isWithin} from '../base/mechanisms/elapsed.js';
import type {Table} from '../base/mechanisms/table.js';
import type {Exempts} from './exempt.js';
import type {Fact, Place} from './whose/fact.js';
import {
  type Alarm,
  alarmOf,
  isLearned,
  learnedAtMost,
  type LimitSettings,
  mayBeHeld,
  messageAlarm,
  type Question,
  roomForStrangers,
  sureAlarm,
} from './limits.js';
import {
  mended,
  mostSenders,
  newRecord,
  type SenderRecord,
  withMail,
  withScript,
  withTold,
} from './sender-record.js';
import {kindOf, type SenderKey, type SenderKind} from './whose/sender.js';

/** Plain data, one row. Ms since the epoch. */
export interface BookRow {
  /** When the first sender was seen. */
  readonly firstMs: number;
  /** The newest time in a line. */
  readonly newestMs: number;
  /** Until then sums alarm nobody: the clock was set back. */
  readonly unsteadyUntilMs: number;
}

interface BookTables {
  readonly mailSenders: Table<SenderRecord>;
  readonly mailBook: Table<BookRow>;
}

export interface BookSettings extends LimitSettings {
  readonly mode: 'observe' | 'warn' | 'quarantine';
  /** `verified`: what only a line of a log says may warn, and not hold. */
  readonly attribution: 'any' | 'verified';
  /** Seconds between two warnings of one sender. */
  readonly warnInterval: number;
  readonly exempts: Exempts;
}

/** A line so much older than the newest one came late. Ms. */
export const lateMs = 10 * 60_000;
/** And so is one so much older than the clock. Ms. */
export const staleMs = 3_600_000;
/** A clock that is put right by less is no step. Ms. */
const stepMs = 5 * 60_000;
const unsteadyMs = 3_600_000;
/** What was learned of a sender warns of it once in so long: it is unsure, and one run needs one warning. Ms. */
export const learnedIntervalMs = 24 * 3_600_000;
/** Senders over a limit at once. A count: each is looked at again every half minute. */
const mostOver = 1000;

/** What came of the lines since the start, by the way in. Counts. */
type WayIn = SenderKind | 'bounce' | 'incoming';
export type Totals = Readonly<
  Record<WayIn, {readonly messages: number; readonly recipients: number}>
>;

export interface Due {
  readonly sender: SenderKey;
  readonly alarm: Alarm;
  readonly atMs: number;
}

/** Whose waiting mail is to be held now, or which message. */
interface ToHold {
  readonly sender: SenderKey;
  readonly alarm: Alarm;
  readonly what: 'waiting' | Place;
}

const noTotals = (): Record<WayIn, {messages: number; recipients: number}> => ({
  auth: {messages: 0, recipients: 0},
  uid: {messages: 0, recipients: 0},
  host: {messages: 0, recipients: 0},
  bounce: {messages: 0, recipients: 0},
  incoming: {messages: 0, recipients: 0},
});

const bookKey = 'book';

export class SenderBook {
  readonly #senders: Table<SenderRecord>;
  readonly #book: Table<BookRow>;
  readonly #settings: BookSettings;
  readonly #totals = noTotals();
  /** Of the last look into the queue: it is the same for all senders. */
  #summed: {readonly of: ReadonlyMap<SenderKey, number>; readonly sum: number} | undefined;
  /** Senders over a limit as their last line was counted. */
  readonly #over = new Map<SenderKey, Alarm>();
  #messages: ToHold[] = [];

  constructor({mailSenders, mailBook}: BookTables, settings: BookSettings) {
    mailSenders.limitTo(mostSenders);
    this.#senders = mailSenders;
    this.#book = mailBook;
    this.#settings = settings;
  }

  get totals(): Totals {
    return this.#totals;
  }

  /** Senders over a limit. A count. */
  get over(): number {
    return this.#over.size;
  }

  get firstMs(): number {
    return this.#book.get(bookKey)?.firstMs ?? Number.POSITIVE_INFINITY;
  }

  /** @returns the warning that is due now */
  take(fact: Exclude<Fact, {kind: 'labelChanged'}>, nowMs: number): Due | undefined {
    if (fact.kind === 'apart') {
      this.#total(fact.what, fact.recipients);
      return undefined;
    }
    const atMs = Math.min(fact.atMs, nowMs);
    const isTimely = this.#clock(atMs, nowMs);
    const {sender} = fact;
    const known = mended(this.#senders.get(sender), nowMs + stepMs);
    if (fact.kind === 'told') {
      // Of one that is not known only a failure is new: the relay took nothing of it yet.
      if (known === undefined && fact.outcome !== 'failed') return undefined;
      const room = roomForStrangers(this.#settings.exempts.limitOf(sender), atMs - this.firstMs);
      const next = withTold(known ?? newRecord(atMs), {...fact, atMs}, room);
      this.#senders.set(sender, next);
      const isWorse = fact.outcome === 'failed' || next.strangers !== known?.strangers;
      return isWorse && isTimely ? this.#judge(sender, atMs) : undefined;
    }
    this.#total(kindOf(sender), fact.recipients);
    const record = known ?? newRecord(atMs);
    const exempt = this.#settings.exempts.limitOf(sender);
    const perHour = typeof exempt === 'number' ? exempt : this.#settings.perHour;
    const clip = learnedAtMost(record, atMs, perHour);
    this.#senders.set(sender, withMail(record, {...fact, atMs}, clip));
    if (!isTimely) return undefined;
    const single = messageAlarm(fact.recipients, exempt, this.#settings);
    if (single !== undefined) {
      const isHeld = this.#settings.attribution === 'any' || fact.vouched === 'yes';
      if (isHeld && this.#messages.length < mostOver)
        this.#messages.push({sender, alarm: single, what: fact.place});
    }
    return this.#judge(sender, atMs, single);
  }

  /** Which script a counted mail came from: only shown, never a reason. */
  seeScript(sender: SenderKey, script: string, recipients: number): void {
    const record = this.#senders.get(sender);
    if (record !== undefined) this.#senders.replace(sender, withScript(record, script, recipients));
  }

  /**
   * Whose mail is to be held now; empty unless that is wanted. Each message is named once. What is only learned holds
   * nothing: it is unsure, and told once a day, so mail would be held of which nobody was warned.
   */
  toHold(nowMs: number, queued?: ReadonlyMap<SenderKey, number>): ToHold[] {
    const {mode, exempts, attribution} = this.#settings;
    const count = attribution === 'verified' ? 'vouched' : 'all';
    const messages = this.#messages;
    this.#messages = [];
    const over: ToHold[] = [];
    for (const sender of [...this.#over.keys()]) {
      if (this.alarm(sender, nowMs, 'all', queued) === undefined) {
        this.#over.delete(sender);
        continue;
      }
      const alarm = this.#sure(sender, nowMs, count, queued);
      if (alarm !== undefined) over.push({sender, alarm, what: 'waiting'});
    }
    if (mode !== 'quarantine') return [];
    return [...messages, ...over].filter(({sender}) => mayBeHeld(sender, exempts.limitOf(sender)));
  }

  /** Whether the sender is over a limit. @param queued messages of each sender that wait */
  alarm(
    sender: SenderKey,
    nowMs: number,
    count: 'all' | 'vouched',
    queued?: ReadonlyMap<SenderKey, number>,
  ): Alarm | undefined {
    const question = this.#question(sender, nowMs, count, queued);
    return question && alarmOf(question, this.#settings);
  }

  #sure(...asked: Parameters<SenderBook['alarm']>): Alarm | undefined {
    const question = this.#question(...asked);
    return question && sureAlarm(question, this.#settings);
  }

  #question(
    ...[sender, nowMs, count, queued]: Parameters<SenderBook['alarm']>
  ): Question | undefined {
    const record = this.#senders.get(sender);
    if (record === undefined) return undefined;
    const exempt = this.#settings.exempts.limitOf(sender);
    const question = {sender, record, nowMs, exempt, count, bookFirstMs: this.firstMs};
    const own = queued?.get(sender);
    if (queued === undefined || own === undefined) return question;
    if (this.#summed?.of !== queued) this.#summed = {of: queued, sum: sumOf(queued)};
    return {...question, queued: {own, all: this.#summed.sum}};
  }

  /** Looks at the mailer's queue: its senders may be over a limit though they send nothing now. */
  seeQueue(queued: ReadonlyMap<SenderKey, number>, nowMs: number): Due[] {
    const row = this.#book.get(bookKey);
    if (row === undefined || nowMs < row.unsteadyUntilMs) return [];
    return [...queued.keys()].flatMap((sender) => {
      const alarm = this.alarm(sender, nowMs, 'all', queued);
      return (alarm && this.#due(sender, alarm, nowMs)) ?? [];
    });
  }

  #judge(sender: SenderKey, atMs: number, single?: Alarm): Due | undefined {
    const alarm = this.alarm(sender, atMs, 'all');
    if (alarm !== undefined && this.#over.size < mostOver) this.#over.set(sender, alarm);
    const told = single ?? alarm;
    return told && this.#due(sender, told, atMs);
  }

  /** Once in an interval, by the log's time: over a restart too. */
  #due(sender: SenderKey, alarm: Alarm, atMs: number): Due | undefined {
    const {mode, warnInterval} = this.#settings;
    const record = this.#senders.get(sender);
    if (mode === 'observe' || record === undefined) return undefined;
    const {warnedMs, learnedMs} = record;
    const usualMs = warnInterval * 1000;
    if (warnedMs !== undefined && isWithin(warnedMs, usualMs, atMs)) return undefined;
    if (!isLearned(alarm)) {
      this.#senders.replace(sender, {...record, warnedMs: atMs});
      return {sender, alarm, atMs};
    }
    const waitMs = Math.max(usualMs, learnedIntervalMs);
    if (learnedMs !== undefined && isWithin(learnedMs, waitMs, atMs)) return undefined;
    this.#senders.replace(sender, {...record, learnedMs: atMs});
    return {sender, alarm, atMs};
  }

  /** @returns whether sums may alarm now */
  #clock(atMs: number, nowMs: number): boolean {
    const row = this.#book.get(bookKey) ?? {firstMs: atMs, newestMs: atMs, unsteadyUntilMs: 0};
    const wasSetBack = row.newestMs > nowMs + stepMs;
    const mended = wasSetBack
      ? {...row, newestMs: nowMs, unsteadyUntilMs: nowMs + unsteadyMs}
      : row.unsteadyUntilMs > nowMs + unsteadyMs
        ? {...row, unsteadyUntilMs: nowMs + unsteadyMs}
        : row;
    const next = {
      ...mended,
      firstMs: Math.min(mended.firstMs, atMs),
      newestMs: Math.max(mended.newestMs, atMs),
    };
    // Whole minutes are enough, and spare a write for each line.
    const isSame =
      next.firstMs === row.firstMs &&
      next.unsteadyUntilMs === row.unsteadyUntilMs &&
      next.newestMs - row.newestMs < 60_000 &&
      !wasSetBack;
    if (!isSame || this.#book.size === 0) this.#book.set(bookKey, next);
    const isLate = atMs < next.newestMs - lateMs || nowMs - atMs > staleMs;
    return !isLate && nowMs >= next.unsteadyUntilMs;
  }

  #total(way: WayIn, recipients: number): void {
    this.#totals[way].messages += 1;
    this.#totals[way].recipients += recipients;
  }
}

const sumOf = (counts: ReadonlyMap<SenderKey, number>): number =>
  [...counts.values()].reduce((sum, each) => sum + each, 0);

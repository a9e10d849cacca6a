/**
 * The book of senders: counts the facts of joined lines, and reports when a sender is over a limit.
 * Decides when a warning is due and whose mail to hold. `limits.ts` decides what a limit is; others
 * carry the decisions out.
 *
 * Time is the log's. Lines that come late count in the hour to which they belong, and raise no alarm.
 * After the clock was set back, an hour counts twice. So for an hour sums raise no alarm.
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
  /** Until then sums raise no alarm, because the clock was set back. */
  readonly unsteadyUntilMs: number;
}

interface BookTables {
  readonly mailSenders: Table<SenderRecord>;
  readonly mailBook: Table<BookRow>;
}

export interface BookSettings extends LimitSettings {
  readonly mode: 'observe' | 'warn' | 'quarantine';
  /** `verified`: mail whose sender only a line of a log names may lead to a warning, but is not held. */
  readonly attribution: 'any' | 'verified';
  /** Seconds between two warnings of one sender. */
  readonly warnInterval: number;
  readonly exempts: Exempts;
}

/** A line that is so much older than the newest one came late. Ms. */
export const lateMs = 10 * 60_000;
/** A line that is so much older than the clock came late too. Ms. */
export const staleMs = 3_600_000;
/** A smaller correction of the clock does not count as a step. Ms. */
const stepMs = 5 * 60_000;
const unsteadyMs = 3_600_000;
/** Interval of warnings about limits that were learned. Ms: such a warning is unsure, and one run of mail needs one. */
export const learnedIntervalMs = 24 * 3_600_000;
/** At most so many senders over a limit at once. A count: each is checked again every half minute. */
const mostOver = 1000;

/** Counts since the start, by the way in which mail came in. */
type WayIn = SenderKind | 'bounce' | 'incoming';
export type Totals = Readonly<
  Record<WayIn, {readonly messages: number; readonly recipients: number}>
>;

export interface Due {
  readonly sender: SenderKey;
  readonly alarm: Alarm;
  readonly atMs: number;
}

/** A sender whose waiting mail is to be held now, or one message to hold. */
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
  /** The sum of the last look into the queue. It is the same for all senders. */
  #summed: {readonly of: ReadonlyMap<SenderKey, number>; readonly sum: number} | undefined;
  /** Senders that were over a limit when their last line was counted. */
  readonly #over = new Set<SenderKey>();
  #messages: ToHold[] = [];

  constructor({mailSenders, mailBook}: BookTables, settings: BookSettings) {
    mailSenders.limitTo(mostSenders);
    this.#senders = mailSenders;
    this.#book = mailBook;
    this.#settings = settings;
  }

  /** Takes up the senders that were over a limit when the daemon ended: they may send nothing more, and their mail waits. */
  begin(nowMs: number): void {
    if (!this.#isSteady(nowMs)) return;
    for (const [sender] of this.#senders.entries())
      this.#seeOver(sender, this.alarm(sender, nowMs, 'all'));
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
      // The relay has taken no mail of an unknown sender yet. So only a failure begins its record.
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

  /** Notes the script from which a counted mail came. It is only shown, and decides nothing. */
  seeScript(sender: SenderKey, script: string, recipients: number): void {
    const record = this.#senders.get(sender);
    if (record !== undefined) this.#senders.replace(sender, withScript(record, script, recipients));
  }

  /**
   * Whose mail to hold now; empty unless the mode is `quarantine`. Each message is named once. Limits that only warn
   * (`whyOnlyWarned`) hold no mail. So neither the learned ones nor the queue count here.
   */
  toHold(nowMs: number): ToHold[] {
    const {mode, exempts, attribution} = this.#settings;
    const count = attribution === 'verified' ? 'vouched' : 'all';
    const messages = this.#messages;
    this.#messages = [];
    const over: ToHold[] = [];
    for (const sender of [...this.#over]) {
      if (this.alarm(sender, nowMs, 'all') === undefined) {
        this.#over.delete(sender);
        continue;
      }
      const alarm = this.#sure(sender, nowMs, count);
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

  #sure(sender: SenderKey, nowMs: number, count: 'all' | 'vouched'): Alarm | undefined {
    const question = this.#question(sender, nowMs, count);
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

  /** Takes in the mailer's queue: its senders may be over a limit although they send nothing now. */
  seeQueue(queued: ReadonlyMap<SenderKey, number>, nowMs: number): Due[] {
    if (!this.#isSteady(nowMs)) return [];
    return [...queued.keys()].flatMap((sender) => {
      const alarm = this.alarm(sender, nowMs, 'all', queued);
      return (alarm && this.#due(sender, alarm, nowMs)) ?? [];
    });
  }

  #judge(sender: SenderKey, atMs: number, single?: Alarm): Due | undefined {
    const alarm = this.alarm(sender, atMs, 'all');
    this.#seeOver(sender, alarm);
    const told = single ?? alarm;
    return told && this.#due(sender, told, atMs);
  }

  #seeOver(sender: SenderKey, alarm: Alarm | undefined): void {
    if (alarm !== undefined && this.#over.size < mostOver) this.#over.add(sender);
  }

  /** Whether sums may raise an alarm without a line: an hour may count twice after the clock was set back. */
  #isSteady(nowMs: number): boolean {
    const row = this.#book.get(bookKey);
    return row !== undefined && nowMs >= row.unsteadyUntilMs;
  }

  /** A warning is due once in an interval, by the log's time. A restart does not change that. */
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

  /** @returns whether sums may raise an alarm now */
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
    // Whole minutes are enough, and save a write for each line.
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

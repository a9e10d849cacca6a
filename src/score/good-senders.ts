/**
 * Remembers of whom mail was accepted, and decides who of them is a good sender: one whom a broken
 * list of users would make look like a guesser. What follows from that is for `brake.ts`. Time is
 * log time.
 *
 * A good sender has delivered within the last week, and for the first time at least ten minutes
 * before its present series of guesses began: a guesser cannot make himself a name with a mail sent
 * along, or just before. A series is as old as the score (`Offender.firstMs`), but no older than a
 * day: a large sender's score may not come down to nothing for weeks, and its good name is not to
 * wait for that. Who takes the trouble to deliver first and to wait can have a good name; that is the
 * price, for an innocent matters more (docs/how-it-decides.md).
 *
 * Any log line may tell of accepted mail, also under `attribution = "verified"`: to forge one gains
 * no more than to send a mail does, and a log file has nothing better to say of it.
 */
import type {Table} from '../base/mechanisms/table.js';

/**
 * Plain data: it is saved as it is. Whole minutes since the epoch, because V8 keeps ms beside the
 * object as a number of their own: 100,000 senders are 15 MB so, and were 18 MB.
 */
export interface Sender {
  /** Mail was accepted for the first time; rounded up, so that nobody is taken for older. */
  readonly firstMinute: number;
  /** And of late; up to `renewMinutes` old. */
  readonly lastMinute: number;
}

/** Senders remembered at once. A count: about 15 MB; beyond it the one silent for longest goes. */
export const mostSenders = 100_000;

/** A mail is noted if the last one noted is so old: else each mail of a busy relay were a write. */
export const renewMinutes = 60;

/** Who has delivered nothing for so long is no good sender. Ms: a newsletter comes once a week. */
export const goodMs = 7 * 86_400_000;

/** After so long without mail a sender is forgotten. Minutes: twice as long as it can matter. */
export const forgottenMinutes = 14 * 24 * 60;

/** A good sender's first mail was accepted so long before its guesses began. Ms. */
export const beforehandMs = 10 * 60_000;

/** No series of guesses counts as older. Ms. */
export const longestSeriesMs = 86_400_000;

const minuteMs = 60_000;

export class GoodSenders {
  readonly #table: Table<Sender>;

  constructor(table: Table<Sender>) {
    table.limitTo(mostSenders);
    this.#table = table;
  }

  /** Mail of the client was accepted. */
  accepted(client: string, atMs: number): void {
    const before = this.#table.get(client);
    const lastMinute = Math.floor(atMs / minuteMs);
    if (before !== undefined && lastMinute - before.lastMinute < renewMinutes) return;
    const firstMinute = before?.firstMinute ?? Math.ceil(atMs / minuteMs);
    this.#table.set(client, {firstMinute, lastMinute});
  }

  /** @param seriesMs when its score last began at nothing; `atMs` where it has none */
  isGood(client: string, seriesMs: number, atMs: number): boolean {
    const sender = this.#table.get(client);
    if (sender === undefined) return false;
    const beganMs = Math.max(seriesMs, atMs - longestSeriesMs);
    const {firstMinute, lastMinute} = sender;
    return (
      firstMinute * minuteMs <= beganMs - beforehandMs && lastMinute * minuteMs >= atMs - goodMs
    );
  }

  loseName(client: string): void {
    this.#table.delete(client);
  }

  /** Forgets who is silent; what was noted while the clock was ahead happened now. */
  sweep(nowMs: number): void {
    const nowMinute = Math.floor(nowMs / minuteMs);
    for (const [client, {firstMinute, lastMinute}] of this.#table.entries()) {
      if (nowMinute - lastMinute > forgottenMinutes) this.#table.delete(client);
      if (lastMinute <= nowMinute) continue;
      const first = Math.min(firstMinute, nowMinute);
      this.#table.replace(client, {firstMinute: first, lastMinute: nowMinute});
    }
  }
}

/** What is remembered of a sender, for people. Ms since the epoch. */
export function acceptedMs(
  table: Table<Sender>,
  client: string,
): {readonly firstMs: number; readonly lastMs: number} | undefined {
  const sender = table.get(client);
  if (sender === undefined) return undefined;
  return {firstMs: sender.firstMinute * minuteMs, lastMs: sender.lastMinute * minuteMs};
}

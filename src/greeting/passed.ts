/**
 * Clients that have waited for the greeting in silence, and go straight to the mailer from then on:
 * how long, and what makes it longer. Decides nothing about blocks, and puts nothing into the
 * firewall (`way.ts`).
 */
import type {Table} from '../base/mechanisms/table.js';

/** Plain data: it is saved as it is. */
export interface Pass {
  /** When it waited. Ms since the epoch. */
  readonly sinceMs: number;
  /** It goes straight to the mailer until then. */
  readonly untilMs: number;
}

/** Clients remembered. A count: a set of ipset holds 65,536 by itself. The one renewed longest ago goes. */
export const mostPassed = 50_000;

/** A pass that was renewed so recently is not renewed again: each mail would be a change. Ms: an hour. */
export const renewMs = 3_600_000;

/** A client that the gate could not let wait has shown nothing: so long it passes. Ms: an hour. */
export const unwaitedMs = 3_600_000;

export class Passed {
  readonly #table: Table<Pass>;
  readonly #passedMs: number;

  /** @param seconds since its last mail: the setting */
  constructor(table: Table<Pass>, seconds: number) {
    table.limitTo(mostPassed);
    [this.#table, this.#passedMs] = [table, seconds * 1000];
  }

  get size(): number {
    return this.#table.size;
  }

  /** @returns until when; undefined: it does not pass */
  untilMs(client: string, nowMs: number): number | undefined {
    const untilMs = this.#table.get(client)?.untilMs ?? 0;
    return untilMs > nowMs ? untilMs : undefined;
  }

  *standing(nowMs: number): Generator<readonly [client: string, untilMs: number]> {
    for (const [client, {untilMs}] of this.#table.entries()) {
      if (untilMs > nowMs) yield [client, untilMs];
    }
  }

  /**
   * It was handed to the mailer.
   *
   * @returns until when it passes; undefined: it did so before, for as long
   */
  note(client: string, how: 'waited' | 'unwaited', atMs: number): number | undefined {
    const before = this.#table.get(client);
    const ms = how === 'waited' ? this.#passedMs : Math.min(unwaitedMs, this.#passedMs);
    const untilMs = atMs + ms;
    if (before !== undefined && before.untilMs >= untilMs) return undefined;
    this.#table.set(client, {sinceMs: before?.sinceMs ?? atMs, untilMs});
    return untilMs;
  }

  /** Mail of it has arrived. @returns until when it passes now; undefined: as before, or not at all */
  delivered(client: string, atMs: number): number | undefined {
    const before = this.#table.get(client);
    const untilMs = atMs + this.#passedMs;
    if (before === undefined || before.untilMs <= atMs) return undefined;
    if (untilMs - before.untilMs < Math.min(renewMs, this.#passedMs / 2)) return undefined;
    this.#table.set(client, {...before, untilMs});
    return untilMs;
  }

  /** It is blocked: it waits again when the block is over. @returns whether it passed */
  end(client: string): 'ended' | 'none' {
    if (this.#table.get(client) === undefined) return 'none';
    this.#table.delete(client);
    return 'ended';
  }

  /** Forgets what is over. */
  sweep(nowMs: number): void {
    for (const [client, {sinceMs, untilMs}] of this.#table.entries()) {
      // Noted while the clock was ahead, or under a longer setting.
      const mostMs = nowMs + this.#passedMs;
      if (untilMs <= nowMs) this.#table.delete(client);
      else if (untilMs > mostMs) {
        this.#table.replace(client, {sinceMs: Math.min(sinceMs, nowMs), untilMs: mostMs});
      }
    }
  }
}

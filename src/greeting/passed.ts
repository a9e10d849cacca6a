/**
 * Passes. A client that waited for the greeting in silence gets a pass: for a time it goes straight to
 * the mailer. Decides how long a pass lasts, and what renews it. Decides nothing about blocks, and
 * changes no firewall (`way.ts`).
 */
import type {Table} from '../base/mechanisms/table.js';

/** Plain data: it is saved as it is. */
export interface Pass {
  /** When the client waited. Ms since the epoch. */
  readonly sinceMs: number;
  /** When the pass ends. Ms since the epoch. */
  readonly untilMs: number;
}

/**
 * Passes at the same time. A count: a set of ipset holds 65,536 by default. When it is reached, the pass that was
 * renewed longest ago is dropped.
 */
export const mostPassed = 50_000;

/** A pass is renewed at most this often: otherwise each mail would change the firewall. Ms: an hour. */
export const renewMs = 3_600_000;

/** Pass of a client that did not wait because the gate was full, and so has proved nothing. Ms: an hour. */
export const unwaitedMs = 3_600_000;

export class Passed {
  readonly #table: Table<Pass>;
  readonly #passedMs: number;

  /** @param seconds how long a pass lasts after the client's last mail: the setting */
  constructor(table: Table<Pass>, seconds: number) {
    table.limitTo(mostPassed);
    [this.#table, this.#passedMs] = [table, seconds * 1000];
  }

  get size(): number {
    return this.#table.size;
  }

  /** @returns when the client's pass ends; undefined: it has none */
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
   * The gate has handed the client to the mailer.
   *
   * @returns when its new pass ends; undefined: it already has a pass that lasts as long
   */
  note(client: string, how: 'waited' | 'unwaited', atMs: number): number | undefined {
    const before = this.#table.get(client);
    const ms = how === 'waited' ? this.#passedMs : Math.min(unwaitedMs, this.#passedMs);
    const untilMs = atMs + ms;
    if (before !== undefined && before.untilMs >= untilMs) return undefined;
    this.#table.set(client, {sinceMs: before?.sinceMs ?? atMs, untilMs});
    return untilMs;
  }

  /** Mail of the client was accepted. @returns when its renewed pass ends; undefined: nothing changed */
  delivered(client: string, atMs: number): number | undefined {
    const before = this.#table.get(client);
    const untilMs = atMs + this.#passedMs;
    if (before === undefined || before.untilMs <= atMs) return undefined;
    if (untilMs - before.untilMs < Math.min(renewMs, this.#passedMs / 2)) return undefined;
    this.#table.set(client, {...before, untilMs});
    return untilMs;
  }

  /** The client is blocked: after the block it waits again. @returns whether it had a pass */
  end(client: string): 'ended' | 'none' {
    if (this.#table.get(client) === undefined) return 'none';
    this.#table.delete(client);
    return 'ended';
  }

  /** Forgets passes that are over. */
  sweep(nowMs: number): void {
    for (const [client, {sinceMs, untilMs}] of this.#table.entries()) {
      // A pass can end too late: the clock was ahead, or the setting was longer.
      const mostMs = nowMs + this.#passedMs;
      if (untilMs <= nowMs) this.#table.delete(client);
      else if (untilMs > mostMs) {
        this.#table.replace(client, {sinceMs: Math.min(sinceMs, nowMs), untilMs: mostMs});
      }
    }
  }
}

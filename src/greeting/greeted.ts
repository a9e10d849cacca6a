/**
 * Remembers what clients did before the greeting: which spoke, and which left. Counts early talk in
 * acts. One act can be reported four times (two lines of the mailer, the kernel, the gate), by clocks
 * that are seconds apart; this file decides which reports are one act. How much an act weighs is for
 * `judge/judge.ts`. A client that left is never blamed: monitors and call-backs do that too.
 */
import {printable} from '../base/printable.js';
import type {Table} from '../base/mechanisms/table.js';

/** Plain data: it is saved as it is. */
export interface Greeted {
  /** Acts of early talk. A count. */
  readonly early: number;
  /** When the latest of them was. Ms since the epoch; absent: there was none. */
  readonly earlyMs?: number;
  /** What the client said too early, if the gate read it: hostile text, made printable and cut. */
  readonly said?: string;
  /** How often the client left without saying anything, and when last. */
  readonly left: number;
  readonly leftMs?: number;
}

/**
 * Early talk of one client within this time is one act. Ms: ten minutes, the shortest time after
 * which an honest mailer tries its queue again.
 */
export const actMs = 10 * 60_000;

/** Clients remembered. A count: about 4 MB. When it is reached, the client seen longest ago is forgotten. */
export const mostGreeted = 20_000;

/** A client that was not seen for this long is forgotten. Ms: 30 days. */
export const greetedMs = 30 * 86_400_000;

/** Longest text of an early talker that is kept. Characters. */
export const saidCharacters = 100;

const nothing: Greeted = {early: 0, left: 0};

export class GreetedClients {
  readonly #table: Table<Greeted>;

  constructor(table: Table<Greeted>) {
    table.limitTo(mostGreeted);
    this.#table = table;
  }

  of(client: string): Greeted | undefined {
    return this.#table.get(client);
  }

  /** @param client canonical text of an address, or of a network that counts as one client */
  spokeEarly(client: string, atMs: number): 'newAct' | 'sameAct' {
    const before = this.#table.get(client) ?? nothing;
    const {earlyMs} = before;
    if (earlyMs !== undefined && Math.abs(atMs - earlyMs) < actMs) return 'sameAct';
    // A line may be read late: the time of a later act stays.
    const lastMs = Math.max(atMs, earlyMs ?? 0);
    this.#table.set(client, {...before, early: before.early + 1, earlyMs: lastMs});
    return 'newAct';
  }

  /** Keeps what an early talker said, for people. Ignores a client without an act. */
  heard(client: string, said: string): void {
    const before = this.#table.get(client);
    const text = printable(said, saidCharacters);
    if (before === undefined || before.early === 0 || text === '' || before.said === text) return;
    this.#table.replace(client, {...before, said: text});
  }

  left(client: string, atMs: number): void {
    const before = this.#table.get(client) ?? nothing;
    const leftMs = Math.max(atMs, before.leftMs ?? 0);
    this.#table.set(client, {...before, left: before.left + 1, leftMs});
  }

  sweep(nowMs: number): void {
    for (const [client, {earlyMs = 0, leftMs = 0}] of this.#table.entries()) {
      const lastMs = Math.max(earlyMs, leftMs);
      // Noted while the clock was ahead. It must go: otherwise a new act would seem to be the same one.
      if (lastMs > nowMs || nowMs - lastMs > greetedMs) this.#table.delete(client);
    }
  }
}

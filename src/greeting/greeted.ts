/**
 * Remembers what clients did before the greeting: which spoke, and which left. Decides what is one
 * act: several witnesses see it (two lines of the mailer, the kernel, the gate), and their clocks
 * are seconds apart. Weighs nothing (`judge/judge.ts`). Never blames a client that left: monitors
 * and call-backs do that too.
 */
import {printable} from '../base/printable.js';
import type {Table} from '../base/mechanisms/table.js';

/** Plain data: it is saved as it is. */
export interface Greeted {
  /** Acts, and the latest that counted. A count; ms since the epoch, absent: none. */
  readonly early: number;
  readonly earlyMs?: number;
  /** What it said then, where the gate heard it: hostile text, made printable and cut. */
  readonly said?: string;
  /** How often it left without a word or a command, and when last. */
  readonly left: number;
  readonly leftMs?: number;
}

/**
 * A client that speaks too early again within this time has done it once. Ms: ten minutes, as an
 * honest queue waits at least.
 */
export const actMs = 10 * 60_000;

/** Clients remembered. A count: about 4 MB; the one that was silent longest goes. */
export const mostGreeted = 20_000;

/** A client that was silent for this long is forgotten. Ms: 30 days. */
export const greetedMs = 30 * 86_400_000;

/** What is kept of its words. Characters. */
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

  /** @param client canonical text, of an address or of the network that counts as one client */
  spokeEarly(client: string, atMs: number): 'newAct' | 'sameAct' {
    const before = this.#table.get(client) ?? nothing;
    const {earlyMs} = before;
    if (earlyMs !== undefined && Math.abs(atMs - earlyMs) < actMs) return 'sameAct';
    // A line that is read late is no reason to forget a later act.
    const lastMs = Math.max(atMs, earlyMs ?? 0);
    this.#table.set(client, {...before, early: before.early + 1, earlyMs: lastMs});
    return 'newAct';
  }

  /** What it said, for people; only of a client that is known to have spoken. */
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
      // Noted while the clock was ahead: it must not keep what comes now from counting.
      if (lastMs > nowMs || nowMs - lastMs > greetedMs) this.#table.delete(client);
    }
  }
}

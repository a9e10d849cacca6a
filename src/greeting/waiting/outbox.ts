/**
 * Keeps the visits that the daemon has not taken yet, and makes reports of them. Sends nothing. The
 * number of visits is bounded: if no daemon answers, the oldest visits are dropped and counted.
 */
import {type GateReport, type GateVisit, mostVisits, mostWaiters} from '../report.js';
import type {WaitingRoom} from './room.js';

/** Visits that are kept for a daemon. A count: ten full reports, 700 kB at most. */
export const mostUnsent = 2000;

export class Outbox {
  readonly #unsent: GateVisit[] = [];
  #dropped = 0;

  get unsent(): number {
    return this.#unsent.length;
  }

  add(visit: GateVisit): void {
    this.#unsent.push(visit);
    if (this.#unsent.length <= mostUnsent) return;
    this.#unsent.shift();
    this.#dropped += 1;
  }

  /** Visits for the next report, the oldest first. */
  next(): readonly GateVisit[] {
    return this.#unsent.slice(0, mostVisits);
  }

  /** The daemon has taken these visits. Some of them may have been dropped meanwhile. */
  sent(visits: readonly GateVisit[]): void {
    const last = visits.at(-1);
    const at = last === undefined ? -1 : this.#unsent.indexOf(last);
    this.#unsent.splice(0, at + 1);
  }

  /** Visits dropped since the last call. A count. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}

/**
 * @param atMs the time by the room's monotonic clock
 * @param aheadMs how far the wall clock is ahead of that clock
 */
export function reportOf(
  room: WaitingRoom,
  port: number,
  visits: readonly GateVisit[],
  atMs: number,
  aheadMs: number,
): GateReport {
  const waiters = [];
  for (const {client, sinceMs} of room.waiters()) {
    if (waiters.length >= mostWaiters) break;
    waiters.push({client: client.text, sinceMs: Math.max(0, Math.round(sinceMs + aheadMs))});
  }
  return {
    state: room.load(atMs),
    port,
    waiting: room.size,
    children: room.children,
    stress: room.isStressed ? 'stressed' : 'calm',
    visits,
    waiters,
  };
}

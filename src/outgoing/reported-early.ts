/**
 * Remembers connections that a look at the tables reported before the event of the kernel's trace was
 * handled. If the process has ended by then, this shows that the event is about the same connection and
 * not about a second one.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {isWithin} from '../base/mechanisms/elapsed.js';

/** How late an event can be handled. Ms: it comes at once, and on a busy machine within seconds. */
export const lateMs = 10_000;
/** Connections remembered. A count: as many as may wait for their lookup (`mostPending`). */
export const mostAhead = 10_000;

interface Entry {
  readonly count: number;
  readonly sinceMs: number;
}

export class ReportedEarly {
  /** By process and destination; the one changed last comes last. */
  readonly #entries = new BoundedMap<string, Entry>(mostAhead);

  note(pid: number, destination: string, nowMs: number): void {
    const key = keyOf(pid, destination);
    const {count} = this.#good(key, nowMs);
    this.#entries.set(key, {count: count + 1, sinceMs: nowMs});
  }

  /** Takes an event. @returns `told`: a look has already reported this connection; each report answers one event */
  take(pid: number, destination: string, nowMs: number): 'told' | 'new' {
    const key = keyOf(pid, destination);
    const {count, sinceMs} = this.#good(key, nowMs);
    if (count > 1) this.#entries.set(key, {count: count - 1, sinceMs});
    else this.#entries.delete(key);
    return count > 0 ? 'told' : 'new';
  }

  #good(key: string, nowMs: number): Entry {
    const entry = this.#entries.get(key);
    return entry && isWithin(entry.sinceMs, lateMs, nowMs) ? entry : {count: 0, sinceMs: 0};
  }
}

const keyOf = (pid: number, destination: string): string => `${pid} ${destination}`;

/**
 * Remembers which connections a look at the tables has shown before the kernel's own report of them
 * was handled. If the process has ended when that report is handled, the report is of the same
 * connection and not of a second one.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {isWithin} from '../base/mechanisms/elapsed.js';

/** The kernel's word comes within moments, on a busy machine seconds. Ms. */
export const lateMs = 10_000;
/** Remembered at once. A count: as many as may wait to be looked up. */
export const mostAhead = 10_000;

interface Entry {
  readonly count: number;
  readonly sinceMs: number;
}

export class ReportedEarly {
  /** By process and destination; the one that was changed last comes last. */
  readonly #entries = new BoundedMap<string, Entry>(mostAhead);

  note(pid: number, destination: string, nowMs: number): void {
    const key = keyOf(pid, destination);
    const {count} = this.#good(key, nowMs);
    this.#entries.set(key, {count: count + 1, sinceMs: nowMs});
  }

  /** The kernel has reported one. @returns whether the tables reported it before: once for each */
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

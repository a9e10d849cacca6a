/**
 * Which connections a look at the tables has told of before the kernel's own word of them was heard, or
 * while that waited: when it comes, and the process has ended meanwhile, it is no second connection.
 */

/** The kernel's word comes within moments, on a busy machine seconds. Ms. */
export const lateMs = 10_000;
/** Remembered at once. A count: as many as may wait to be looked up. */
export const mostAhead = 10_000;

interface Entry {
  readonly count: number;
  readonly untilMs: number;
}

export class ReportedEarly {
  /** By process and destination; the oldest comes first. */
  readonly #entries = new Map<string, Entry>();

  note(pid: number, destination: string, nowMs: number): void {
    const key = keyOf(pid, destination);
    const {count} = this.#good(key, nowMs);
    this.#entries.delete(key);
    this.#entries.set(key, {count: count + 1, untilMs: nowMs + lateMs});
    if (this.#entries.size > mostAhead) {
      this.#entries.delete(this.#entries.keys().next().value ?? '');
    }
  }

  /** The kernel has told of one. @returns whether that was told of: of each once */
  take(pid: number, destination: string, nowMs: number): 'told' | 'new' {
    const key = keyOf(pid, destination);
    const {count, untilMs} = this.#good(key, nowMs);
    if (count > 1) this.#entries.set(key, {count: count - 1, untilMs});
    else this.#entries.delete(key);
    return count > 0 ? 'told' : 'new';
  }

  /** A clock that was set back makes none last longer. */
  #good(key: string, nowMs: number): Entry {
    const entry = this.#entries.get(key);
    const isGood = entry && entry.untilMs > nowMs && entry.untilMs <= nowMs + lateMs;
    return isGood ? entry : {count: 0, untilMs: 0};
  }
}

const keyOf = (pid: number, destination: string): string => `${pid} ${destination}`;

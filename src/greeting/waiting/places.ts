/**
 * Limits the processes of the mailer that the gate starts: how many run at the same time, and how many
 * start in a second. The mailer's own limits hold only for its daemon. Starts no process itself.
 */
export class Places {
  readonly #most: number;
  readonly #perSecond: number;
  #running = 0;
  /** Processes that may start now. It grows with time, up to the number for one second. */
  #left: number;
  #filledMs = Number.NEGATIVE_INFINITY;

  constructor(most: number, perSecond: number) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#left = perSecond;
  }

  get running(): number {
    return this.#running;
  }

  get isFull(): boolean {
    return this.#running >= this.#most;
  }

  /** Takes a place, if there is one. `later`: too many processes were started in the last second. */
  take(nowMs: number): 'taken' | 'later' | 'full' {
    if (this.isFull) return 'full';
    this.#fill(nowMs);
    if (this.#left < 1) return 'later';
    this.#left -= 1;
    this.#running += 1;
    return 'taken';
  }

  /** For the end of the gate: takes a place even if too many processes were started in the last second. */
  takeNow(): 'taken' | 'full' {
    if (this.isFull) return 'full';
    this.#running += 1;
    return 'taken';
  }

  /** A process that had a place has ended. */
  free(): void {
    this.#running = Math.max(0, this.#running - 1);
  }

  /** When the limit per second allows one more process. */
  nextMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#left >= 1 ? nowMs : nowMs + ((1 - this.#left) * 1000) / this.#perSecond;
  }

  #fill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#filledMs);
    this.#left = Math.min(this.#perSecond, this.#left + (passedMs * this.#perSecond) / 1000);
    this.#filledMs = nowMs;
  }
}

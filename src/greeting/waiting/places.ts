/**
 * How many processes of the mailer may start: so many at the same time, and so many in a second. A
 * mailer that the gate starts knows no limits of its own. Starts none.
 */
export class Places {
  readonly #most: number;
  readonly #perSecond: number;
  #running = 0;
  /** What may be started now; fills up with time to a second's worth. */
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

  /** Takes a place, if there is one. `later`: too many were started in the last second. */
  take(nowMs: number): 'taken' | 'later' | 'full' {
    if (this.isFull) return 'full';
    this.#fill(nowMs);
    if (this.#left < 1) return 'later';
    this.#left -= 1;
    this.#running += 1;
    return 'taken';
  }

  /** Takes a place however many were started in the last second: the gate ends. */
  takeNow(): 'taken' | 'full' {
    if (this.isFull) return 'full';
    this.#running += 1;
    return 'taken';
  }

  /** A process that had a place has ended. */
  free(): void {
    this.#running = Math.max(0, this.#running - 1);
  }

  /** From when on one more may be started, as far as the pace is concerned. */
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

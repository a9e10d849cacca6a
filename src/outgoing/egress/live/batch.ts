/** Runs work once that many callers ask for at the same moment. */
import {TimeSlice} from '../../../sys/run/time-slice.js';

export class Batch {
  readonly #work: () => Promise<void>;
  /** The work that was asked for and has not begun. */
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Asks for the work, which begins a moment later. The promise settles as the work does. */
  soon(): Promise<void> {
    this.#next ??= this.#afterThisMoment();
    return this.#next;
  }

  async #afterThisMoment(): Promise<void> {
    await new TimeSlice().next();
    // Cleared before the work begins: a call during the work needs another run.
    this.#next = undefined;
    await this.#work();
  }
}

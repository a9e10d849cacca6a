/** Work that many callers ask for in one moment, and that runs once. */
import {TimeSlice} from '../../../sys/run/time-slice.js';

export class Batch {
  readonly #work: () => Promise<void>;
  /** The work that has been asked for, and has not begun. */
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Asks for the work, which begins a moment later. Ends with it, and fails if it fails. */
  soon(): Promise<void> {
    this.#next ??= this.#afterThisMoment();
    return this.#next;
  }

  async #afterThisMoment(): Promise<void> {
    await new TimeSlice().next();
    // Cleared before the work begins: a call during the work may ask for more than the work sees.
    this.#next = undefined;
    await this.#work();
  }
}

/** Long work in slices, so that timers, sockets and the log have their turn in between. */
import {setImmediate} from 'node:timers/promises';

/** Others wait no longer. Ms. */
export const sliceMs = 4;

export class TimeSlice {
  #endMs = performance.now() + sliceMs;

  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Lets whatever is due have its turn. */
  async next(): Promise<void> {
    await setImmediate();
    this.#endMs = performance.now() + sliceMs;
  }
}

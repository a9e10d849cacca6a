/** Divides long work into slices, so that timers, sockets and the log get their turn in between. */
import {setImmediate} from 'node:timers/promises';

/** Length of a slice. Ms: other tasks wait no longer. */
export const sliceMs = 4;

export class TimeSlice {
  #endMs = performance.now() + sliceMs;

  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Gives other tasks their turn, if the slice is over. */
  async next(): Promise<void> {
    await setImmediate();
    this.#endMs = performance.now() + sliceMs;
  }
}

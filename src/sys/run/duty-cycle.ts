/**
 * Keeps work that strangers can cause without end to a share of the time: others have their turn after
 * each slice, and after a burst it rests for as long as it has worked.
 */
import {setImmediate, setTimeout} from 'node:timers/promises';
import {sliceMs} from './time-slice.js';

/** Worked before it must rest. Ms: of a burst all are looked at while they are still there. */
const burstMs = 100;
/** Ms: after one piece of work that was very long. */
const longestRestMs = 1000;

export class DutyCycle {
  #workedMs = 0;
  #markMs = performance.now();

  /** The work goes on; what has passed since it ended was rest. */
  begin(): void {
    const nowMs = performance.now();
    this.#workedMs = Math.max(0, this.#workedMs - (nowMs - this.#markMs));
    this.#markMs = nowMs;
  }

  end(): void {
    const nowMs = performance.now();
    this.#workedMs += nowMs - this.#markMs;
    this.#markMs = nowMs;
  }

  /** Between two pieces of the work: lets others have their turn, or rests, when it is time to. */
  async next(): Promise<void> {
    const sinceMs = performance.now() - this.#markMs;
    if (sinceMs < sliceMs && this.#workedMs + sinceMs < burstMs) return;
    this.end();
    if (this.#workedMs < burstMs) await setImmediate();
    else await setTimeout(Math.min(this.#workedMs, longestRestMs));
    this.begin();
  }
}

/**
 * Limits work that strangers can cause without end to a share of the time. After each slice other tasks get their
 * turn, and after a burst the work rests for as long as it has run.
 */
import {setImmediate, setTimeout} from 'node:timers/promises';
import {sliceMs} from './time-slice.js';

/** Work runs for so long before it rests. Ms: so the sockets of a burst are looked at while they still exist. */
const burstMs = 100;
/** The longest rest, after a very long piece of work. Ms. */
const longestRestMs = 1000;

export class DutyCycle {
  #workedMs = 0;
  #markMs = performance.now();

  /** The work begins again. The time since it last ended was rest. */
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

  /** Called between two pieces of the work. Gives other tasks their turn, or rests, if it is time to. */
  async next(): Promise<void> {
    const sinceMs = performance.now() - this.#markMs;
    if (sinceMs < sliceMs && this.#workedMs + sinceMs < burstMs) return;
    this.end();
    if (this.#workedMs < burstMs) await setImmediate();
    else await setTimeout(Math.min(this.#workedMs, longestRestMs));
    this.begin();
  }
}

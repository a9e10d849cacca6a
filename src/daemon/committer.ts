/**
 * Decides when the state is saved: soon after something was counted, now and then while only the
 * place in the log moves. What is not saved yet is not lost: its lines are read again. A disk that
 * refuses is told once and tried again; everything stays in memory until then.
 */
import type {Say} from '../log-level.js';
import {nowMs} from '../sys/machine.js';

/** How soon a change is saved. Ms: many lines share one transaction. */
const soonMs = 200;
/** How soon a mere step in the log is saved. Ms: reading some honest lines twice costs nothing. */
const laterMs = 2000;
/** The next try after a failure. Ms. */
const retryMs = 5000;

export class Committer {
  readonly #commit: () => void;
  readonly #say: Say;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #failing = false;
  #isStopped = false;

  /** @param commit saves everything, or throws and keeps everything */
  constructor(commit: () => void, say: Say) {
    this.#commit = commit;
    this.#say = say;
  }

  after(change: 'counted' | 'moved'): void {
    if (this.#isStopped) return;
    const waitMs = this.#failing ? retryMs : change === 'counted' ? soonMs : laterMs;
    const dueMs = nowMs() + waitMs;
    if (dueMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => this.now(), waitMs);
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#dueMs = Number.POSITIVE_INFINITY;
    try {
      this.#commit();
      if (this.#failing) this.#say('notice', 'state: saved again, nothing was lost');
      this.#failing = false;
    } catch (error) {
      const message = `state: not saved: ${(error as Error).message} (kept, trying again)`;
      if (!this.#failing) this.#say('error', message);
      this.#failing = true;
      this.after('counted');
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}

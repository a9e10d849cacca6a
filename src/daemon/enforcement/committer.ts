/**
 * Decides when to save the state: soon after something was counted; less often while only the
 * position in the log moves. Nothing unsaved is lost: its log lines are read again. If the disk
 * refuses, it reports that once, until the state is saved again, and goes on trying; everything
 * stays in memory until then.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import type {Say} from '../../base/say.js';
import {monotonicMs} from '../../sys/run/clock.js';

/** How soon a change is saved. Ms: many log lines share one transaction. */
const soonMs = 200;
/**
 * How soon a mere change of the log position is saved. Ms: reading some lines twice costs nothing.
 */
const laterMs = 2000;
/** The pause after a failure. Ms. */
const retryMs = 5000;

export class Committer {
  readonly #commit: () => void;
  readonly #troubles: Troubles;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #failure: string | undefined;
  #isStopped = false;

  /** @param commit saves everything; if it throws, it has kept everything */
  constructor(commit: () => void, say: Say) {
    this.#commit = commit;
    this.#troubles = new Troubles(say);
  }

  after(change: 'counted' | 'moved'): void {
    if (this.#isStopped) return;
    const waitMs = this.#failure !== undefined ? retryMs : change === 'counted' ? soonMs : laterMs;
    const dueMs = monotonicMs() + waitMs;
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
      this.#failure = undefined;
      this.#troubles.end('state', 'state: saved again, nothing was lost');
    } catch (error) {
      const {message: why} = error as Error;
      // Reported once, whatever the reasons: two alternating ones would fill the disk.
      if (this.#failure === undefined) {
        this.#troubles.begin('state', `state: not saved: ${why} (kept, trying again)`);
      }
      this.#failure = why;
      this.after('counted');
    }
  }

  /** Why the latest try failed; undefined: it succeeded. */
  get failure(): string | undefined {
    return this.#failure;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}

/**
 * Decides which imitations of the mailer's lines lead to a warning: each user once in an interval,
 * and a bounded number of users. Any user can write any number of such lines.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {isWithin} from '../base/mechanisms/elapsed.js';

/** Warnings about at most so many users in an interval. A count: a flooded log would hide all other lines. */
const mostLabelWarnings = 20;

export class LabelLimits {
  readonly #told = new BoundedMap<string, number>(mostLabelWarnings);

  /** @param nowMs by the clock, because a line of a log can have any time */
  tell(user: string, intervalMs: number, nowMs: number): 'warn' | 'silent' {
    const before = this.#told.get(user);
    if (before !== undefined && isWithin(before, intervalMs, nowMs)) return 'silent';
    const [oldest] = [...this.#told.entries()];
    const oldestMs = oldest?.[1];
    const isFull = this.#told.size >= mostLabelWarnings && before === undefined;
    if (isFull && oldestMs !== undefined && isWithin(oldestMs, intervalMs, nowMs)) return 'silent';
    this.#told.set(user, nowMs);
    return 'warn';
  }
}

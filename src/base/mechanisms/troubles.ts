/**
 * Reports each trouble once: again when the reason changes, and once more when it is over. The
 * caller decides when it is over.
 */
import {BoundedMap} from './bounded-map.js';
import type {LogLevel, Say} from '../say.js';

/**
 * Subjects remembered at once. A count: beyond it, the oldest subject is forgotten, and would be reported again.
 */
export const mostTroubles = 1_000;

export class Troubles {
  readonly #say: Say;
  readonly #open = new BoundedMap<string, string>(mostTroubles);

  constructor(say: Say) {
    this.#say = say;
  }

  /** Logs the message, unless it is the last one logged for this subject. */
  begin(subject: string, message: string, level: LogLevel = 'error'): void {
    const before = this.#open.get(subject);
    this.#open.set(subject, message);
    if (before !== message) this.#say(level, message);
  }

  /**
   * @param message logged if the subject was in trouble; default: nothing
   * @returns whether it was
   */
  end(subject: string, message?: string, level: LogLevel = 'notice'): boolean {
    const had = this.#open.delete(subject);
    if (had && message !== undefined) this.#say(level, message);
    return had;
  }

  /** Whether the subject is in trouble. */
  has(subject: string): boolean {
    return this.#open.has(subject);
  }
}

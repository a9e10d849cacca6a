/**
 * Logs outcomes: some at once with a line of their own, the others now and then as a sum.
 * So a flood of guesses does not become a flood in our own log. `outcome-text.ts` decides which outcome has a line.
 */
import type {LogLevel, Say} from '../base/say.js';
import type {Outcome} from '../guard/outcome.js';
import {voiceOf} from './outcome-text.js';

export class Digest {
  readonly #say: Say;
  readonly #counts = new Map<string, {readonly level: LogLevel; readonly count: number}>();
  readonly #kinds = new Map<Outcome['kind'], number>();

  constructor(say: Say) {
    this.#say = say;
  }

  /** Logs the outcome now, or counts it. */
  hear(outcome: Outcome, nowMs: number): void {
    this.#kinds.set(outcome.kind, (this.#kinds.get(outcome.kind) ?? 0) + 1);
    const voice = voiceOf(outcome, nowMs);
    switch (voice.kind) {
      case 'line':
        this.#say(voice.level, voice.message);
        break;
      case 'counted': {
        const {level, what} = voice;
        const count = (this.#counts.get(what)?.count ?? 0) + voice.count;
        this.#counts.set(what, {level, count});
        break;
      }
      case 'silent':
    }
  }

  /** Logs the sums since the last call. */
  tell(): void {
    for (const [what, {level, count}] of this.#counts) this.#say(level, `${count} ${what}`);
    this.#counts.clear();
  }

  /** Outcomes of each kind since the beginning. Counts. */
  get outcomes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#kinds);
  }
}

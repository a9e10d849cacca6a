/**
 * Logs outcomes: one with a line of its own immediately, the others once in a while with their sum.
 * A flood of guesses must not become a flood in our own log. `outcome-text.ts` decides which is
 * which.
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

  /** Says the outcome now, or counts it. */
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

  /** Says what was counted since it was last said. */
  tell(): void {
    for (const [what, {level, count}] of this.#counts) this.#say(level, `${count} ${what}`);
    this.#counts.clear();
  }

  /** How many outcomes of each kind were heard since the beginning. */
  get outcomes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#kinds);
  }
}

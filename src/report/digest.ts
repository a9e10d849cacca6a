/**
 * Counts what can happen a thousand times a second, so that it is told once in a while, with its
 * number: a flood at the gate must not become one in our own log.
 */
import type {LogLevel, Say} from '../base/say.js';
import type {Outcome} from '../guard/outcome.js';
import type {WhyUnresolved} from '../mail/join-outcome.js';
import type {Told} from './outcome-text.js';

const whyUnresolved: Readonly<Record<WhyUnresolved, string>> = {
  silentSession: 'their sessions ended without a word about the client',
  tooManyAtOnce: 'too many at once',
  envelopeUnknown: 'their mail came before the log that was read',
};

const notYet =
  'not made: as many were made in that minute as may be (blocks_per_minute); each is made at the next sign of its client';

export class Digest {
  readonly #counts = new Map<string, {readonly level: LogLevel; count: number}>();

  /** @returns whether the outcome is only counted, and told later */
  takes(outcome: Outcome): outcome is Exclude<Outcome, Told> {
    switch (outcome.kind) {
      case 'unresolved':
        this.#add(
          'warning',
          `unknown recipients never tied to a client: ${whyUnresolved[outcome.why]}`,
          outcome.recipients,
        );
        return true;
      case 'broken':
        this.#add('warning', 'pieces of split messages of which not all came', outcome.pieces);
        return true;
      case 'noRoom':
        this.#add('error', 'blocks not made: as many stand already as can stand', 1);
        return true;
      case 'heldBack':
        // What the stop holds back is counted in the stop, and told with it.
        if (outcome.why === 'minute') this.#add('warning', `blocks ${notYet}`, 1);
        return true;
      case 'dispute':
      case 'block':
      case 'reaped':
      case 'lifted':
      case 'counted':
      case 'exempt':
      case 'unproven':
      case 'stopped':
      case 'resumed':
        return false;
    }
  }

  /** Says what has come together, and begins anew. */
  tell(say: Say): void {
    for (const [message, {level, count}] of this.#counts) say(level, `${count} ${message}`);
    this.#counts.clear();
  }

  #add(level: LogLevel, message: string, count: number): void {
    const before = this.#counts.get(message)?.count ?? 0;
    this.#counts.set(message, {level, count: before + count});
  }
}

/**
 * Counts names in the log (programs, hosts) within a limit: anybody who may write to the log can write
 * a new name with each line. The most frequent ones are kept; a count may be too low, but never too
 * high.
 */
import {printable} from '../base/printable.js';

/**
 * Names counted at once. A count: a dozen programs write to a machine's log, and a few hosts to a
 * central one.
 */
export const mostNames = 32;
/** Names that a report shows. A count. */
const mostShown = 3;
/** The greatest length of a shown name. Characters. */
const mostNameCharacters = 64;

/** One name as shown: printable and shortened. Counts. */
export interface Counted {
  readonly name: string;
  readonly lines: number;
  /** Lines whose message plainly is the mailer's. */
  readonly own: number;
}

interface Count {
  lines: number;
  own: number;
}

export class Tally {
  readonly #counts = new Map<string, Count>();

  add(name: string, whose: 'own' | 'other'): void {
    const count = this.#counts.get(name) ?? this.#begin(name);
    count.lines += 1;
    if (whose === 'own') count.own += 1;
  }

  /** The most frequent names; those with lines that plainly are the mailer's come first. */
  top(): Counted[] {
    return [...this.#counts]
      .sort(([, a], [, b]) => b.own - a.own || b.lines - a.lines)
      .slice(0, mostShown)
      .map(([name, {lines, own}]) => ({name: printable(name, mostNameCharacters), lines, own}));
  }

  /** Replaces the rarest name if there is no room. */
  #begin(name: string): Count {
    if (this.#counts.size >= mostNames) {
      let rarest: string | undefined;
      let fewest = Number.POSITIVE_INFINITY;
      for (const [each, {lines, own}] of this.#counts) {
        if (lines + own < fewest) [rarest, fewest] = [each, lines + own];
      }
      if (rarest !== undefined) this.#counts.delete(rarest);
    }
    const count = {lines: 0, own: 0};
    this.#counts.set(name, count);
    return count;
  }
}

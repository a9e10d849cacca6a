/**
 * Counts names that the log writes (programs, hosts) within a bound: anybody who may write to the log
 * can write a new name with each line. The most frequent ones are kept; a count may be too low, and
 * never too high.
 */
import {printable} from '../base/printable.js';

/** Names counted at once. A count: a machine has a dozen programs that log, a collector some hosts. */
export const mostNames = 32;
/** Names shown. A count. */
const mostTold = 3;
/** Length of a name as shown. Characters. */
const mostNameCharacters = 64;

/** One name as shown: printable and cut. Counts. */
export interface Counted {
  readonly name: string;
  readonly lines: number;
  /** Those of which the message plainly is the mailer's. */
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

  /** The most frequent names, first those whose lines plainly are the mailer's. */
  top(): Counted[] {
    return [...this.#counts]
      .sort(([, a], [, b]) => b.own - a.own || b.lines - a.lines)
      .slice(0, mostTold)
      .map(([name, {lines, own}]) => ({name: printable(name, mostNameCharacters), lines, own}));
  }

  /** In the place of the rarest, where there is no more room. */
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

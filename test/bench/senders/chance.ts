/** Random parts of a simulated world: skewed numbers, and recipients. */
import {hashOf} from '../../../src/base/hash.js';
import {Dice} from '../harvest/dice.js';

export class Chance extends Dice {
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** A number with this median. With `spread` 1, one in six is more than 2.7 times the median. */
  skewed(median: number, spread: number): number {
    return median * Math.exp(spread * this.normal());
  }

  /** A number of at least `least`. One in 2^power is at least twice as large. */
  heavy(least: number, power: number, most: number): number {
    return Math.min(most, Math.floor(least * (1 - this.next()) ** (-1 / power)));
  }

  /** A random count with this mean, which may be large. */
  many(mean: number): number {
    if (mean <= 0) return 0;
    if (mean < 50) return this.poisson(mean);
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
  }
}

export interface Person {
  readonly hash: number;
  readonly domain: string;
  /** `dead`: the address does not exist any more. */
  readonly is: 'alive' | 'dead';
}

/** Large providers. A count: each has the same share, which favours none of the compared rules. */
const providers = 12;
const otherDomains = 20_000;

/** Makes new addresses. */
export class People {
  #last = 0;
  readonly #dice: Chance;

  constructor(dice: Chance) {
    this.#dice = dice;
  }

  /**
   * @param dead share of addresses that do not exist any more
   * @param provided share of addresses at a large provider
   */
  stranger(dead: number, provided = 0.45): Person {
    const dice = this.#dice;
    const domain = dice.chance(provided)
      ? `provider${dice.below(providers)}.example`
      : `d${Math.floor(otherDomains * dice.next() ** 2)}.example`;
    this.#last += 1;
    const hash = hashOf(`p${this.#last}@${domain}`);
    return {hash, domain, is: dice.chance(dead) ? 'dead' : 'alive'};
  }

  strangers(count: number, dead: number): Person[] {
    return Array.from({length: count}, () => this.stranger(dead));
  }
}

/** What a made-up world throws: skewed numbers, and people that are written to. */
import {hashOf} from '../../../src/base/hash.js';
import {Dice} from '../harvest/dice.js';

export class Chance extends Dice {
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Half are below the median; `spread` 1: one in six is 2.7 times as large. */
  skewed(median: number, spread: number): number {
    return median * Math.exp(spread * this.normal());
  }

  /** At least `least`, and of those one in 2^power is twice as large. */
  heavy(least: number, power: number, most: number): number {
    return Math.min(most, Math.floor(least * (1 - this.next()) ** (-1 / power)));
  }

  /** Also of large means. */
  many(mean: number): number {
    if (mean <= 0) return 0;
    if (mean < 50) return this.poisson(mean);
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
  }
}

export interface Person {
  readonly hash: number;
  readonly domain: string;
  /** An address that no longer is one. */
  readonly is: 'alive' | 'dead';
}

/** Large providers. A count; each has the same share, which helps no rule that is tried. */
const providers = 12;
const otherDomains = 20_000;

/** Addresses that nobody was given before. */
export class People {
  #last = 0;
  readonly #dice: Chance;

  constructor(dice: Chance) {
    this.#dice = dice;
  }

  /** @param dead share of addresses that are gone @param provided share that has a large provider */
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

/**
 * Who has a mailbox here: which names take mail at which time. A twentieth of all possible names are
 * users. Others were users long ago, and old lists still have them. Some leave in the course of the
 * world. For a while the relay may lose its whole list.
 */
import {Dice, mixed} from './dice.js';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

const firsts = syllables(362);
const lasts = syllables(362);

/** All names that clients ask for, except typing errors. Sorted. */
const universe = firsts.flatMap((first) => lasts.map((last) => `${first}.${last}`)).sort();

/** Shares of the universe: users, and former users. */
const userShare = 0.05;
const formerShare = 0.03;

export interface Outage {
  readonly fromMs: number;
  readonly untilMs: number;
}

export class People {
  readonly users: readonly string[];
  /** Names that took mail only before the world began. */
  readonly former: readonly string[];
  /** Names that never took mail. */
  readonly strangers: readonly string[];
  readonly #leaves = new Map<string, number>();
  readonly #outage: Outage | undefined;

  /**
   * @param leaving share of users that leave in a month
   * @param outage the time in which the relay knows no user
   */
  constructor(seed: number, days: number, leaving: number, outage?: Outage) {
    const users: string[] = [];
    const former: string[] = [];
    const strangers: string[] = [];
    universe.forEach((name, index) => {
      const share = mixed(index ^ mixed(seed + 7919)) / 2 ** 32;
      if (share < userShare) users.push(name);
      else (share < userShare + formerShare ? former : strangers).push(name);
    });
    const dice = new Dice(seed, 'people');
    for (const name of users) {
      const isLeaving = dice.chance((leaving * days) / 30);
      this.#leaves.set(name, isLeaving ? dice.next() * days * dayMs : Number.POSITIVE_INFINITY);
    }
    this.users = users;
    this.former = former;
    this.strangers = strangers;
    this.#outage = outage;
  }

  takes(name: string, atMs: number): boolean {
    const outage = this.#outage;
    if (outage !== undefined && atMs >= outage.fromMs && atMs < outage.untilMs) return false;
    return this.wasUser(name, atMs);
  }

  /** Whether the name is a user, even if the relay does not know it at that moment. */
  wasUser(name: string, atMs: number): boolean {
    const leavesMs = this.#leaves.get(name);
    return leavesMs !== undefined && atMs < leavesMs;
  }
}

/** All names in the order of the alphabet. */
export const alphabet: readonly string[] = universe;

/** A typing error: one letter is wrong, doubled, or missing. */
export function mistyped(name: string, dice: Dice): string {
  const at = dice.below(name.length - 1);
  const rest = name.slice(at + 1);
  const letter = name[at] ?? 'x';
  const made = [
    `${name.slice(0, at)}${rest}`,
    `${name.slice(0, at)}${letter}${letter}${rest}`,
    `${name.slice(0, at)}${String.fromCharCode(97 + dice.below(26))}${rest}`,
  ];
  const typed = dice.of(made);
  return typed === name ? `${name}x` : typed;
}

/** Names made of syllables: enough of them, and from no list of real people. */
function syllables(count: number): string[] {
  const heads = 'b c d f g h j k l m n p r s t v w z'.split(' ');
  const vowels = ['a', 'e', 'i', 'o', 'u'];
  const tails = ['', 'n', 'rt', 'l', 'ss'];
  const all: string[] = [];
  for (const tail of tails) {
    for (const head of heads) for (const vowel of vowels) all.push(`${head}${vowel}${tail}`);
  }
  return all.slice(0, count);
}

/** The lists from which attackers ask: each name once, in an order that follows from the seed. */
import type {Dice} from './dice.js';
import type {List} from './guesser.js';
import {alphabet, type People} from './people.js';

/** Walks a list in an order that looks random, with a step that shares no factor with its length. */
function shuffled(all: readonly string[], dice: Dice): (index: number) => string {
  const start = dice.below(all.length);
  let step = Math.floor(all.length * (0.3 + 0.4 * dice.next()));
  while (greatestCommonDivisor(step, all.length) !== 1) step += 1;
  return (index) => all[(start + step * index) % all.length]!;
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** Share of users among names guessed at random. */
const plainShare = 0.05;

/**
 * @param length how many names
 * @param usersAt the share of users at a place of the list; a ratio
 * @param dead the other names; default: names that never were users
 */
export function guessList(
  people: People,
  dice: Dice,
  length: number,
  usersAt: (index: number) => number = () => plainShare,
  dead: readonly string[] = people.strangers,
): List {
  const user = shuffled(people.users, dice);
  const nobody = shuffled(dead, dice);
  const names: string[] = [];
  let [users, nobodies] = [0, 0];
  // Users are spread evenly: otherwise a short list would measure luck and not the judge.
  let due = dice.next();
  let next = 0.5 + dice.next();
  while (names.length < length && users < people.users.length && nobodies < dead.length) {
    due += usersAt(names.length);
    if (due < next) {
      names.push(nobody(nobodies++));
      continue;
    }
    due -= 1;
    next = 0.5 + dice.next();
    names.push(user(users++));
  }
  return {length: names.length, at: (index) => names[index] ?? ''};
}

/** A list with likely names first: a fifth of the first are users. */
export const dictionary = (people: People, dice: Dice, length: number): List =>
  guessList(people, dice, length, (index) => plainShare + 0.15 * Math.exp(-index / 500));

/** A list in alphabetical order, from a random letter on. */
export function alphabetical(dice: Dice, length: number): List {
  const start = dice.below(alphabet.length);
  return {length, at: (index) => alphabet[(start + index) % alphabet.length]!};
}

/** Some users. */
export function someUsers(people: People, dice: Dice, count: number): readonly string[] {
  const user = shuffled(people.users, dice);
  return Array.from({length: count}, (_, index) => user(index));
}

/** Some names that never were users. */
export function someDead(people: People, dice: Dice, count: number): readonly string[] {
  const nobody = shuffled(people.strangers, dice);
  return Array.from({length: count}, (_, index) => nobody(index));
}

/** Some names of former users. */
export function someFormer(people: People, dice: Dice, count: number): readonly string[] {
  const once = shuffled(people.former, dice);
  return Array.from({length: count}, (_, index) => once(index));
}

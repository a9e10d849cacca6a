/** Building blocks for the plans of innocent mailers: when people write, to whom, and what lists hold. */
import type {Dice} from './dice.js';
import {someDead, someUsers} from './lists.js';
import type {Mail} from './mailer.js';
import {dayMs, hourMs, mistyped} from './people.js';
import {beginMs, type Place} from './world.js';

/** A moment of a day, most often in working hours. Ms since the epoch. */
export function workingTime(day: number, dice: Dice): number {
  const hour = dice.chance(0.85) ? 8 + 10 * dice.next() : 24 * dice.next();
  return beginMs + day * dayMs + hour * hourMs;
}

/** @param hour of the day; a number from 0 to 24 */
export const timeAt = (day: number, hour: number): number => beginMs + day * dayMs + hour * hourMs;

export const mail = (
  atMs: number,
  to: readonly string[],
  author = 'office@site.example',
): Mail => ({
  atMs,
  sender: 'named',
  author,
  to,
});

export const bounce = (atMs: number, to: string): Mail => ({
  atMs,
  sender: 'null',
  author: '',
  to: [to],
});

/** A call-out: asks whether an address exists, and leaves. */
export const callOut = (atMs: number, to: string): Mail => ({...bounce(atMs, to), isProbe: true});

/** The day of an ordinary site: letters to people that it knows, with a typing error now and then. */
export function letters(
  known: readonly string[],
  mean: number,
  typos: number,
  day: number,
  dice: Dice,
): Mail[] {
  return Array.from({length: dice.poisson(mean)}, () => {
    const count = dice.chance(0.15) ? 2 + dice.below(2) : 1;
    const to = Array.from({length: count}, () => {
      const name = dice.of(known);
      return dice.chance(typos) ? mistyped(name, dice) : name;
    });
    return mail(workingTime(day, dice), [...new Set(to)]);
  });
}

/** A list of recipients in random order. Some of them are former users. */
export function subscribers(
  {people, dice}: Place,
  count: number,
  deadShare: number,
): readonly string[] {
  const dead = Math.round(count * deadShare);
  const throws = dice('subscribers');
  const old = someDead(people, throws, dead);
  const all = [...someUsers(people, throws, count - dead), ...old];
  for (let at = all.length - 1; at > 0; at--) {
    const other = throws.below(at + 1);
    [all[at], all[other]] = [all[other]!, all[at]!];
  }
  return all;
}

/** One mailing, split into envelopes of this many recipients, one after another. */
export function mailing(
  list: readonly string[],
  each: number,
  atMs: number,
  pauseMs: number,
): Mail[] {
  return Array.from({length: Math.ceil(list.length / each)}, (_, n) =>
    mail(atMs + n * pauseMs, list.slice(n * each, (n + 1) * each), 'list@site.example'),
  );
}

/** Thieves, who send through stolen accounts: how fast, to whom, and through which accounts. */
import type {Chance, People, Person} from './chance.js';
import {hourMs, type Mail, type Sender} from './habit.js';

export interface ThiefKind {
  readonly name: string;
  readonly perHour: number;
  /** Dead addresses in the thief's list. A share. */
  readonly dead: number;
  readonly to: 'strangers' | 'contacts';
  readonly when: 'always' | 'night';
}

const usual = {dead: 0.05, to: 'strangers', when: 'always'} as const;
export const thiefKinds: readonly ThiefKind[] = [
  {...usual, name: 'burst, 1000/h', perHour: 1000},
  {...usual, name: '200/h', perHour: 200},
  {...usual, name: '50/h', perHour: 50},
  {...usual, name: 'slow, 20/h', perHour: 20},
  {...usual, name: 'very slow, 5/h', perHour: 5},
  {...usual, name: 'night, 100/h from 1 to 5', perHour: 100, when: 'night'},
  {...usual, name: 'bought list, 30 % dead, 200/h', perHour: 200, dead: 0.3},
  {...usual, name: 'clean list, 1 % dead, 200/h', perHour: 200, dead: 0.01},
  {...usual, name: 'to the contacts, 100/h', perHour: 100, dead: 0, to: 'contacts'},
];

/** Stolen accounts for each kind of thief in each world. Counts. */
export const victims = [
  {name: 'person', kinds: ['person', 'busy person', 'department'], count: 4},
  {name: 'site', kinds: ['web shop', 'web form', 'ticket system'], count: 2},
  {name: 'newsletter', kinds: ['newsletter', 'invoice run'], count: 1},
  {name: 'new account', kinds: ['fresh'], count: 1},
] as const;

/** How long a thief is watched, and up to how many recipients. Days; a count. */
export const thiefDays = 3;
export const mostStolen = 5000;

/** Everything that a thief would send if nobody stopped the account. */
export function theft(
  kind: ThiefKind,
  {contacts}: Pick<Sender, 'contacts'>,
  {dice, people}: {readonly dice: Chance; readonly people: People},
  startMs: number,
): Mail[] {
  const mails: Mail[] = [];
  const batch = Math.min(dice.of([1, 1, 5, 20]), Math.ceil(kind.perHour / 4));
  const stepMs = (batch * hourMs) / kind.perHour;
  const endMs = startMs + thiefDays * 24 * hourMs;
  const left = [...contacts];
  let sent = 0;
  for (let atMs = startMs; atMs < endMs && sent < mostStolen; atMs += stepMs) {
    if (kind.when === 'night' && !isNight(atMs)) continue;
    const to = Array.from({length: batch}, (): Person | undefined =>
      kind.to === 'strangers' ? people.stranger(kind.dead) : left.pop(),
    ).filter((each) => each !== undefined);
    if (to.length === 0) break;
    sent += to.length;
    mails.push({atMs: Math.floor(atMs), to});
  }
  return mails;
}

const isNight = (atMs: number): boolean => {
  const clock = Math.floor(atMs / hourMs) % 24;
  return clock >= 1 && clock < 5;
};

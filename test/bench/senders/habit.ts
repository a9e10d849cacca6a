/** The parts of which honest senders are made: an address book, circles, office hours. */
import {type Chance, type People, type Person} from './chance.js';

export const hourMs = 3_600_000;
export const dayHours = 24;

/** A message. */
export interface Mail {
  readonly atMs: number;
  readonly to: readonly Person[];
}

/** An hour of the world, in the sender's own time. */
export interface Hour {
  readonly startMs: number;
  /** Whole, from the first of the world. */
  readonly number: number;
  readonly day: number;
  /** 0: Monday. */
  readonly weekday: number;
  readonly clock: number;
}

export interface Sender {
  readonly kind: string;
  readonly key: string;
  /** Its own limit by `mail_exempt`; undefined: it is not named. */
  readonly exempt: number | undefined;
  readonly mails: (hour: Hour) => Mail[];
  /** Whom a thief finds in the account. */
  readonly contacts: readonly Person[];
}

export interface World {
  readonly dice: Chance;
  readonly people: People;
}

/** Share of a day's mail that an hour has. */
export function officeShare({weekday, clock}: Hour): number {
  const day = weekday < 5 ? 1 : 0.15;
  if (clock >= 7 && clock < 18) return day * 0.08;
  return clock >= 18 && clock < 23 ? day * 0.02 : 0.001;
}

/** Of orders and tickets: round the clock, less at night. */
export const wakingShare = ({clock}: Hour): number => (clock >= 7 && clock < 23 ? 0.055 : 0.015);

/** Somewhere in the hour. */
export const within = ({dice}: World, {startMs}: Hour): number => startMs + dice.below(hourMs);

/** Old addresses that a person keeps, and typing errors. A share. */
const usuallyDead = 0.015;

/** An address book that grows: few are written to often, most seldom. */
export class Contacts {
  readonly all: Person[];
  readonly #world: World;

  constructor(world: World, count: number) {
    this.#world = world;
    this.all = world.people.strangers(Math.max(1, Math.round(count)), usuallyDead);
  }

  known(): Person {
    const {dice} = this.#world;
    const at = Math.floor(this.all.length * dice.next() ** 3);
    const person = this.all[at]!;
    // Who has a letter back does not write there again.
    if (person.is === 'dead') this.all[at] = dice.of(this.all);
    return person;
  }

  /** Somebody who was never written to; half of them are seldom written to again. */
  met(): Person {
    const {dice, people} = this.#world;
    const person = people.stranger(usuallyDead);
    const {length} = this.all;
    const at = dice.below(length);
    this.all.push(this.all[at]!);
    this.all[at] = person;
    return person;
  }

  one(newShare: number): Person {
    return this.#world.dice.chance(newShare) ? this.met() : this.known();
  }

  /** Some of them known, the rest not. Each once. */
  circle(size: number, knownShare: number, dead: number): Person[] {
    const {dice, people} = this.#world;
    const members = new Set<Person>();
    for (let i = 0; i < size; i++)
      members.add(dice.chance(knownShare) ? this.known() : people.stranger(dead));
    return [...members];
  }
}

/** A circle: most are a family, a team; few are a club or a company. Recipients. */
const leastCircle = 3;
const circlePower = 1.4;
const mostCircle = 300;
/** Somebody finds a new one in so many days. */
const newCircleDays = 60;

/** Somebody who writes by hand. */
export class Writer {
  readonly contacts: Contacts;
  readonly #world: World;
  readonly #circles: Person[][] = [];
  #day = -1;
  #mood = 1;

  constructor(world: World, contacts: number, circles: number) {
    this.#world = world;
    this.contacts = new Contacts(world, contacts);
    for (let i = 0; i < circles; i++) this.#meetCircle();
  }

  /** @param perDay messages of a working day @param newShare of the recipients */
  mails(hour: Hour, perDay: number, newShare: number, share = officeShare(hour)): Mail[] {
    const {dice} = this.#world;
    if (hour.day !== this.#day) {
      this.#day = hour.day;
      // Days differ, and one in twenty has none.
      this.#mood = dice.chance(0.05) ? 0 : dice.skewed(0.9, 0.45);
      if (dice.chance(1 / newCircleDays)) this.#meetCircle();
    }
    const count = dice.many(perDay * share * this.#mood);
    return Array.from({length: count}, () => ({
      atMs: within(this.#world, hour),
      to: this.#recipients(newShare),
    }));
  }

  #recipients(newShare: number): readonly Person[] {
    const {dice} = this.#world;
    const kind = dice.next();
    if (kind < 0.03 && this.#circles.length > 0) return dice.of(this.#circles);
    const count = kind < 0.2 ? dice.from(2, 4) : 1;
    return [...new Set(Array.from({length: count}, () => this.contacts.one(newShare)))];
  }

  #meetCircle(): void {
    const size = this.#world.dice.heavy(leastCircle, circlePower, mostCircle);
    this.#circles.push(this.contacts.circle(size, 0.5, 0.03));
  }
}

/** A run over a list: a message each, or in batches, over some minutes. */
export function run(
  {dice}: World,
  hour: Hour,
  list: readonly Person[],
  {batch, minutes}: {readonly batch: number; readonly minutes: number},
): Mail[] {
  const mails: Mail[] = [];
  const beginMs = hour.startMs + dice.below(hourMs / 2);
  const count = Math.ceil(list.length / batch);
  for (let i = 0; i < count; i++)
    mails.push({
      atMs: beginMs + Math.floor((i * minutes * 60_000) / count),
      to: list.slice(i * batch, (i + 1) * batch),
    });
  return mails;
}

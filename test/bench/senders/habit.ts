/** Building blocks of honest senders: an address book, circles, office hours. */
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
  /** Hours since the world's beginning. A whole number. */
  readonly number: number;
  readonly day: number;
  /** 0: Monday. */
  readonly weekday: number;
  readonly clock: number;
}

export interface Sender {
  readonly kind: string;
  readonly key: string;
  /** Its own limit in `mail_exempt`; undefined: it is not named there. */
  readonly exempt: number | undefined;
  readonly mails: (hour: Hour) => Mail[];
  /** The address book that a thief finds in the account. */
  readonly contacts: readonly Person[];
}

export interface World {
  readonly dice: Chance;
  readonly people: People;
}

/** The share of a day's mail that people write in this hour. */
export function officeShare({weekday, clock}: Hour): number {
  const day = weekday < 5 ? 1 : 0.15;
  if (clock >= 7 && clock < 18) return day * 0.08;
  return clock >= 18 && clock < 23 ? day * 0.02 : 0.001;
}

/** The same for orders and tickets: round the clock, and less at night. */
export const wakingShare = ({clock}: Hour): number => (clock >= 7 && clock < 23 ? 0.055 : 0.015);

/** A random moment of the hour. */
export const within = ({dice}: World, {startMs}: Hour): number => startMs + dice.below(hourMs);

/** Usual share of dead addresses: old ones that a person keeps, and typing errors. */
const usuallyDead = 0.015;

/** An address book that grows. Its owner writes to few people often, and to most seldom. */
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
    // After a bounce the sender does not write there again.
    if (person.is === 'dead') this.all[at] = dice.of(this.all);
    return person;
  }

  /** A new recipient. The sender seldom writes again to half of these. */
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

  /** A circle of known and new people, each once. */
  circle(size: number, knownShare: number, dead: number): Person[] {
    const {dice, people} = this.#world;
    const members = new Set<Person>();
    for (let i = 0; i < size; i++)
      members.add(dice.chance(knownShare) ? this.known() : people.stranger(dead));
    return [...members];
  }
}

/** Size of a circle. Recipients: most circles are a family or a team, and few are a club or a company. */
const leastCircle = 3;
const circlePower = 1.4;
const mostCircle = 300;
/** Days after which a person meets a new circle, on average. */
const newCircleDays = 60;

/** A person who writes mail by hand. */
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
      // Days differ, and one in twenty has no mail.
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

/** A run over a list: a message for each recipient, or in batches, over some minutes. */
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

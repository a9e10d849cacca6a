/** Attackers with one address, or with a user's account. Each kind is a row of the table. */
import {type Client, v4} from './clients.js';
import type {Actor} from './clock.js';
import {Campaign, Guesser, type List, SlowGuesser, type Style} from './guesser.js';
import {alphabetical, dictionary, guessList, someUsers} from './lists.js';
import {Mailer, type Plan} from './mailer.js';
import {dayMs, hourMs, minuteMs} from './people.js';
import type {AttackerKind, Group, Place} from './world.js';

/** Longest list of names. A count: people can think of only so many names. */
const longestList = 30_000;

/** How long a blocked attacker without another address waits before it tries again. */
const patienceMs = 10 * minuteMs;

/** The parts of an attacker with one address. */
interface Single {
  readonly style: Style;
  /** Other actors of the same attacker. */
  readonly others?: (place: Place, client: Client) => [firstMs: number, actor: Actor][];
  readonly list?: 'dictionary' | 'alphabet' | 'old';
  /** Its client. Default: a client in a network of its own. */
  readonly client?: Client;
}

function single(name: string, group: Group, of: (place: Place) => Single): AttackerKind {
  return {
    name,
    group,
    make: (place) => {
      const {style, others, list, client = place.addresses.apart()} = of(place);
      const {relay, startMs, dice} = place;
      const campaign = new Campaign(listOf(place, list, asksIn(style, place.attackDays)));
      const guesser = new Guesser(relay, campaign, {patienceMs, ...style}, () => client);
      const firstMs = startMs + dice('first').next() * hourMs;
      return {campaign, actors: [...(others?.(place, client) ?? []), [firstMs, guesser]]};
    },
  };
}

/** How many names an attacker asks for in this many days without a defence. */
function asksIn(style: Style, days: number): number {
  const {guesses, everyMs, envelopes = 1, sessions = 1, hours: [from, until] = [0, 24]} = style;
  const wakes = (days * (until - from) * hourMs) / everyMs;
  return Math.min(longestList, Math.floor(wakes * guesses * envelopes * sessions));
}

export function listOf(place: Place, list: Single['list'], length: number): List {
  const {people, dice} = place;
  if (list === 'dictionary') return dictionary(people, dice('list'), length);
  if (list === 'alphabet') return alphabetical(dice('list'), length);
  if (list === undefined) return guessList(people, dice('list'), length);
  // Former users, and some present ones.
  return guessList(people, dice('list'), length, () => 0.3, people.former);
}

/** Known users for each envelope, different ones each time. */
function knows(place: Place, count: number, each: number): (envelope: number) => readonly string[] {
  const known = someUsers(place.people, place.dice('known'), count);
  return (envelope) => Array.from({length: each}, (_, n) => known[(envelope * each + n) % count]!);
}

/** Delivers this many mails a day from the world's beginning on, each to one of some known users. */
function delivers(place: Place, client: Client, count: number, aDay: number): [number, Actor] {
  const {relay, people, dice, startMs} = place;
  const known = someUsers(people, dice('correspondents'), count);
  const beganMs = startMs - dayMs;
  const plan: Plan = (day) => {
    const throws = dice('mail', day);
    return Array.from({length: aDay}, () => ({
      atMs: beganMs + (day + throws.next()) * dayMs,
      sender: 'named' as const,
      author: 'news@client.example',
      to: [throws.of(known)],
    }));
  };
  return [beganMs, new Mailer([client], plan, relay, {mails: 0, delayed: 0, lost: 0}, beganMs)];
}

const minute = minuteMs;

export const singleAttackers: readonly AttackerKind[] = [
  single('full', 'named', () => ({style: {guesses: 10, everyMs: 2000}})),
  single('minute', 'named', () => ({style: {guesses: 1, everyMs: minute}})),
  single('quarter', 'named', () => ({style: {guesses: 1, everyMs: 15 * minute}})),
  single('null', 'named', () => ({style: {guesses: 1, everyMs: minute / 2, sender: 'null'}})),
  single('dictionary', 'named', () => ({
    style: {guesses: 5, everyMs: minute / 2},
    list: 'dictionary',
  })),
  single('alphabet', 'named', () => ({style: {guesses: 5, everyMs: minute / 2}, list: 'alphabet'})),
  single('nine', 'named', () => ({style: {guesses: 9, everyMs: 95 * minute}})),
  single('mixed15', 'named', (place) => ({
    style: {guesses: 3, everyMs: 3 * minute, known: knows(place, 17, 17), message: 'sent'},
  })),
  single('mixed50', 'named', (place) => ({
    style: {guesses: 5, everyMs: 3 * minute, known: knows(place, 50, 5), message: 'sent'},
  })),
  single('warm', 'named', (place) => ({
    style: {guesses: 1, everyMs: minute},
    others: ({}, client) => [delivers(place, client, 30, 40)],
  })),
  single('parallel', 'named', () => ({style: {guesses: 5, everyMs: 10 * minute, sessions: 20}})),
  // `nat_user` among the innocents has the same address.
  single('nat_guesser', 'named', ({shared}) => ({
    style: {guesses: 1, everyMs: minute / 2, hours: [19, 21]},
    client: v4(shared('nat') + 77n),
  })),
  {
    name: 'slow_open',
    group: 'ours',
    make: (place) => {
      const {relay, addresses, attackDays, startMs} = place;
      const everyMs = 50_000;
      const names = Math.floor((attackDays * dayMs) / everyMs);
      const campaign = new Campaign(listOf(place, undefined, names));
      const actor = new SlowGuesser(relay, campaign, addresses.apart(), everyMs, 60);
      return {campaign, actors: [[startMs, actor]]};
    },
  },
  single('rset', 'ours', () => ({style: {guesses: 3, everyMs: 10 * minute, envelopes: 5}})),
  single('padding', 'ours', (place) => ({
    style: {guesses: 1, everyMs: minute, known: knows(place, 9, 9), message: 'none'},
  })),
  single('credit300', 'ours', (place) => ({
    style: {guesses: 2, everyMs: minute, known: knows(place, 300, 1), message: 'sent'},
  })),
  single('old_list', 'ours', () => ({style: {guesses: 1, everyMs: minute}, list: 'old'})),
  single('record_null', 'heldOut', (place) => ({
    style: {guesses: 1, everyMs: 5 * minute, sender: 'null'},
    others: ({}, client) => [delivers(place, client, 10, 15)],
  })),
];

/** Attackers with many addresses: in networks of their own, or on infected machines. Each kind is a row of the table. */
import {type Client, v4, v6} from './clients.js';
import type {Actor} from './clock.js';
import {listOf} from './attackers.js';
import {Campaign, Guesser, type Style} from './guesser.js';
import {someUsers} from './lists.js';
import {dayMs, hourMs, minuteMs} from './people.js';
import type {AttackerKind, Group, Place} from './world.js';

/** Days in which a campaign of many addresses finishes its list. A count. */
const listDays = 3;

/** A campaign with plenty of addresses, which asks from one after another. */
function hopping(
  name: string,
  group: Group,
  everyMs: number,
  hop: (place: Place) => () => Client,
): AttackerKind {
  return {
    name,
    group,
    isBotnet: true,
    make: (place) => {
      const days = Math.min(listDays, place.attackDays);
      const campaign = new Campaign(listOf(place, undefined, Math.floor((days * dayMs) / everyMs)));
      const style = {guesses: 1, everyMs};
      const guesser = new Guesser(place.relay, campaign, style, hop(place));
      return {campaign, actors: [[place.startMs + 1000, guesser]]};
    },
  };
}

interface Bots {
  readonly count: number;
  readonly style: Style;
  /** Guesses of each bot in all its days. */
  readonly each: number;
  /** Known names to which each delivers before it asks. */
  readonly known?: number;
  /** Time within which all bots have begun. */
  readonly spreadMs?: number;
  /** The client of each bot. Default: an address anywhere. */
  readonly clients?: (place: Place) => (index: number) => Client;
}

function bots(name: string, group: Group, of: (days: number) => Bots): AttackerKind {
  return {
    name,
    group,
    isBotnet: true,
    make: (place) => {
      const {relay, addresses, startMs, dice, people} = place;
      const days = Math.min(listDays, place.attackDays);
      const {count, style, each, known = 0, spreadMs = style.everyMs, clients} = of(days);
      const clientOf = clients?.(place) ?? (() => addresses.anywhere());
      const campaign = new Campaign(listOf(place, undefined, Math.floor(count * each)));
      const throws = dice('bots');
      const users = known === 0 ? [] : someUsers(people, dice('known'), 200);
      const actors = Array.from({length: count}, (_, index): [number, Actor] => {
        const bot = clientOf(index);
        const own = Array.from({length: known}, () => throws.of(users));
        const first = (envelope: number): readonly string[] => (envelope === 0 ? own : []);
        // Only the first envelope has a message, because only it has known names.
        const made = known === 0 ? style : {...style, known: first, message: 'first' as const};
        const paced = {...made, everyMs: style.everyMs * (0.8 + 0.4 * throws.next())};
        const guesser = new Guesser(relay, campaign, paced, () => bot);
        return [startMs + throws.next() * spreadMs, guesser];
      });
      return {campaign, actors};
    },
  };
}

/** Addresses of a network in turn. */
function inTurn(place: Place, bits: number): () => Client {
  const start = place.addresses.slash16();
  const offset = BigInt(place.dice('network').below(2 ** (16 - bits))) << BigInt(bits);
  const clients = new Map<number, Client>();
  let next = 0;
  return () => {
    const number = (next++ % (2 ** bits - 2)) + 1;
    const known = clients.get(number) ?? v4(start + offset + BigInt(number));
    clients.set(number, known);
    return known;
  };
}

/** Any address of a network. */
function anyOf(place: Place, bits: number): () => Client {
  const start = place.addresses.slash16();
  const offset = BigInt(place.dice('network').below(2 ** (16 - bits))) << BigInt(bits);
  const throws = place.dice('hops');
  return () => v4(start + offset + BigInt(throws.below(2 ** bits)));
}

export const botnets: readonly AttackerKind[] = [
  bots('botnet1000', 'named', (days) => ({
    count: 1000,
    style: {guesses: 1, everyMs: hourMs},
    each: 24 * days,
  })),
  bots('botnet200', 'named', (days) => ({
    count: 200,
    style: {guesses: 1, everyMs: 6 * hourMs},
    each: 4 * days,
  })),
  hopping('net24', 'named', 20_000, (place) => inTurn(place, 8)),
  hopping('cloud20', 'named', 10_000, (place) => anyOf(place, 12)),
  hopping('v6_64', 'named', 20_000, (place) => {
    const network = place.addresses.slash48() + (7n << 64n);
    const throws = place.dice('hops');
    return () => v6(network + BigInt(throws.below(2 ** 32)) * 4096n + BigInt(throws.below(4096)));
  }),
  hopping('v6_48', 'named', 20_000, (place) => {
    const network = place.addresses.slash48();
    const throws = place.dice('hops');
    return () => v6(network + (BigInt(throws.below(65_536)) << 64n) + 1n);
  }),
  bots('bots_fast', 'ours', () => ({
    count: 2000,
    style: {guesses: 1, everyMs: minuteMs, patienceMs: 6 * hourMs, most: 9},
    each: 9,
    spreadMs: dayMs,
  })),
  bots('bots_null', 'ours', (days) => ({
    count: 1000,
    style: {guesses: 1, everyMs: hourMs, sender: 'null'},
    each: 24 * days,
  })),
  bots('bots_known1', 'ours', (days) => ({
    count: 500,
    style: {guesses: 1, everyMs: 6 * hourMs},
    each: 4 * days,
    known: 1,
  })),
  hopping('cloud16', 'ours', 10_000, (place) => anyOf(place, 16)),
  // Eight addresses in each of eight /24 of two providers.
  bots('snowshoe', 'ours', (days) => ({
    count: 64,
    style: {guesses: 1, everyMs: 10 * minuteMs},
    each: 144 * days,
    clients: ({addresses}) => {
      const providers = [addresses.slash16(), addresses.slash16()];
      return (index) => {
        const network = BigInt((index >> 3) % 4) * 256n;
        return v4((providers[index >> 5] ?? 0n) + network + BigInt(10 + (index % 8)));
      };
    },
  })),
  bots('bots_known3', 'heldOut', (days) => ({
    count: 500,
    style: {guesses: 1, everyMs: 6 * hourMs},
    each: 4 * days,
    known: 3,
  })),
  // Its neighbours are good: `neighbours` among the innocents.
  hopping('net24_shared', 'ours', 20_000, ({shared}) => {
    let next = 0;
    return () => v4(shared('neighbours') + BigInt(20 + (next++ % 230)));
  }),
  // Each address asks once, and is not seen again.
  bots('once', 'beyond', () => ({
    count: 20_000,
    style: {guesses: 1, everyMs: 100 * dayMs},
    each: 1,
    spreadMs: 3 * dayMs,
  })),
];

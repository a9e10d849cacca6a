/**
 * A world: its attackers and innocents, how long it lasts, and what became of them under one defence.
 * Everything except the defence follows from the seed. The first day is calm, so that the innocents are
 * known when the attackers come.
 */
import {Allocation, type Client} from './clients.js';
import {type Actor, run} from './clock.js';
import {Dice} from './dice.js';
import type {Campaign} from './guesser.js';
import {Mailer, type Plan, type Toll} from './mailer.js';
import {dayMs, hourMs, minuteMs, type Outage, People} from './people.js';
import {type Defence, Relay} from './relay.js';

/** A Monday. Ms since the epoch. */
export const beginMs = Date.UTC(2026, 0, 5);
const calmDays = 1;

/**
 * The group of a kind in the tables. `named`: in the first plan of this bench. `ours`: added later. `heldOut`: kept
 * back. `beyond`: beyond reach by design.
 */
export type Group = 'named' | 'ours' | 'heldOut' | 'beyond';

/** What a kind is made from. Its random numbers come from streams of its own. */
export interface Place {
  readonly seed: number;
  readonly people: People;
  readonly relay: Relay;
  readonly addresses: Allocation;
  /** When the attacks begin. Ms since the epoch. */
  readonly startMs: number;
  /** Days from there to the end. */
  readonly attackDays: number;
  /** The first address of a network that two kinds live in. */
  readonly shared: (name: string) => bigint;
  /** A stream of this kind's own. */
  readonly dice: (...words: (string | number)[]) => Dice;
}

export interface AttackerKind {
  readonly name: string;
  readonly group: Group;
  /** Whether many addresses share the work. Such a kind is also tried alone. */
  readonly isBotnet?: boolean;
  readonly make: (place: Place) => {
    readonly campaign: Campaign;
    readonly actors: readonly (readonly [firstMs: number, actor: Actor])[];
  };
}

export interface InnocentKind {
  readonly name: string;
  readonly group: Group;
  readonly make: (place: Place) => readonly {readonly clients: readonly Client[]; plan: Plan}[];
}

export interface WorldSpec {
  readonly seed: number;
  /** Days of attacks, after the calm day. */
  readonly days: number;
  readonly attackers: readonly AttackerKind[];
  readonly innocents: readonly InnocentKind[];
  readonly outage?: Outage;
}

export interface AttackResult {
  readonly asked: number;
  readonly learnt: number;
  /** Time from its first guess until it was first dropped; undefined: it never was. */
  readonly firstDropMs: number | undefined;
  readonly askedBefore: number;
}

export interface InnocentResult extends Toll {
  /** Addresses that were dropped at some time, and the sum of their hours. Counts. */
  blocked: number;
  addresses: number;
  hours: number;
  /** When and why an address was first dropped, as text for people. The first few only. */
  readonly reasons: string[];
}

export interface WorldResult {
  readonly attackers: ReadonlyMap<string, AttackResult>;
  readonly innocents: ReadonlyMap<string, InnocentResult>;
  readonly seconds: number;
}

/** Time between two looks at who is blocked. No rule here blocks for less. */
const lookMs = 5 * minuteMs;

/** Reasons that are kept of one kind in one world. A count. */
const mostReasons = 3;

/** Day and time for people. The calm day is day 0. */
const timeText = (atMs: number): string =>
  `day ${String(Math.floor((atMs - beginMs) / dayMs))} ${new Date(atMs).toISOString().slice(11, 16)}`;

/** Share of the users that leave within a month. */
const leavingShare = 0.01;

interface Watched {
  readonly clients: readonly Client[];
  readonly seen: Set<Client>;
  readonly result: InnocentResult;
}

/** @param clock a clock that measures how long the play takes; ms */
export function play(spec: WorldSpec, defence: Defence, clock: () => number): WorldResult {
  const {seed, days, attackers, innocents, outage} = spec;
  const beganMs = clock();
  const people = new People(seed, calmDays + days, leavingShare, outage);
  const relay = new Relay(people, defence);
  const taken = new Set<number>();
  const shared = new Map<string, bigint>();
  const startMs = beginMs + calmDays * dayMs;
  const placeOf = (kind: string): Place => ({
    seed,
    people,
    relay,
    addresses: new Allocation(seed, kind, taken),
    startMs,
    attackDays: days,
    shared: (name) => {
      const known = shared.get(name) ?? new Allocation(seed, name, taken).slash16();
      shared.set(name, known);
      return known;
    },
    dice: (...words) => new Dice(seed, kind, ...words),
  });
  const actors: Actor[] = [];
  const firstMs: number[] = [];
  const watched: Watched[] = [];
  const tolls = new Map<string, InnocentResult>();
  for (const {name, make} of innocents) {
    const result = {mails: 0, delayed: 0, lost: 0, blocked: 0, addresses: 0, hours: 0, reasons: []};
    tolls.set(name, result);
    for (const {clients, plan} of make(placeOf(name))) {
      actors.push(new Mailer(clients, plan, relay, result, beginMs));
      firstMs.push(beginMs);
      result.addresses += clients.length;
      watched.push({clients, seen: new Set(), result});
    }
  }
  const campaigns = new Map<string, Campaign>();
  for (const {name, make} of attackers) {
    const {campaign, actors: its} = make(placeOf(name));
    campaigns.set(name, campaign);
    for (const [atMs, actor] of its) {
      actors.push(actor);
      firstMs.push(atMs);
    }
  }
  run(actors, firstMs, beginMs, startMs + days * dayMs, (nowMs) => {
    defence.minute?.(nowMs);
    if (nowMs % lookMs === 0) look(watched, defence, nowMs);
  });
  const results = [...campaigns].map(([name, each]) => [name, attackResult(each)] as const);
  return {
    attackers: new Map(results),
    innocents: tolls,
    seconds: (clock() - beganMs) / 1000,
  };
}

function look(watched: readonly Watched[], defence: Defence, nowMs: number): void {
  for (const {clients, seen, result} of watched) {
    for (const client of clients) {
      if (!defence.drops(client, nowMs)) continue;
      result.hours += lookMs / hourMs;
      if (seen.has(client)) continue;
      seen.add(client);
      result.blocked += 1;
      if (defence.because === undefined || result.reasons.length >= mostReasons) continue;
      result.reasons.push(`${timeText(nowMs)} ${client.relay}: ${defence.because(client, nowMs)}`);
    }
  }
}

const attackResult = ({
  asked,
  learnt,
  firstMs,
  firstDropMs,
  askedBefore,
}: Campaign): AttackResult => ({
  asked,
  learnt,
  askedBefore,
  firstDropMs: firstDropMs === undefined ? undefined : firstDropMs - (firstMs ?? firstDropMs),
});

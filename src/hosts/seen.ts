/**
 * Collects what a log says about the clients of a host or domain: whose mail was accepted, and what was refused. A
 * client belongs to the host if the mailer writes such a name beside its address, or if it used such a sender.
 * Others choose both texts: they are a hint for people, and no decision is based on them.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import type {JoinOutcome} from '../mail/join-outcome.js';
import type {MailEvent} from '../mail/mail-event.js';
import {type Address, parseAddress} from '../net/address.js';
import {domainOf, isWithin} from './host-name.js';

/** Kinds of refusals, in words for people. */
export const refusals = {
  unknownRecipient: 'unknown recipients',
  undeliverable: 'recipients whom the next host refused',
  relayDenied: 'mail for elsewhere, which this relay does not carry',
  recipientRefused: 'recipients refused for another reason (a list, greylisting, a milter)',
  senderRefused: 'senders refused',
  connectionRefused: 'connections refused (a rate, a list, the access map)',
  commandRefused: 'commands refused (a rule set, a milter)',
  authFailed: 'logins refused',
} as const;
export type Refusal = keyof typeof refusals;

export interface SeenClient {
  readonly client: string;
  /** Accepted messages with a sender of the domain. A count. */
  readonly messages: number;
  /** The client's names within the host, as the mailer wrote them. */
  readonly names: readonly string[];
  /** Whether it used a sender of the domain. */
  readonly sends: 'yes' | 'no';
  readonly refused: Readonly<Partial<Record<Refusal, number>>>;
  readonly lastRefusedMs?: number | undefined;
  readonly lastMs: number;
}

type Counted = {-readonly [Name in keyof Omit<SeenClient, 'names'>]: SeenClient[Name]} & {
  names: string[];
  refused: Partial<Record<Refusal, number>>;
};

/** Clients that are remembered. A count: the latest of a busy day. */
const mostClients = 20_000;
/** Names of one client. A count. */
const mostNames = 4;
const beside = /([A-Za-z0-9_][A-Za-z0-9._-]{0,252}) \[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\]/g;

export class SeenClients {
  readonly #host: string;
  readonly #clients = new BoundedMap<string, Counted>(mostClients);

  /** @param host as `readHostName` returns it */
  constructor(host: string) {
    this.#host = host;
  }

  take(message: string, event: MailEvent, outcomes: readonly JoinOutcome[], atMs: number): void {
    if ('client' in event && event.client !== undefined)
      this.#event(message, event, event.client, atMs);
    for (const outcome of outcomes) {
      if (outcome.kind !== 'evidence') continue;
      const {client, kind} = outcome.evidence;
      // All others have an event of their own.
      if (kind === 'unknownRecipient' || kind === 'undeliverable') {
        count(this.#of(client, atMs), kind, atMs);
      }
    }
  }

  /** The clients that belong to the host, the latest first. */
  get found(): readonly SeenClient[] {
    const all = [...this.#clients.entries()].map(([, each]) => each);
    return all
      .filter(({names, sends}) => names.length > 0 || sends === 'yes')
      .sort((a, b) => b.lastMs - a.lastMs);
  }

  /** What is known about one client, whether it belongs to the host or not. */
  of(client: string): SeenClient | undefined {
    return this.#clients.get(client);
  }

  #event(message: string, event: MailEvent, client: Address, atMs: number): void {
    const seen = this.#of(client, atMs);
    this.#name(message, client, seen);
    if (event.kind === 'envelopeEnd' && isWithin(domainOf(event.sender), this.#host)) {
      seen.sends = 'yes';
      if (event.message === 'taken') seen.messages += 1;
    }
    if (event.kind === 'senderRefused' && isWithin(domainOf(event.subject), this.#host)) {
      seen.sends = 'yes';
    }
    if (isRefusal(event.kind) && event.kind !== 'unknownRecipient') count(seen, event.kind, atMs);
  }

  /** Notes the name that the mailer wrote beside the client's address. */
  #name(message: string, client: Address, {names}: Counted): void {
    if (!message.toLowerCase().includes(this.#host)) return;
    for (const [, name = '', address = ''] of message.matchAll(beside)) {
      if (!isWithin(name, this.#host) || parseAddress(address)?.text !== client.text) continue;
      if (names.length < mostNames && !names.includes(name)) names.push(name);
    }
  }

  #of({text}: Address, atMs: number): Counted {
    const known = this.#clients.get(text);
    const seen: Counted = known ?? {
      ...{client: text, messages: 0, names: [], sends: 'no', refused: {}, lastMs: atMs},
    };
    seen.lastMs = Math.max(seen.lastMs, atMs);
    this.#clients.set(text, seen);
    return seen;
  }
}

function count(seen: Counted, kind: Refusal, atMs: number): void {
  seen.refused[kind] = (seen.refused[kind] ?? 0) + 1;
  seen.lastRefusedMs = Math.max(seen.lastRefusedMs ?? 0, atMs);
}

const isRefusal = (kind: string): kind is Refusal => Object.hasOwn(refusals, kind);

/**
 * What a relay had to do with each client, whatever the policy: unknown names that it asked for, and messages of
 * it that arrived. Kept once for all policies that hear one reading of a log; what differs between them is on a
 * page each (`replay/dealings.ts`). Who guessed and never delivered is a guesser; who delivered may have been blocked
 * by mistake. Counts only.
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {type Client, keepsAway, Page} from './page.js';
import {addInSlice} from './slices.js';
import type {JoinOutcome} from '../../mail/join-outcome.js';
import {type Address, addressBits} from '../../net/address.js';
import {networkOf} from '../../net/network.js';

/**
 * Clients that no policy blocks: so many of which good mail came, and so many others. A count, of some 200 bytes each:
 * beyond it the oldest is forgotten. Apart, for a wave of strangers must not make a partner look like one.
 */
export const mostOfKind = 100_000;

/** All of one family that are blocked with one prefix length, by their leading bits. */
interface Width {
  readonly family: Address['family'];
  readonly otherBits: bigint;
  readonly clients: Map<bigint, Client>;
}

const nobody: readonly Client[] = [];

export class Ledger {
  readonly #strangers: BoundedMap<string, Client>;
  readonly #senders: BoundedMap<string, Client>;
  #forgottenSenders = 0;
  /** As many as there are blocks to tell of. */
  readonly #blocked = new Map<string, Client>();
  /** Networks of several clients. */
  readonly #widths = new Map<string, Width>();
  readonly #textOf: (client: Address) => string;
  readonly #sliceNow: (() => number) | undefined;
  #policies = 0;

  /**
   * @param textOf how the guard calls a client
   * @param sliceNow the slice of the log that is read; default: slices are not told apart
   * @param most of a kind; default: `mostOfKind`
   */
  constructor(
    textOf: (client: Address) => string,
    sliceNow?: () => number,
    most: number = mostOfKind,
  ) {
    [this.#textOf, this.#sliceNow] = [textOf, sliceNow];
    this.#strangers = new BoundedMap(most);
    this.#senders = new BoundedMap(most);
  }

  /** A policy more. @returns its number, from 0 on: of its pages */
  open(): number {
    return this.#policies++;
  }

  /** What a line says of clients. The policies judge it afterwards. */
  hear(outcomes: readonly JoinOutcome[]): void {
    for (const outcome of outcomes) {
      if (outcome.kind === 'evidence') {
        const {kind, client, atMs} = outcome.evidence;
        if (kind === 'unknownRecipient') this.#asked(client, atMs);
      } else if (outcome.kind === 'delivered' && outcome.sender === 'named') {
        if (outcome.client !== undefined) this.#delivered(outcome.client, outcome.atMs);
      }
    }
  }

  /** Clients and networks that any policy blocks, in the order of the first blocks. */
  get blocked(): ReadonlyMap<string, Client> {
    return this.#blocked;
  }

  /** All that are known, the blocked ones first. */
  *all(): Generator<Client> {
    yield* this.#blocked.values();
    for (const [, client] of this.#senders.entries()) yield client;
    for (const [, client] of this.#strangers.entries()) yield client;
  }

  /** Clients of which good mail came, and for which there was no room. A count. */
  get forgottenSenders(): number {
    return this.#forgottenSenders;
  }

  /** @returns undefined: the log does not speak of it, or it was too long ago */
  find(client: string): Client | undefined {
    return this.#blocked.get(client) ?? this.#senders.get(client) ?? this.#strangers.get(client);
  }

  clientOf(client: Address): Client | undefined {
    return this.find(this.#textOf(client));
  }

  /** Of the latest line; 0 where slices are not told apart. */
  get slice(): number {
    return this.#sliceNow === undefined ? 0 : this.#sliceNow();
  }

  client(text: string): Client {
    const known = this.find(text);
    if (known !== undefined) return known;
    const made: Client = {asked: 0, good: 0, slices: undefined, under: undefined};
    this.#strangers.set(text, made);
    return made;
  }

  /** The page of a policy; made if there is none. */
  pageOf(client: Client, policy: number): Page {
    client.under ??= new Array<undefined>(this.#policies).fill(undefined);
    return (client.under[policy] ??= new Page());
  }

  /** A policy blocks it: from now on it is not forgotten. */
  keep(network: string, client: Client): void {
    if (this.#blocked.has(network)) return;
    this.#strangers.delete(network);
    this.#senders.delete(network);
    this.#blocked.set(network, client);
    const {family, first, prefix} = networkOf(network);
    if (prefix === addressBits[family]) return;
    const key = `${family}/${prefix}`;
    const otherBits = BigInt(addressBits[family] - prefix);
    const width = this.#widths.get(key) ?? {family, otherBits, clients: new Map()};
    this.#widths.set(key, width);
    width.clients.set(first >> otherBits, client);
  }

  #asked(address: Address, atMs: number): void {
    const client = this.client(this.#textOf(address));
    client.asked += 1;
    this.#count(client, 1);
    if (this.#widths.size === 0) return;
    for (const {under} of this.#around(address, client)) {
      under?.forEach((page, policy) => {
        if (page !== undefined && keepsAway(page, address, atMs)) this.#paid(client, policy, atMs);
      });
    }
  }

  /** The block of its network keeps it away. The policy reports what a block of the client alone does. */
  #paid(client: Client, policy: number, atMs: number): void {
    const page = this.pageOf(client, policy);
    if (atMs < page.untilMs) return;
    page.paid += 1;
    page.slices = addInSlice(page.slices, this.slice, 1);
  }

  #delivered(address: Address, atMs: number): void {
    const text = this.#textOf(address);
    const client = this.client(text);
    client.good += 1;
    if (this.#strangers.delete(text) && this.#senders.set(text, client) !== undefined) {
      this.#forgottenSenders += 1;
    }
    this.#count(client, 2);
    this.#tell(client, address, atMs);
    if (this.#widths.size === 0) return;
    for (const around of this.#around(address, client)) this.#tell(around, address, atMs);
  }

  /** The networks that a policy has blocked and the client is in. */
  #around({family, value}: Address, client: Client): readonly Client[] {
    let found = nobody;
    for (const width of this.#widths.values()) {
      if (width.family !== family) continue;
      const around = width.clients.get(value >> width.otherBits);
      // An IPv6 client is such a network itself, and was counted as one.
      if (around !== undefined && around !== client) found = [...found, around];
    }
    return found;
  }

  #tell({under}: Client, from: Address, atMs: number): void {
    if (under === undefined) return;
    for (const page of under) page?.delivered(from, atMs, this.slice);
  }

  #count(client: Client, place: 1 | 2): void {
    if (this.#sliceNow === undefined) return;
    client.slices = addInSlice(client.slices, this.#sliceNow(), place);
  }
}

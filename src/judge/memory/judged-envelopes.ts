/**
 * The open envelopes of all clients, and what they mean for each: how many recipients may be accepted in them, and
 * whether that is unknown of one. Decides nothing; `judge/conviction.ts` does.
 */
import type {PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import type {Table} from '../../base/mechanisms/table.js';
import {type Address, parseAddress} from '../../net/address.js';
import {ClientScope} from '../../net/client-key.js';
import {addU16, field} from './client-record.js';
import type {Memory} from './memory.js';
import {mostOpenEnvelopes, newOpenEnvelope, type OpenEnvelope} from './open-envelope.js';

/**
 * From this refusal on, an envelope of which nothing is known makes its client wait in its other sessions too. A count:
 * with the first, a guesser that opens many sessions at once would wait for none of them.
 */
const leastVagueAnswers = 2;

/**
 * How long an envelope without a further refusal stays open. Ms: two hours, longer than `mail/open-envelopes.ts` waits
 * for its end. The end never comes where sources disagree about its client.
 */
const longestOpenMs = 2 * 3_600_000;

/** The client may be a list that was accepted for the most part. */
const isVague = ({accepted, answers}: OpenEnvelope): boolean =>
  accepted === undefined && answers >= leastVagueAnswers;

export class JudgedEnvelopes {
  readonly #table: Table<OpenEnvelope>;
  readonly #memory: Memory;
  readonly #clients: PackedTable;
  /** How many vague envelopes each client has; not more rows than the table has. Counts. */
  readonly #vague = new Map<string, number>();
  /** Knows no networks of ours, so that a client keeps its key when they change. */
  readonly #scope: ClientScope;

  constructor(table: Table<OpenEnvelope>, memory: Memory, ipv6Prefix: number) {
    table.limitTo(mostOpenEnvelopes);
    this.#scope = new ClientScope(ipv6Prefix);
    [this.#table, this.#memory, this.#clients] = [table, memory, memory.clients];
    for (const open of table.values()) if (isVague(open)) this.#count(open.client, 1);
  }

  get(key: string): OpenEnvelope | undefined {
    return this.#table.get(key);
  }

  /** The same, or a new one. */
  of(key: string, client: Address, atMs: number): OpenEnvelope {
    return this.#table.get(key) ?? newOpenEnvelope(client.text, atMs);
  }

  /** @param before as `of` gave it */
  put(slot: Slot, key: string, before: OpenEnvelope, open: OpenEnvelope): void {
    const more = (open.accepted ?? 0) - (before.accepted ?? 0);
    if (more !== 0) addU16(this.#clients, slot, field.openAccepted, more);
    if (isVague(before) !== isVague(open)) this.#count(open.client, isVague(open) ? 1 : -1);
    const pushedOut = this.#table.set(key, open);
    if (pushedOut !== undefined) this.#giveUp(pushedOut[1]);
  }

  /** Its new names have been reported. */
  reported(key: string, open: OpenEnvelope): void {
    this.#table.replace(key, {...open, fresh: 0});
  }

  end(key: string, open: OpenEnvelope): void {
    this.#table.delete(key);
    this.#giveUp(open);
  }

  /**
   * It was another client's. What it counted no longer does, unless it has led to a block.
   *
   * @returns the client that it counted for; undefined: none
   */
  takeBack(key: string): Address | undefined {
    const open = this.#table.get(key);
    if (open === undefined) return undefined;
    this.end(key, open);
    const client = parseAddress(open.client);
    const slot = client && this.#memory.find(client);
    if (slot === undefined || this.#isPaidFor(slot, open)) return undefined;
    const clients = this.#clients;
    clients.setF32(slot, field.score, clients.f32(slot, field.score) - (open.scored ?? 0));
    addU16(clients, slot, field.unknown, -open.counted);
    return client;
  }

  /** With a block the client's score has restarted. */
  #isPaidFor(slot: Slot, {firstMs}: OpenEnvelope): boolean {
    const untilSec = this.#clients.u32(slot, field.blockedUntilSec);
    return this.#clients.u8(slot, field.blocks) > 0 && firstMs / 1000 < untilSec;
  }

  /** Drops envelopes whose end never came. */
  sweep(nowMs: number): void {
    for (const [key, open] of this.#table.entries()) {
      // The one with the oldest refusal comes first. A time in the future was noted while the clock was ahead.
      if (Math.abs(nowMs - open.lastMs) <= longestOpenMs) return;
      this.end(key, open);
    }
  }

  /** Whether it is unknown how many recipients one of the client's open envelopes has. */
  isVague(client: Address): boolean {
    return this.#vague.size > 0 && this.#vague.has(this.#scope.textOf(client));
  }

  /** The recipients that it postponed no longer count. */
  #giveUp(open: OpenEnvelope): void {
    if (isVague(open)) this.#count(open.client, -1);
    const {client, accepted = 0} = open;
    const address = accepted === 0 ? undefined : parseAddress(client);
    const slot = address && this.#memory.find(address);
    if (slot !== undefined) addU16(this.#clients, slot, field.openAccepted, -accepted);
  }

  #count(text: string, more: 1 | -1): void {
    const address = parseAddress(text);
    if (address === undefined) return;
    const client = this.#scope.textOf(address);
    const count = (this.#vague.get(client) ?? 0) + more;
    if (count > 0) this.#vague.set(client, count);
    else this.#vague.delete(client);
  }
}

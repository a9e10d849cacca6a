/**
 * What a relay had to do with each client that one policy would have blocked: answers that the client got to
 * unknown names, and messages of it that arrived, before, during and after its blocks. What no policy changes
 * is in the ledger (`ledger.ts`). Counts only.
 */
import type {Outcome} from '../guard/outcome.js';
import type {Address} from '../net/address.js';
import {contains, type Network, networkOf} from '../net/network.js';
import {addInSlice} from './slices.js';
import type {Client, Ledger} from './ledger.js';

/** Messages of a client that arrived. Counts. */
interface GoodMail {
  readonly before: number;
  /** While the block would have stood: these would not have come. */
  readonly during: number;
  readonly after: number;
}

export interface Dealings {
  /** Unknown names that it was told of. A count. */
  readonly answers: number;
  readonly blocks: number;
  /** When its first block would have begun; null: it had none. Ms since the epoch. */
  readonly firstMs: number | null;
  /** When its latest one would end. Ms since the epoch. */
  readonly untilMs: number;
  readonly good: GoodMail;
}

/** Of one client that one policy blocked, or whose network. */
export class Page {
  /** Of its own. A count. */
  blocks = 0;
  /** Null: only its network was blocked. Ms since the epoch. */
  firstMs: number | null = null;
  untilMs = 0;
  /** Unknown names that it asked for while a block would have stood, of its own or of its network. A count. */
  paid = 0;
  readonly good = {before: 0, during: 0, after: 0};
  /** By slice: slice, paid, good mail during a block, and so on; empty: slices are not told apart. */
  readonly slices: number[] = [];
  /** The slice in which good mail was first told of; undefined: in none since the first block. */
  goodSince: number | undefined;
  /** The slices in which blocks began, one for each block. */
  readonly begun: number[] = [];
  /** Who passes through the latest block. */
  except: readonly Network[] = [];

  /** @param from whose mail it is: of a network a client inside of it, which may pass */
  delivered(from: Address, atMs: number, slice: number): void {
    const {good, except} = this;
    if (except.length > 0 && except.some((hole) => contains(hole, from))) return;
    this.goodSince ??= slice;
    if (this.firstMs === null || atMs < this.firstMs) good.before += 1;
    else if (atMs >= this.untilMs) good.after += 1;
    else {
      good.during += 1;
      addInSlice(this.slices, slice, 2);
    }
  }
}

/** Whether this block of a network would have kept the client away. */
export const keepsAway = (page: Page, from: Address, atMs: number): boolean =>
  page.firstMs !== null &&
  atMs >= page.firstMs &&
  atMs < page.untilMs &&
  !page.except.some((hole) => contains(hole, from));

export class AllDealings {
  readonly #ledger: Ledger;
  readonly #policy: number;

  /** @param policy its number in the ledger, which gave it (`Ledger.open`) */
  constructor(ledger: Ledger, policy: number) {
    [this.#ledger, this.#policy] = [ledger, policy];
  }

  /** What all policies write into that are beside it. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  /** What the policy has decided. */
  hear(outcome: Outcome): void {
    if (outcome.kind === 'block') this.#block(outcome.block);
    else if (outcome.kind === 'paid') this.#paid(outcome.evidence);
  }

  /** By client or network, in the order of the first blocks. */
  get blocked(): ReadonlyMap<string, Dealings> {
    const blocked = [...this.#ledger.blocked].flatMap(([network, client]) =>
      (this.pageOf(client)?.blocks ?? 0) === 0
        ? []
        : [[network, this.#dealingsOf(client)] as const],
    );
    return new Map(blocked.sort(([, a], [, b]) => (a.firstMs ?? 0) - (b.firstMs ?? 0)));
  }

  /** @returns undefined: the log does not speak of it, or it was too long ago */
  of(client: string): Dealings | undefined {
    const found = this.#ledger.find(client);
    return found && this.#dealingsOf(found);
  }

  /** @returns undefined: this policy blocked neither it nor its network */
  pageOf(client: Client): Page | undefined {
    return client.under?.[this.#policy];
  }

  #dealingsOf(client: Client): Dealings {
    const page = this.pageOf(client);
    if (page === undefined || page.firstMs === null) {
      const good = {before: client.good, during: 0, after: 0};
      const answers = client.asked - (page?.paid ?? 0);
      return {answers, blocks: 0, firstMs: null, untilMs: 0, good};
    }
    const {blocks, firstMs, untilMs, paid, good} = page;
    return {answers: client.asked - paid, blocks, firstMs, untilMs, good: {...good}};
  }

  #block(block: Extract<Outcome, {kind: 'block'}>['block']): void {
    const {network, fromMs, untilMs, except = []} = block;
    const client = this.#ledger.client(network);
    this.#ledger.keep(network, client);
    client.under ??= [];
    const page = (client.under[this.#policy] ??= new Page());
    if (page.firstMs === null) [page.firstMs, page.good.before] = [fromMs, client.good];
    page.blocks += 1;
    page.untilMs = Math.max(page.untilMs, untilMs);
    page.except = except.map(networkOf);
    page.begun.push(this.#ledger.slice);
  }

  #paid({kind, client}: Extract<Outcome, {kind: 'paid'}>['evidence']): void {
    if (kind !== 'unknownRecipient') return;
    const known = this.#ledger.clientOf(client);
    const page = known && this.pageOf(known);
    if (page === undefined) return;
    page.paid += 1;
    addInSlice(page.slices, this.#ledger.slice, 1);
  }
}

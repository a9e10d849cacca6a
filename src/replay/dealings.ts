/**
 * What a relay had to do with each client that one policy would have blocked: answers that the client got to
 * unknown names, and messages of it that arrived, before, during and after its blocks. What no policy changes
 * is in the ledger (`replay/ledger`). Counts only.
 */
import type {Outcome} from '../guard/outcome.js';
import {networkOf} from '../net/network.js';
import {addInSlice} from './ledger/slices.js';
import type {Ledger} from './ledger/ledger.js';
import type {Client, Page} from './ledger/page.js';

/** Messages of a client that arrived. Counts. */
interface GoodMail {
  readonly before: number;
  /** While the block would have stood: these would not have come. */
  readonly during: number;
  readonly after: number;
}

export interface Dealings {
  /** Unknown names that the relay reported to it. A count. */
  readonly answers: number;
  readonly blocks: number;
  /** When its first block would have begun; null: it had none. Ms since the epoch. */
  readonly firstMs: number | null;
  /** When its latest one would end. Ms since the epoch. */
  readonly untilMs: number;
  readonly good: GoodMail;
}

export class AllDealings {
  readonly #ledger: Ledger;
  readonly #policy: number;

  /** A policy more that writes into the ledger. */
  constructor(ledger: Ledger) {
    [this.#ledger, this.#policy] = [ledger, ledger.open()];
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
    const {blocks, firstMs, untilMs, paid, before, during, after} = page;
    const good = {before, during, after};
    return {answers: client.asked - paid, blocks, firstMs, untilMs, good};
  }

  #block(block: Extract<Outcome, {kind: 'block'}>['block']): void {
    const {network, fromMs, untilMs, except = []} = block;
    const client = this.#ledger.client(network);
    this.#ledger.keep(network, client);
    const page = this.#ledger.pageOf(client, this.#policy);
    if (page.firstMs === null) [page.firstMs, page.before] = [fromMs, client.good];
    page.blocks += 1;
    page.untilMs = Math.max(page.untilMs, untilMs);
    if (except.length + page.except.length > 0) page.except = except.map(networkOf);
    page.slices = addInSlice(page.slices, this.#ledger.slice, 3);
  }

  #paid({kind, client}: Extract<Outcome, {kind: 'paid'}>['evidence']): void {
    if (kind !== 'unknownRecipient') return;
    const known = this.#ledger.clientOf(client);
    const page = known && this.pageOf(known);
    if (page === undefined) return;
    page.paid += 1;
    page.slices = addInSlice(page.slices, this.#ledger.slice, 1);
  }
}

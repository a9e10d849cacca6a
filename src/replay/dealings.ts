/**
 * What a relay had to do with each client under one policy: answers that the client got to unknown
 * names, and messages of it that arrived, before, during and after its blocks. A client that
 * guessed and never delivered is a guesser; one that delivered may have been blocked by mistake.
 * Counts only.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import type {Outcome} from '../guard/outcome.js';
import {type Address, addressBits} from '../net/address.js';
import {networkOf} from '../net/network.js';

/** Messages of a client that arrived. Counts. */
interface GoodMail {
  before: number;
  /** While the block would have stood: these would not have come. */
  during: number;
  after: number;
}

export interface Dealings {
  /** Unknown names that the relay reported to it. A count. */
  answers: number;
  blocks: number;
  /** When its first block would have begun; null: it had none. Ms since the epoch. */
  firstMs: number | null;
  /** When its latest one would end. Ms since the epoch. */
  untilMs: number;
  readonly good: GoodMail;
}

/** Clients that were not blocked. A count, of some 200 bytes each: beyond it the oldest is forgotten. */
const mostStrangers = 100_000;

/** All of one family that are blocked with one prefix length, by their leading bits. */
interface Width {
  readonly family: Address['family'];
  readonly otherBits: bigint;
  readonly dealings: Map<bigint, Dealings>;
}

export class AllDealings {
  readonly #strangers: BoundedMap<string, Dealings>;
  /** As many as there are blocks to tell of. */
  readonly #blocked = new Map<string, Dealings>();
  /** Networks of several clients. */
  readonly #widths = new Map<string, Width>();
  readonly #textOf: (client: Address) => string;

  /** @param textOf how the guard calls a client; @param most strangers; default: `mostStrangers` */
  constructor(textOf: (client: Address) => string, most = mostStrangers) {
    this.#textOf = textOf;
    this.#strangers = new BoundedMap(most);
  }

  hear(outcome: Outcome): void {
    if (outcome.kind === 'block') this.#block(outcome.block);
    else if (outcome.kind === 'counted') {
      const {kind, client} = outcome.evidence;
      if (kind === 'unknownRecipient') this.#dealingsWith(this.#textOf(client)).answers += 1;
    } else if (outcome.kind === 'delivered' && outcome.sender === 'named') {
      const {client, atMs} = outcome;
      if (client === undefined) return;
      delivered(this.#dealingsWith(this.#textOf(client)), atMs);
      if (this.#widths.size > 0) for (const wide of this.#around(client)) delivered(wide, atMs);
    }
  }

  /** By client or network, in the order of the first blocks. */
  get blocked(): ReadonlyMap<string, Dealings> {
    return this.#blocked;
  }

  /** @returns undefined: the log does not speak of it, or it was too long ago */
  of(client: string): Dealings | undefined {
    return this.#blocked.get(client) ?? this.#strangers.get(client);
  }

  #dealingsWith(client: string): Dealings {
    const known = this.of(client);
    if (known !== undefined) return known;
    const made = newDealings();
    this.#strangers.set(client, made);
    return made;
  }

  #block({network, fromMs, untilMs}: Extract<Outcome, {kind: 'block'}>['block']): void {
    const dealings = this.#dealingsWith(network);
    dealings.blocks += 1;
    dealings.firstMs ??= fromMs;
    dealings.untilMs = Math.max(dealings.untilMs, untilMs);
    if (this.#blocked.has(network)) return;
    this.#strangers.delete(network);
    this.#blocked.set(network, dealings);
    if (!network.includes('/')) return;
    const {family, first, prefix} = networkOf(network);
    const key = `${family}/${prefix}`;
    const otherBits = BigInt(addressBits[family] - prefix);
    const width = this.#widths.get(key) ?? {family, otherBits, dealings: new Map()};
    this.#widths.set(key, width);
    width.dealings.set(first >> otherBits, dealings);
  }

  *#around({family, value, text}: Address): Generator<Dealings> {
    for (const width of this.#widths.values()) {
      if (width.family !== family) continue;
      const dealings = width.dealings.get(value >> width.otherBits);
      // An IPv6 client is such a network itself, and was counted as one.
      if (dealings !== undefined && this.of(this.#textOf({family, value, text})) !== dealings) {
        yield dealings;
      }
    }
  }
}

const newDealings = (): Dealings => ({
  ...{answers: 0, blocks: 0, firstMs: null, untilMs: 0},
  good: {before: 0, during: 0, after: 0},
});

function delivered({firstMs, untilMs, good}: Dealings, atMs: number): void {
  if (firstMs === null || atMs < firstMs) good.before += 1;
  else if (atMs < untilMs) good.during += 1;
  else good.after += 1;
}

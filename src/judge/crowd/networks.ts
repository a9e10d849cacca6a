/**
 * What the neighbours of a client have done. Strangers' unknown names add up in the networks around them,
 * because an attacker with a /24 needs only one name from each address. Decides which network is blocked,
 * and which is hot: in a hot network, a stranger's first unknown name convicts it. Does not know clients
 * (`judge/judge.ts` counts them, and knows which are strangers), and makes no block.
 *
 * A network is never blocked if somebody in it has delivered to three names or more, nor if it is wider
 * than a /24 or a /48: larger networks hold strangers who have nothing to do with one another.
 */
import type {PackedLayout, PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import type {Address, Family} from '../../net/address.js';
import {addressLength, maskBytes, mappedBits, writeAddress} from '../../net/address-bytes.js';
import {type Network, networkAround} from '../../net/network.js';
import * as record from './network-record.js';

export interface NetworkVerdict {
  readonly network: Network;
  /**
   * Names that strangers in the network asked for, and the bar that they met; those of `within`, if given.
   */
  readonly score: number;
  readonly bar: number;
  /** About how many clients took part. A count. */
  readonly members: number;
  /** Blocks of this network, including this one. A count. */
  readonly repeat: number;
  readonly seconds: number;
  /** The hot network around it that convicted it, if one did. Canonical text. */
  readonly within?: string | undefined;
}

/** A size of network in which names are counted. */
interface Level {
  /** Bits. */
  readonly prefix: number;
  /** Names at which it counts as full of guessers. */
  readonly bar: number;
  /**
   * How many networks of `lowerPrefix` must take part, and that prefix: several clients in one of them
   * count once.
   */
  readonly lowerMin: number;
  readonly lowerPrefix: number;
  /** `block`: the network can be blocked; `hot`: it only makes clients in it suspect. */
  readonly effect: 'block' | 'hot';
  /** How many times more members than mailers there must be. */
  readonly perMailer: number;
}

/** From narrow to wide. */
const levels: Readonly<Record<Family, readonly Level[]>> = {
  4: [
    {prefix: 24, bar: 8, lowerMin: 4, lowerPrefix: 32, effect: 'block', perMailer: 0},
    {prefix: 20, bar: 12, lowerMin: 3, lowerPrefix: 24, effect: 'hot', perMailer: 0},
    {prefix: 16, bar: 24, lowerMin: 8, lowerPrefix: 24, effect: 'hot', perMailer: 3},
  ],
  6: [
    {prefix: 64, bar: 6, lowerMin: 3, lowerPrefix: 128, effect: 'block', perMailer: 0},
    {prefix: 56, bar: 8, lowerMin: 4, lowerPrefix: 64, effect: 'block', perMailer: 0},
    {prefix: 48, bar: 8, lowerMin: 4, lowerPrefix: 56, effect: 'block', perMailer: 0},
    {prefix: 40, bar: 12, lowerMin: 3, lowerPrefix: 48, effect: 'hot', perMailer: 0},
  ],
};

/** Networks that are remembered: about 70 MB. A count. */
const mostNetworks = 1_000_000;

/** The greatest score, in bars: a hot network cools in about four days. */
const mostBars = 4;

/** Rows that one `sweep` looks at. A count: a table of a million is swept in steps, once in eight hours. */
const sweptAtOnce = 2000;

const minuteMs = 60_000;
const minuteOf = (atMs: number): number => Math.max(1, Math.floor(atMs / minuteMs));

interface NetworksOptions {
  /** How many bits of an IPv6 address make one client. Bits. */
  readonly ipv6Prefix?: number;
  /** Secret: without it no attacker can choose addresses that count as one. Saved with the table. */
  readonly salt?: number;
}

/** A level around one client, with its record if there is one. */
interface Ring {
  readonly level: Level;
  readonly slot: Slot | undefined;
}

export class Networks {
  static readonly layout: PackedLayout = record.layout;
  readonly #table: PackedTable;
  readonly #levels: Readonly<Record<Family, readonly Level[]>>;
  readonly #clientBits: Readonly<Record<Family, number>>;
  readonly #salt: number;
  readonly #key = new Uint8Array(record.layout.keyBytes);
  /** Of the client asked about last: the judge asks several times about the same one. */
  readonly #bytes = new Uint8Array(addressLength);
  #asked: Address | undefined;
  /** The rings of `#ringsOf`, valid while the table has this edition. */
  #around: readonly Ring[] = [];
  #ringsOf: Address | undefined;
  #ringsEdition = -1;

  constructor(table: PackedTable, {ipv6Prefix = 64, salt = 0}: NetworksOptions = {}) {
    [this.#table, this.#salt] = [table, salt];
    this.#clientBits = {4: 32, 6: ipv6Prefix};
    this.#levels = {4: levels[4], 6: levels[6].filter(({prefix}) => prefix < ipv6Prefix)};
    table.limitTo(mostNetworks, (slot) => record.worthOf(table, slot));
  }

  /**
   * A stranger asked for unknown names for the first time. Call this before the client itself is blocked;
   * otherwise an attacker who changes its address with each name would never be counted.
   *
   * @param names what they count; at most 3 in all for one client
   * @returns networks to block: the widest that the evidence convicts, if any
   */
  asked(client: Address, names: number, atMs: number): readonly NetworkVerdict[] {
    const {family} = client;
    const minute = minuteOf(atMs);
    const bytes = this.#bytesOf(client);
    const [offset, whole] = [mappedBits[family], this.#clientBits[family]];
    const member = this.#hash(bytes, offset + whole);
    // Two levels may count the same lower networks.
    let [lower, lowerPrefix] = [member, whole];
    copyAddress(bytes, this.#key);
    for (const level of this.#levels[family]) {
      const slot = this.#make(family, level);
      record.addNames(this.#table, slot, names, level.bar * mostBars, minute);
      record.mark(this.#table, slot, 'members', member);
      if (Math.min(level.lowerPrefix, whole) !== lowerPrefix) {
        lowerPrefix = Math.min(level.lowerPrefix, whole);
        lower = this.#hash(bytes, offset + lowerPrefix);
      }
      record.mark(this.#table, slot, 'lower', lower);
    }
    // In a full table, adding one record may have evicted another.
    const rings = this.#rings(client);
    const verdict = this.#verdict(client, rings, minute);
    return verdict === undefined ? [] : [verdict];
  }

  /**
   * The client's mail was accepted. Call it for each message, or at least once on each day with one: a
   * delivery is forgotten after 90 days.
   *
   * @param what `mailer`: the client has delivered to three names or more
   */
  delivered(client: Address, what: 'first' | 'mailer', atMs: number): void {
    const {family} = client;
    const bytes = this.#bytesOf(client);
    const member = this.#hash(bytes, mappedBits[family] + this.#clientBits[family]);
    const minute = minuteOf(atMs);
    copyAddress(bytes, this.#key);
    for (const level of this.#levels[family]) {
      const slot = this.#make(family, level);
      record.noteDelivery(this.#table, slot, minute);
      if (what === 'mailer') record.mark(this.#table, slot, 'mailers', member);
    }
  }

  /** `hot`: full of strangers that guess; a stranger's first unknown name convicts it. */
  standing(client: Address, atMs: number): 'ordinary' | 'hot' {
    const minute = minuteOf(atMs);
    const rings = this.#rings(client);
    for (const {level, slot} of rings) {
      if (level.effect !== 'block' || slot === undefined) continue;
      if (this.#isThick(level, slot, minute)) return 'hot';
    }
    return this.#hotAround(rings, minute) === undefined ? 'ordinary' : 'hot';
  }

  /** The verdict did not become a block, or the block was taken back: it does not count on the ladder. */
  takenBack(network: Network, atMs: number): void {
    const slot = this.#slotOf(network);
    if (slot !== undefined) record.unblock(this.#table, slot, minuteOf(atMs));
  }

  /** The operator has unblocked the network: nothing is held against it any more. */
  pardoned(network: Network, atMs: number): void {
    const slot = this.#slotOf(network);
    if (slot !== undefined) record.pardon(this.#table, slot, minuteOf(atMs));
  }

  get size(): number {
    return this.#table.size;
  }

  /** Drops networks whose record is empty; each call looks at some of them, in turn. */
  sweep(nowMs: number): void {
    const [table, minute] = [this.#table, minuteOf(nowMs)];
    table.sweep(sweptAtOnce, (slot) => {
      if (record.age(table, slot, minute) === 'empty') table.remove(slot);
    });
  }

  /** Whether there are more names, from more clients, than chance would bring together. */
  #isThick({bar, lowerMin, perMailer}: Level, slot: Slot, minute: number): boolean {
    const table = this.#table;
    if (record.scoreOf(table, slot, minute) < bar) return false;
    if (record.atLeast(table, slot, 'lower') < lowerMin) return false;
    if (perMailer === 0) return true;
    const mailers = record.about(table, slot, 'mailers');
    return record.about(table, slot, 'members') >= perMailer * mailers;
  }

  /**
   * @returns the hot network around the client, and the widest network inside it that can be blocked;
   *   undefined if there is none, or if the latter ever delivered mail
   */
  #hotAround(
    rings: readonly Ring[],
    minute: number,
  ): {readonly hot: Ring & {readonly slot: Slot}; readonly inner: Ring} | undefined {
    const inner = rings.findLast(({level}) => level.effect === 'block');
    if (inner === undefined) return undefined;
    if (inner.slot !== undefined && record.hasDelivered(this.#table, inner.slot)) return undefined;
    for (const {level, slot} of rings) {
      if (level.effect !== 'hot' || slot === undefined) continue;
      if (this.#isThick(level, slot, minute)) return {hot: {level, slot}, inner};
    }
    return undefined;
  }

  #verdict(client: Address, rings: readonly Ring[], minute: number): NetworkVerdict | undefined {
    const table = this.#table;
    for (const {level, slot} of rings) {
      if (level.effect !== 'block' || slot === undefined) continue;
      if (record.isBlocked(table, slot, minute)) return undefined;
    }
    for (let at = rings.length - 1; at >= 0; at--) {
      const {level, slot} = rings[at]!;
      if (level.effect !== 'block' || slot === undefined) continue;
      if (!this.#isThick(level, slot, minute)) continue;
      if (record.atLeast(table, slot, 'mailers') > 0) continue;
      return this.#block(client, {level, slot}, {level, slot}, minute);
    }
    const around = this.#hotAround(rings, minute);
    const inner = around?.inner;
    if (around === undefined || inner?.slot === undefined) return undefined;
    return this.#block(client, {level: inner.level, slot: inner.slot}, around.hot, minute);
  }

  #block(
    client: Address,
    {level, slot}: Ring & {readonly slot: Slot},
    why: Ring & {readonly slot: Slot},
    minute: number,
  ): NetworkVerdict {
    return {
      network: networkAround(client, level.prefix),
      score: record.scoreOf(this.#table, why.slot, minute),
      bar: why.level.bar,
      members: record.about(this.#table, why.slot, 'members'),
      ...record.block(this.#table, slot, minute),
      within: why.slot === slot ? undefined : networkAround(client, why.level.prefix).text,
    };
  }

  /** The levels around a client, from narrow to wide. */
  #rings(client: Address): readonly Ring[] {
    const {edition} = this.#table;
    if (this.#ringsOf === client && this.#ringsEdition === edition) return this.#around;
    const {family} = client;
    copyAddress(this.#bytesOf(client), this.#key);
    const around: Ring[] = [];
    for (const level of this.#levels[family]) {
      this.#narrow(family, level);
      around.push({level, slot: this.#table.find(this.#key)});
    }
    [this.#around, this.#ringsOf, this.#ringsEdition] = [around, client, edition];
    return around;
  }

  /**
   * The record of the level around the key of a client, or of a narrower level. Write to it before making
   * the next one: an empty record is the first to be evicted.
   */
  #make(family: Family, level: Level): Slot {
    this.#narrow(family, level);
    return this.#table.add(this.#key);
  }

  #bytesOf(client: Address): Uint8Array {
    if (this.#asked !== client) writeAddress(client, this.#bytes);
    this.#asked = client;
    return this.#bytes;
  }

  /** Turns the key of a client, or of a narrower level, into the key of this level. */
  #narrow(family: Family, {prefix}: Level): void {
    maskBytes(this.#key, mappedBits[family] + prefix);
    this.#key[addressLength] = prefix;
  }

  #slotOf({family, first, prefix}: Network): Slot | undefined {
    writeAddress({family, value: first}, this.#key);
    this.#key[addressLength] = prefix;
    return this.#table.find(this.#key);
  }

  /** Hash of the first bits of an address: FNV-1a, mixed so that its lowest bits depend on all of them. */
  #hash(bytes: Uint8Array, bits: number): number {
    let hash = 0x811c9dc5 ^ this.#salt;
    let left = bits;
    for (let i = 0; i < addressLength; i++, left -= 8) {
      const byte = left >= 8 ? bytes[i]! : left > 0 ? bytes[i]! & (0xff00 >>> left) : 0;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }
}

/** Sixteen assignments are faster than a call of `set`. */
function copyAddress(from: Uint8Array, to: Uint8Array): void {
  for (let i = 0; i < addressLength; i++) to[i] = from[i]!;
}

/**
 * The addresses of a world. They come from no list of real ones: the world takes them from the unicast space, and IPv6
 * ones from the network for documentation (RFC 3849). Each kind has networks of its own.
 */
import {Dice} from './dice.js';
import {type Address, addressBits, addressOf} from '../../../src/net/address.js';

/** One client, as the relay sees it. */
export class Client {
  readonly address: Address;
  /** As sendmail writes it, `host [address]`. */
  readonly relay: string;
  /** The user as whom the client logs in; undefined: it does not. */
  readonly user: string | undefined;
  readonly usesTls: boolean;
  readonly #networks = new Map<number, string>();

  constructor(address: Address, host?: string, user?: string) {
    this.address = address;
    const {family, text} = address;
    const written = family === 6 ? `[IPv6:${written6(address)}]` : `[${text}]`;
    this.relay = host === undefined ? written : `${host} ${written}`;
    this.user = user;
    this.usesTls = address.value % 2n === 1n;
  }

  /** The text of its network with this prefix length. */
  network(prefix: number): string {
    const known = this.#networks.get(prefix);
    if (known !== undefined) return known;
    const {family, value, text} = this.address;
    const host = BigInt(addressBits[family] - prefix);
    const made =
      host === 0n ? text : `${addressOf(family, (value >> host) << host).text}/${String(prefix)}`;
    this.#networks.set(prefix, made);
    return made;
  }
}

/** sendmail writes all eight groups (8.15 and later). */
const written6 = ({value}: Address): string =>
  Array.from({length: 8}, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(
    ':',
  );

/** First octets whose networks hold no private, shared, documentation, multicast or reserved addresses. */
const firstOctets = Array.from({length: 222}, (_, i) => i + 1).filter(
  (octet) => ![10, 100, 127, 169, 172, 192, 198, 203].includes(octet),
);

/** 2001:db8::/32, as its first 32 of 128 bits. */
const documentation = 0x20010db8n << 96n;

/** Hands out networks to one kind. None is handed out twice in a world. */
export class Allocation {
  readonly #dice: Dice;
  readonly #taken: Set<number>;

  /** @param taken the /16 and /48 that other kinds of this world have */
  constructor(seed: number, kind: string, taken: Set<number>) {
    this.#dice = new Dice(seed, 'addresses', kind);
    this.#taken = taken;
  }

  /** The first address of a /16 of its own. */
  slash16(): bigint {
    return (
      BigInt(this.#free(() => this.#dice.of(firstOctets) * 256 + this.#dice.below(256))) << 16n
    );
  }

  /** A client in a /16 of its own. */
  apart(host?: string, user?: string): Client {
    return v4(this.slash16() + BigInt(this.#dice.below(65_000) + 1), host, user);
  }

  /** A client anywhere except in networks of others. Two of them may be neighbours, as with real bots. */
  anywhere(host?: string, user?: string): Client {
    for (;;) {
      const slash16 = this.#dice.of(firstOctets) * 256 + this.#dice.below(256);
      if (this.#taken.has(slash16)) continue;
      return v4((BigInt(slash16) << 16n) + BigInt(this.#dice.below(65_534) + 1), host, user);
    }
  }

  /** The first address of a /48 of its own, in a /40 of its own. */
  slash48(): bigint {
    const slash40 = this.#free(() => 65_536 + this.#dice.below(256)) - 65_536;
    return documentation | (BigInt(slash40 * 256 + this.#dice.below(256)) << 80n);
  }

  #free(pick: () => number): number {
    for (;;) {
      const picked = pick();
      if (this.#taken.has(picked)) continue;
      this.#taken.add(picked);
      return picked;
    }
  }
}

export const v4 = (value: bigint, host?: string, user?: string): Client =>
  new Client(addressOf(4, value), host, user);

export const v6 = (value: bigint, host?: string): Client => new Client(addressOf(6, value), host);

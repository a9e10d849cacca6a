/**
 * Which IPv6 clients with a record lie in one /48. A block of a network must let its mailers pass, and walking over
 * all records of a busy relay took 65 ms. The index is built at the first question, because most relays never ask,
 * and is kept up to date from then on. It may name a client whose record is gone; the caller checks.
 */
import type {Network} from '../../net/network.js';

/**
 * Questions are about networks within one of these: no wider IPv6 network is ever blocked for its neighbours. Bits.
 */
const sitePrefix = 48;

const siteBytes = sitePrefix / 8;

/** The bytes of a key after its /48, one character each. */
const restOf = (key: Uint8Array): string => String.fromCharCode(...key.subarray(siteBytes));

/** 48 bits fit into a number. */
const siteOf = (key: Uint8Array): number =>
  key.subarray(0, siteBytes).reduce((number, byte) => number * 256 + byte, 0);

/** IPv4 lies in one /48 of its own; there each address is looked up instead. */
const mappedSite = 0;

export class Sites {
  readonly #keys: () => Iterable<Uint8Array>;
  readonly #most: number;
  #sites: Map<number, Map<string, Uint8Array>> | undefined;
  #size = 0;

  /**
   * @param keys of all records
   * @param most when the index has twice as many keys, most are gone, and it is rebuilt. A count
   */
  constructor(keys: () => Iterable<Uint8Array>, most: number) {
    [this.#keys, this.#most] = [keys, most];
  }

  /** A record was made. */
  noted(key: Uint8Array): void {
    if (this.#sites === undefined) return;
    if (this.#size >= 2 * this.#most) {
      this.#sites = undefined;
      return;
    }
    this.#add(this.#sites, key);
  }

  /** Keys that may lie in the network: all of its /48. @returns undefined: the network is wider, or IPv4 */
  around({family, first, prefix}: Network): Iterable<Uint8Array> | undefined {
    if (family === 4 || prefix < sitePrefix) return undefined;
    const sites = this.#sites ?? this.#make();
    return sites.get(Number(first >> BigInt(128 - sitePrefix)))?.values() ?? [];
  }

  #make(): Map<number, Map<string, Uint8Array>> {
    const sites = new Map<number, Map<string, Uint8Array>>();
    this.#size = 0;
    for (const key of this.#keys()) this.#add(sites, key);
    this.#sites = sites;
    return sites;
  }

  #add(sites: Map<number, Map<string, Uint8Array>>, key: Uint8Array): void {
    const number = siteOf(key);
    if (number === mappedSite) return;
    const site = sites.get(number) ?? new Map<string, Uint8Array>();
    const before = site.size;
    site.set(restOf(key), key.slice());
    this.#size += site.size - before;
    sites.set(number, site);
  }
}

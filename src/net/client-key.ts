/**
 * What one client is: an IPv4 address, or an IPv6 network of `ipv6_prefix` bits, from which one
 * customer can send with any address. Returns a client's key in packed tables, and the network to
 * block.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {type Address, addressOf} from './address.js';
import {addressBytes, addressLength, mappedBits, maskBytes, writeAddress} from './address-bytes.js';
import {hostNetwork, type Network, networkAround, type Span} from './network.js';

/** The key of the client that has the address. */
export function clientKey(address: Address, ipv6Prefix: number): Uint8Array {
  const bytes = addressBytes(address);
  if (address.family === 6) maskBytes(bytes, ipv6Prefix);
  return bytes;
}

/** The network to block for what the address did. */
function clientNetwork(address: Address, ipv6Prefix: number): Network {
  return address.family === 4 ? hostNetwork(address) : networkAround(address, ipv6Prefix);
}

/** Whether the client with this key lies in the network. */
export function isKeyIn(key: Uint8Array, network: Network): boolean {
  const bytes = addressBytes(firstOf(network));
  const bits = mappedBits[network.family] + network.prefix;
  const masked = key.slice();
  maskBytes(masked, bits);
  for (let i = 0; i < addressLength; i++) if (masked[i] !== bytes[i]) return false;
  return true;
}

/** The network of the client with this key. */
function networkOfKey(key: Uint8Array, ipv6Prefix: number): Network {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const isMapped =
    view.getBigUint64(0) === 0n && view.getUint16(8) === 0 && view.getUint16(10) === 0xffff;
  const address = isMapped
    ? addressOf(4, BigInt(view.getUint32(12)))
    : addressOf(6, (view.getBigUint64(0) << 64n) | view.getBigUint64(8));
  return clientNetwork(address, ipv6Prefix);
}

const firstOf = ({family, first}: Network): Address => addressOf(family, first);

/** Clients' networks that are remembered. A count: some hundred kilobytes. */
const mostNetworks = 4096;

/**
 * Whether a network contains an address of this machine; then it contains this machine's neighbours
 * too.
 */
type IsOurs = (network: Span) => boolean;

/**
 * Decides what one client is. In an IPv6 network that contains an address of this machine, each
 * address is a client of its own, because such a network is an office, not one customer. Computing
 * IPv6 networks takes long, so they are cached.
 */
export class ClientScope {
  readonly #ipv6Prefix: number;
  #isOurs: IsOurs = () => false;
  #known = new BoundedMap<string, Network>(mostNetworks);
  #last: {readonly client: Address; readonly network: Network} | undefined;
  /** The key returned last, and its client. */
  readonly #key = new Uint8Array(addressLength);
  #keyed: Address | undefined;
  /** The client asked about last: the judge asks several times about the same one. */
  #near: {readonly client: Address; readonly isNear: boolean} | undefined;

  constructor(ipv6Prefix: number) {
    this.#ipv6Prefix = ipv6Prefix;
  }

  /** Takes over this machine's present addresses. */
  ours(isOurs: IsOurs): void {
    if (isOurs === this.#isOurs) return;
    this.#isOurs = isOurs;
    this.#known = new BoundedMap(mostNetworks);
    this.#last = undefined;
    this.#keyed = undefined;
    this.#near = undefined;
  }

  /** The network to block for what the address did. */
  of(client: Address): Network {
    if (client.family === 4) return hostNetwork(client);
    if (this.#last?.client === client) return this.#last.network;
    const network = this.#known.get(client.text) ?? this.#make(client);
    this.#last = {client, network};
    return network;
  }

  #make(client: Address): Network {
    const whole = clientNetwork(client, this.#ipv6Prefix);
    const network = this.#isOurs(whole) ? hostNetwork(client) : whole;
    this.#known.set(client.text, network);
    return network;
  }

  /** The client's key, as text. */
  textOf(client: Address): string {
    return client.family === 4 ? client.text : this.of(client).text;
  }

  /** Its key in packed tables. The next call overwrites the bytes, so do not keep them. */
  keyOf(client: Address): Uint8Array {
    if (this.#keyed === client) return this.#key;
    writeAddress(client, this.#key);
    if (client.family === 6) maskBytes(this.#key, this.of(client).prefix);
    this.#keyed = client;
    return this.#key;
  }

  /**
   * Whether it lies in one of our own networks; then its neighbours' deeds say nothing about it.
   */
  isNear(client: Address): boolean {
    if (this.#near?.client !== client) {
      const network =
        client.family === 4 ? nearSpan(client) : clientNetwork(client, this.#ipv6Prefix);
      this.#near = {client, isNear: this.#isOurs(network)};
    }
    return this.#near.isNear;
  }

  /** The network of the client with this key. A key with host bits is a single address. */
  ofKey(key: Uint8Array): Network {
    const network = networkOfKey(key, this.#ipv6Prefix);
    return isKeyIn(key, network) && hasHostBits(key, network) ? networkOfKey(key, 128) : network;
  }
}

/** How many neighbours share an IPv4 network: a /24. Addresses. */
const nearAddresses = 256;

/** For IPv4, with small numbers, because each BigInt operation creates an object. */
function nearSpan({value}: Address): Span {
  const first = Math.floor(Number(value) / nearAddresses) * nearAddresses;
  return {family: 4, first: BigInt(first), last: BigInt(first + nearAddresses - 1)};
}

function hasHostBits(key: Uint8Array, {family, first, prefix, text}: Network): boolean {
  if (family === 4 || prefix === 128) return false;
  const bytes = addressBytes({family, value: first, text});
  return key.some((byte, at) => byte !== bytes[at]);
}

/**
 * What is one client: an IPv4 address, or a network of so many bits of IPv6, from which one
 * customer can send with any address. Gives its key in packed tables, and its network for a block.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {type Address, addressOf} from './address.js';
import {addressBytes, addressLength, mappedBits, maskBytes, writeAddress} from './address-bytes.js';
import {hostNetwork, type Network, networkAround, type Span} from './network.js';

/** The key of the client whose address it is. */
export function clientKey(address: Address, ipv6Prefix: number): Uint8Array {
  const bytes = addressBytes(address);
  if (address.family === 6) maskBytes(bytes, ipv6Prefix);
  return bytes;
}

/** The network that is blocked for what the address did. */
function clientNetwork(address: Address, ipv6Prefix: number): Network {
  return address.family === 4 ? hostNetwork(address) : networkAround(address, ipv6Prefix);
}

/** Whether the client with the key is in the network. */
export function isKeyIn(key: Uint8Array, network: Network): boolean {
  const bytes = addressBytes(firstOf(network));
  const bits = mappedBits[network.family] + network.prefix;
  const masked = key.slice();
  maskBytes(masked, bits);
  for (let i = 0; i < addressLength; i++) if (masked[i] !== bytes[i]) return false;
  return true;
}

/** The network of the client with the key. */
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

/** Recently made networks of clients. A count: some hundred kilobytes. */
const mostNetworks = 4096;

/** Whether a network holds an address of this machine: then its neighbours are in it too. */
type IsOurs = (network: Span) => boolean;

/**
 * What is one client. In an IPv6 network in which this machine has an address itself, each address
 * is a client of its own: it is an office, and not one customer. IPv6 networks take long to make,
 * so they are remembered.
 */
export class ClientScope {
  readonly #ipv6Prefix: number;
  #isOurs: IsOurs = () => false;
  #known = new BoundedMap<string, Network>(mostNetworks);
  #last: {readonly client: Address; readonly network: Network} | undefined;
  /** The key that was asked for last, and whose it is. */
  readonly #key = new Uint8Array(addressLength);
  #keyed: Address | undefined;
  /** The client that was asked about last: the judge asks several times about one. */
  #near: {readonly client: Address; readonly isNear: boolean} | undefined;

  constructor(ipv6Prefix: number) {
    this.#ipv6Prefix = ipv6Prefix;
  }

  /** The addresses of this machine are these now. */
  ours(isOurs: IsOurs): void {
    if (isOurs === this.#isOurs) return;
    this.#isOurs = isOurs;
    this.#known = new BoundedMap(mostNetworks);
    this.#last = undefined;
    this.#keyed = undefined;
    this.#near = undefined;
  }

  /** The network that is blocked for what the address did. */
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

  /** How the client is called. */
  textOf(client: Address): string {
    return client.family === 4 ? client.text : this.of(client).text;
  }

  /** Its key in packed tables. The same bytes become the next one's key: not to be kept. */
  keyOf(client: Address): Uint8Array {
    if (this.#keyed === client) return this.#key;
    writeAddress(client, this.#key);
    if (client.family === 6) maskBytes(this.#key, this.of(client).prefix);
    this.#keyed = client;
    return this.#key;
  }

  /** Whether it is in a network of ours: what its neighbours do says nothing of it. */
  isNear(client: Address): boolean {
    if (this.#near?.client !== client) {
      const network =
        client.family === 4 ? nearSpan(client) : clientNetwork(client, this.#ipv6Prefix);
      this.#near = {client, isNear: this.#isOurs(network)};
    }
    return this.#near.isNear;
  }

  /** The network of the client with the key. One with bits of a host is a single address. */
  ofKey(key: Uint8Array): Network {
    const network = networkOfKey(key, this.#ipv6Prefix);
    return isKeyIn(key, network) && hasHostBits(key, network) ? networkOfKey(key, 128) : network;
  }
}

/** Of IPv4: a network that is shared with neighbours, a /24. Addresses. */
const nearAddresses = 256;

/** Of IPv4, with small numbers: each step with a big one is an object. */
function nearSpan({value}: Address): Span {
  const first = Math.floor(Number(value) / nearAddresses) * nearAddresses;
  return {family: 4, first: BigInt(first), last: BigInt(first + nearAddresses - 1)};
}

function hasHostBits(key: Uint8Array, {family, first, prefix, text}: Network): boolean {
  if (family === 4 || prefix === 128) return false;
  const bytes = addressBytes({family, value: first, text});
  return key.some((byte, at) => byte !== bytes[at]);
}

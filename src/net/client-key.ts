/**
 * Who is one client: an IPv4 address, or a network of so many bits of IPv6, from which one customer can send
 * with any address. Gives its key in packed tables, and its network for a block.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {type Address, addressOf} from './address.js';
import {addressBytes, addressLength, mappedBits, maskBytes} from './address-bytes.js';
import {hostNetwork, type Network} from './network.js';

/** The key of the client whose address it is. */
export function clientKey(address: Address, ipv6Prefix: number): Uint8Array {
  const bytes = addressBytes(address);
  if (address.family === 6) maskBytes(bytes, ipv6Prefix);
  return bytes;
}

/** The network that is blocked for what the address did. */
export function clientNetwork(address: Address, ipv6Prefix: number): Network {
  if (address.family === 4 || ipv6Prefix === 128) return hostNetwork(address);
  const hostBits = BigInt(128 - ipv6Prefix);
  const first = (address.value >> hostBits) << hostBits;
  const last = first | ((1n << hostBits) - 1n);
  const text = `${addressOf(6, first).text}/${ipv6Prefix}`;
  return {family: 6, first, last, prefix: ipv6Prefix, text};
}

/** The key of the client that a network is; undefined: it is none, but several or a part of one. */
export function keyOfNetwork(network: Network, ipv6Prefix: number): Uint8Array | undefined {
  const clientPrefix = network.family === 4 ? 32 : ipv6Prefix;
  return network.prefix < clientPrefix ? undefined : clientKey(firstOf(network), ipv6Prefix);
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
export function networkOfKey(key: Uint8Array, ipv6Prefix: number): Network {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const isMapped =
    view.getBigUint64(0) === 0n && view.getUint16(8) === 0 && view.getUint16(10) === 0xffff;
  const address = isMapped
    ? addressOf(4, BigInt(view.getUint32(12)))
    : addressOf(6, (view.getBigUint64(0) << 64n) | view.getBigUint64(8));
  return clientNetwork(address, ipv6Prefix);
}

const firstOf = ({family, first}: Network): Address => addressOf(family, first);

/** Texts of clients that were made of late. A count: some hundred kilobytes. */
const mostTexts = 4096;

/** How clients are called: by the text of their network. Texts of IPv6 networks take long to make. */
export class ClientTexts {
  readonly #ipv6Prefix: number;
  readonly #known = new BoundedMap<string, string>(mostTexts);

  constructor(ipv6Prefix: number) {
    this.#ipv6Prefix = ipv6Prefix;
  }

  of(client: Address): string {
    if (client.family === 4) return client.text;
    const known = this.#known.get(client.text);
    if (known !== undefined) return known;
    const {text} = clientNetwork(client, this.#ipv6Prefix);
    this.#known.set(client.text, text);
    return text;
  }
}

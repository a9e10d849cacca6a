/**
 * What a network is: an address and a prefix length, as an administrator writes it. ip-cidr reads
 * the text; what it answers is kept as numbers of one family, because its own `contains` mixes
 * families and swallows errors. Decides that `/0` is no network here: as a block it would drop
 * everybody, as an exemption it would switch the program off.
 */
import IPCIDR from 'ip-cidr';
import {type Address, addressBits, addressOf, type Family, parseAddress} from './address.js';

/** All addresses from the first to the last. */
export interface Span {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

/** `text` is canonical: the bare address for a single host, else `first/prefix`. */
export interface Network extends Span {
  readonly prefix: number;
  readonly text: string;
}

/** The network that holds just this address. */
export function hostNetwork(address: Address): Network {
  const {family, value, text} = address;
  return {family, first: value, last: value, prefix: addressBits[family], text};
}

/**
 * Reads `ADDRESS` or `ADDRESS/PREFIX`. Host bits may be set (`10.10.10.10/24` is 10.10.10.0/24), as
 * in the old program's whitelist. A v4-mapped network of at least 96 bits is IPv4.
 *
 * @returns undefined for anything else, `/0` included
 */
export function parseNetwork(text: string): Network | undefined {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  if (prefixText === undefined) return hostNetwork(address);
  if (!/^[1-9]\d{0,2}$/.test(prefixText)) return undefined;
  const mappedBits = address.family === 4 && addressText.includes(':') ? 96 : 0;
  const prefix = Number(prefixText) - mappedBits;
  if (prefix < 1 || prefix > addressBits[address.family]) return undefined;
  const cidr = new IPCIDR(`${address.text}/${prefix}`);
  const [first, last] = cidr.toRange<bigint>({type: 'bigInteger'});
  const bare = prefix === addressBits[address.family];
  const start = addressOf(address.family, first).text;
  return {family: address.family, first, last, prefix, text: bare ? start : `${start}/${prefix}`};
}

/** Whether the address lies in the network; never true across families. */
export function contains(network: Network, address: Address): boolean {
  return (
    network.family === address.family &&
    network.first <= address.value &&
    address.value <= network.last
  );
}

/** Whether two networks share an address; never true across families. */
export function overlaps(a: Span, b: Span): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** The network of a text that we wrote ourselves. @throws Error for a text that is none */
export function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`the state holds ${text} as a network`);
  return network;
}

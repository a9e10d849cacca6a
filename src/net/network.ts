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
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const {address, prefix} = parts;
  if (prefix === addressBits[address.family]) return hostNetwork(address);
  const cidr = new IPCIDR(`${address.text}/${prefix}`);
  const [first, last] = cidr.toRange<bigint>({type: 'bigInteger'});
  const start = addressOf(address.family, first).text;
  return {family: address.family, first, last, prefix, text: `${start}/${prefix}`};
}

/** What stands before the slash, and the prefix as that of its family. */
function partsOf(text: string): {readonly address: Address; readonly prefix: number} | undefined {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  if (prefixText === undefined) return {address, prefix: addressBits[address.family]};
  if (!/^[1-9]\d{0,2}$/.test(prefixText)) return undefined;
  const mappedBits = address.family === 4 && addressText.includes(':') ? 96 : 0;
  const prefix = Number(prefixText) - mappedBits;
  return prefix < 1 || prefix > addressBits[address.family] ? undefined : {address, prefix};
}

/**
 * The network of so many leading bits in which an address lies. For networks that we make, which can be one for
 * each line of a log: ip-cidr takes 30 times as long.
 *
 * @param prefix 1 up to the bits of the family
 */
export function networkAround(address: Address, prefix: number): Network {
  const {family, value} = address;
  if (prefix === addressBits[family]) return hostNetwork(address);
  const hostBits = BigInt(addressBits[family] - prefix);
  const first = (value >> hostBits) << hostBits;
  const last = first | ((1n << hostBits) - 1n);
  return {family, first, last, prefix, text: `${addressOf(family, first).text}/${prefix}`};
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
  const parts = partsOf(text);
  if (parts === undefined) throw new Error(`the state holds ${text} as a network`);
  return networkAround(parts.address, parts.prefix);
}

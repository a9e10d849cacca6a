/**
 * A network: an address and a prefix length, as an administrator writes it. ip-cidr parses the text. The result
 * is stored as numbers of one family, because ip-cidr's own `contains` mixes families and hides errors. `/0` is
 * refused: as a block it would drop everybody, and as an exemption it would switch the program off.
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

/** The network that contains only this address. */
export function hostNetwork(address: Address): Network {
  const {family, value, text} = address;
  return {family, first: value, last: value, prefix: addressBits[family], text};
}

/**
 * Parses `ADDRESS` or `ADDRESS/PREFIX`. Host bits may be set (`10.10.10.10/24` is 10.10.10.0/24), as in the old
 * program's whitelist. A v4-mapped network of at least 96 bits is IPv4.
 *
 * @returns undefined for anything else, including `/0`
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

/** The address before the slash, and the prefix, relative to the address's family. */
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
 * The network of the first `prefix` bits around an address. For networks that we compute, perhaps for each log
 * line: ip-cidr takes 30 times as long.
 *
 * @param prefix from 1 to the bits of the family
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

/** The network of a text that we wrote ourselves. @throws Error if the text is not a network */
export function networkOf(text: string): Network {
  const parts = partsOf(text);
  if (parts === undefined) throw new Error(`the state holds ${text} as a network`);
  return networkAround(parts.address, parts.prefix);
}

/**
 * Decides which network a registry's record is about, as one prefix. A holder may have a range that is no prefix.
 * Then the network is the widest prefix inside of the range that holds the address, so it never reaches beyond the
 * range. Also decides which network to take if no registry answers.
 */
import {type Address, addressBits, parseAddress} from '../../net/address.js';
import {contains, type Network, networkAround, type Span} from '../../net/network.js';
import {isNumber, isRecord, isText, own} from '../../base/shape.js';

/**
 * The widest network that one holder can have. Bits: legacy holders have an IPv4 /8, and the widest of IPv6 are /16. A
 * wider record describes the registry itself, which sends it if it knows no holder.
 */
const leastPrefix = {4: 8, 6: 16} as const;

/** Taken if no registry answers: the smallest networks that the Internet routes. Bits. */
const routedPrefix = {4: 24, 6: 48} as const;

/** The network of an address whose holder is not known. */
export const unknownNetwork = (address: Address): Network =>
  networkAround(address, routedPrefix[address.family]);

/** The network that surely belongs to one customer, if only the reverse name of its address is known. Bits. */
const hostPrefix = {4: 32, 6: 64} as const;

export const hostNetworkOf = (address: Address): Network =>
  networkAround(address, hostPrefix[address.family]);

/** The networks that hold the address, the narrowest first. */
export const networksAround = (address: Address): readonly string[] =>
  Array.from(
    {length: addressBits[address.family] - leastPrefix[address.family] + 1},
    (_, wider) => networkAround(address, addressBits[address.family] - wider).text,
  );

/** @returns undefined when the address is not in it, or it is too wide for one holder */
function widestIn({family, first, last}: Span, address: Address): Network | undefined {
  if (family !== address.family || address.value < first || address.value > last) return undefined;
  const wholeRange = last - first + 1n;
  if (wholeRange > 1n << BigInt(addressBits[family] - leastPrefix[family])) return undefined;
  for (let prefix = leastPrefix[family]; prefix <= addressBits[family]; prefix++) {
    const network = networkAround(address, prefix);
    if (network.first >= first && network.last <= last) return network;
  }
  return undefined;
}

/** At most so many prefixes of one record are read. A count. */
const mostPrefixes = 1000;

/**
 * The network of a record (RFC 9083 section 5.4). `startAddress` and `endAddress` count. The prefixes
 * of the cidr0 extension count only if those are missing.
 *
 * @returns undefined when the record is not about the address
 */
export function allotmentOf(
  record: Readonly<Record<string, unknown>>,
  address: Address,
): Network | undefined {
  const [start, end] = [own(record, 'startAddress'), own(record, 'endAddress')];
  if (start === undefined && end === undefined)
    return byPrefixes(own(record, 'cidr0_cidrs'), address);
  const [first, last] = [bare(start), bare(end)];
  if (first === undefined || last === undefined || first.family !== last.family) return undefined;
  return widestIn({family: first.family, first: first.value, last: last.value}, address);
}

/** Some servers append a prefix to the address. */
const bare = (value: unknown): Address | undefined =>
  isText(value) ? parseAddress(value.replace(/\/\d{1,3}$/, '')) : undefined;

function byPrefixes(list: unknown, address: Address): Network | undefined {
  if (!Array.isArray(list)) return undefined;
  for (const each of list.slice(0, mostPrefixes) as readonly unknown[]) {
    const network = isRecord(each) ? prefixOf(each) : undefined;
    if (network !== undefined && contains(network, address)) return widestIn(network, address);
  }
  return undefined;
}

function prefixOf(entry: Readonly<Record<string, unknown>>): Network | undefined {
  const start = bare(own(entry, 'v4prefix') ?? own(entry, 'v6prefix'));
  const length = own(entry, 'length');
  if (start === undefined || !isNumber(length) || !Number.isInteger(length)) return undefined;
  if (length < 0 || length > addressBits[start.family]) return undefined;
  return networkAround(start, length);
}

/**
 * Which network a registry's record speaks of, as one prefix. A holder may have a range that is no prefix:
 * then it is the widest prefix inside of the range that holds the address, so the network never reaches
 * beyond what the registry said. Decides too what stands in its place where no registry answers.
 */
import {type Address, addressBits, parseAddress} from '../../net/address.js';
import {contains, type Network, networkAround, type Span} from '../../net/network.js';
import {isNumber, isRecord, isText, own} from '../../base/shape.js';

/**
 * The widest network that one holder can have. Bits: legacy holders have an IPv4 /8; wider records are of
 * the registry itself, which shows them where it knows nothing. The widest of IPv6 are /16.
 */
const leastPrefix = {4: 8, 6: 16} as const;

/** Without a registry's word: the smallest networks that are routed in the world. Bits. */
const routedPrefix = {4: 24, 6: 48} as const;

/** The network of an address of whose holder nothing is known. */
export const unknownNetwork = (address: Address): Network =>
  networkAround(address, routedPrefix[address.family]);

/** What one customer has for sure, by whose reverse name nothing more is known. Bits. */
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

/** Prefixes of one record that are looked at. A count. */
const mostPrefixes = 1000;

/**
 * The network of a record of RFC 9083 section 5.4. `startAddress` and `endAddress` are its word; the prefixes
 * of the cidr0 extension count only where those are missing.
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

/** Some servers write a prefix behind the address. */
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

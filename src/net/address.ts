/**
 * What an IP address is: parsing, canonical text, order. Decides that a v4-mapped IPv6 address
 * (`::ffff:192.0.2.7`, which is how a dual-stack listener sees an IPv4 client) is IPv4, so that one
 * client has one name everywhere. Does not know networks (`network.ts`) or who is exempt.
 *
 * Our own parser rather than ip-cidr's: this runs for every line of evidence, where ip-cidr costs
 * 6 µs and compares across families (`2001:db8::/32` "contains" `32.1.13.184`).
 */

export type Family = 4 | 6;

/** `text` is canonical (dotted quad, or RFC 5952), so equal addresses have equal texts. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
  readonly text: string;
}

/** Bits in an address of each family. */
export const addressBits: Readonly<Record<Family, number>> = {4: 32, 6: 128};

/** The longest text of an address: eight groups, or six and a dotted quad. Characters. */
const longestTextCharacters = 45;

/**
 * Reads one address: dotted quad without leading zeros (RFC 6943 section 3.1.1: `010.0.0.1` means
 * different hosts to different readers), or IPv6 in any form of RFC 4291 section 2.2.
 *
 * @returns undefined when the text is anything else: a zone (`%eth0`), a prefix, brackets, spaces
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > longestTextCharacters) return undefined;
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const address = readAddress(text);
  if (address === undefined) return undefined;
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(text, address);
  return address;
}

/** One client stands in dozens of lines in a row, and a big number takes a microsecond to make. */
const remembered = new Map<string, Address>();
/** A count: 400 KB. */
const mostRemembered = 4096;

function readAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = parseDottedQuad(text);
    return value === undefined ? undefined : addressOf(4, value);
  }
  const groups = parseGroups(text);
  if (groups === undefined) return undefined;
  const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
  return value >> 32n === 0xffffn ? addressOf(4, value & 0xffff_ffffn) : addressOf(6, value);
}

/** The address of a family with this value. @throws RangeError if the value does not fit */
export function addressOf(family: Family, value: bigint): Address {
  if (value < 0n || value >> BigInt(addressBits[family]) !== 0n) {
    throw new RangeError(`${value} is no IPv${family} address`);
  }
  return {family, value, text: family === 4 ? dottedQuad(value) : groupText(value)};
}

function parseDottedQuad(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return BigInt(value);
}

/** The eight 16-bit groups of an IPv6 text, `::` filled in. */
function parseGroups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [parseHalf(halves[0] ?? ''), parseHalf(halves[1] ?? '')];
  if (head === undefined || tail === undefined) return undefined;
  // A dotted quad ends the whole address, so it may not stand before `::`.
  if (halves.length === 2 && (halves[0] ?? '').includes('.')) return undefined;
  const missing = 8 - head.length - tail.length;
  // `::` stands for at least one group (RFC 5952 section 4.2.2 forbids writing it for one, not reading it).
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

function parseHalf(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const quad = index === parts.length - 1 ? parseDottedQuad(part) : undefined;
      if (quad === undefined) return undefined;
      groups.push(Number(quad >> 16n), Number(quad & 0xffffn));
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

function dottedQuad(value: bigint): string {
  const number = Number(value);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

/** RFC 5952 section 4: lower case, no leading zeros, the first longest run of zeros as `::`. */
function groupText(value: bigint): string {
  const groups = Array.from({length: 8}, (_, i) =>
    Number((value >> BigInt(112 - 16 * i)) & 0xffffn),
  );
  let best = {start: -1, length: 1};
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = {start, length};
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}

/**
 * IP addresses: parsing, canonical text, order. A v4-mapped IPv6 address (`::ffff:192.0.2.7`, as a
 * dual-stack listener sees an IPv4 client) counts as IPv4, so that a client has the same name everywhere.
 * Does not know networks (`network.ts`) or exemptions.
 *
 * Our own parser rather than ip-cidr's: this runs for every line of evidence, where ip-cidr costs 6 µs and
 * compares across families (`2001:db8::/32` "contains" `32.1.13.184`).
 */

import {detached} from '../base/printable.js';

export type Family = 4 | 6;

/** `text` is canonical (dotted quad, or RFC 5952), so equal addresses have equal texts. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
  readonly text: string;
}

export const addressBits: Readonly<Record<Family, number>> = {4: 32, 6: 128};

/** The longest text of an address: eight groups, or six and a dotted quad. Characters. */
const longestTextCharacters = 45;

/**
 * Parses one address: dotted quad without leading zeros (RFC 6943 section 3.1.1: `010.0.0.1` means
 * different hosts to different readers), or IPv6 in any form of RFC 4291 section 2.2.
 *
 * @returns undefined if the text is anything else: a zone (`%eth0`), a prefix, brackets, spaces
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > longestTextCharacters) return undefined;
  if (!text.includes(':')) {
    const value = parseDottedQuad(text);
    return value === undefined ? undefined : ofNumber(value);
  }
  const place = placeOf(text);
  const known = known6[place];
  if (known?.written === text) return known.address;
  const groups = parseGroups(text);
  if (groups === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  if (f === 0xffff && (a | b | c | d | e) === 0) return ofNumber(g * 65_536 + h);
  // In halves of 32 bits, because each BigInt operation takes longer than all those on small numbers.
  const upper = (BigInt(a * 65_536 + b) << 32n) | BigInt(c * 65_536 + d);
  const lower = (BigInt(e * 65_536 + f) << 32n) | BigInt(g * 65_536 + h);
  const address: Address = {family: 6, value: (upper << 64n) | lower, text: groupText(groups)};
  known6[place] = {written: detached(text), address};
  return address;
}

/**
 * Cache places for recently parsed addresses, because neighbouring lines name few different ones. Bits:
 * 4096 places for each family.
 */
const knownPlaceBits = 12;
const knownPlaces = 1 << knownPlaceBits;
const known4 = new Array<{readonly number: number; readonly address: Address} | undefined>(
  knownPlaces,
);
/** As it was written, which need not be the canonical text: sendmail writes all zeros. */
const known6 = new Array<{readonly written: string; readonly address: Address} | undefined>(
  knownPlaces,
);

/** An IPv4 address. Its text is a copy: a substring would keep the whole log line in memory. */
function ofNumber(number: number): Address {
  const place = Math.imul(number, 0x9e3779b1) >>> (32 - knownPlaceBits);
  const known = known4[place];
  if (known?.number === number) return known.address;
  const address: Address = {family: 4, value: BigInt(number), text: dottedQuad(number)};
  known4[place] = {number, address};
  return address;
}

/** Two texts with the same place only replace each other. */
function placeOf(text: string): number {
  let hash = text.length;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) & (knownPlaces - 1);
}

/** The address of a family with this value. @throws RangeError if the value does not fit */
export function addressOf(family: Family, value: bigint): Address {
  if (value < 0n || value >> BigInt(addressBits[family]) !== 0n) {
    throw new RangeError(`${value} is no IPv${family} address`);
  }
  return {
    family,
    value,
    text: family === 4 ? dottedQuad(Number(value)) : groupText(groupsOf(value)),
  };
}

const dot = 46;
const zero = 48;

/** Digit by digit, because this runs for every line with a client. */
function parseDottedQuad(text: string): number | undefined {
  let value = 0;
  let parts = 0;
  let part = 0;
  let digits = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : dot;
    if (code === dot) {
      if (digits === 0 || part > 255) return undefined;
      value = value * 256 + part;
      parts += 1;
      part = 0;
      digits = 0;
    } else {
      const isLeadingZero = digits > 0 && part === 0;
      if (code < zero || code > zero + 9 || isLeadingZero || digits === 3) return undefined;
      part = part * 10 + code - zero;
      digits += 1;
    }
  }
  return parts === 4 ? value : undefined;
}

/** The eight 16-bit groups of an IPv6 text, `::` filled in. */
function parseGroups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [parseHalf(halves[0] ?? ''), parseHalf(halves[1] ?? '')];
  if (head === undefined || tail === undefined) return undefined;
  // A dotted quad ends the whole address, so it cannot stand before `::`.
  if (halves.length === 2 && (halves[0] ?? '').includes('.')) return undefined;
  const missing = 8 - head.length - tail.length;
  // `::` stands for at least one group. RFC 5952, section 4.2.2, forbids writing it for a single group, not
  // reading it.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

function parseHalf(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index]!;
    const group = parseGroup(part);
    if (group !== undefined) {
      groups.push(group);
      continue;
    }
    const quad = index === parts.length - 1 ? parseDottedQuad(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push(quad >>> 16, quad & 0xffff);
  }
  return groups;
}

/** One to four hexadecimal digits. */
function parseGroup(text: string): number | undefined {
  if (text.length < 1 || text.length > 4) return undefined;
  let group = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const lower = code | 0x20;
    if (code >= zero && code <= zero + 9) group = group * 16 + code - zero;
    else if (lower >= 97 && lower <= 102) group = group * 16 + lower - 87;
    else return undefined;
  }
  return group;
}

const dottedQuad = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

const groupsOf = (value: bigint): number[] =>
  Array.from({length: 8}, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));

/** RFC 5952, section 4: lower case, no leading zeros, the first longest run of zeros as `::`. */
function groupText(groups: readonly number[]): string {
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

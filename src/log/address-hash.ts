/**
 * A number for an address, the same from the bytes of a log and from an `Address`, however an IPv6
 * address is written: so that a line can be passed over without reading its client.
 */
import type {Address} from '../net/address.js';

const [closeBracket, openBracket, closeParenthesis, colon, dot] = [0x5d, 0x5b, 0x29, 0x3a, 0x2e];

/** The longest `[IPv6:…]`. Bytes. */
const longestBytes = 56;
/** ` (may be forged)`. Bytes. */
const forgedBytes = 16;

/** @param end of a line that ends with a client; undefined when no address can be made out */
export function addressHash(bytes: Uint8Array, end: number): number | undefined {
  const close = bytes[end - 1] === closeParenthesis ? end - 1 - forgedBytes : end - 1;
  if (bytes[close] !== closeBracket) return undefined;
  let open = close - 1;
  while (open > close - longestBytes && bytes[open] !== openBracket) open -= 1;
  if (bytes[open] !== openBracket) return undefined;
  const isIpv6 = bytes[open + 1] === 0x49; // I of IPv6:
  return isIpv6 ? groupsHash(bytes, open + 6, close) : quadHash(bytes, open + 1, close);
}

export function addressHashOf({family, value}: Address): number {
  if (family === 4) return Number(value);
  let hash = 0;
  for (let shift = 112n; shift >= 0n; shift -= 16n) {
    hash = mix(hash, Number((value >> shift) & 0xffffn));
  }
  return hash;
}

function quadHash(bytes: Uint8Array, start: number, end: number): number | undefined {
  let value = 0;
  let part = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === dot) {
      value = value * 256 + part;
      part = 0;
    } else if (byte >= 0x30 && byte <= 0x39) part = part * 10 + byte - 0x30;
    else return undefined;
  }
  return (value * 256 + part) >>> 0;
}

const groups = new Uint16Array(8);

/** Eight groups, of which `::` leaves some out; undefined for what would be an IPv4 address. */
function groupsHash(bytes: Uint8Array, start: number, end: number): number | undefined {
  groups.fill(0);
  let place = 0;
  let colons = 0;
  for (let at = start; at < end; at++) if (bytes[at] === colon) colons += 1;
  for (let at = start; at < end && place < 8; at++) {
    const byte = bytes[at] ?? 0;
    const digit = hexDigit(byte);
    if (digit >= 0) groups[place] = (groups[place] ?? 0) * 16 + digit;
    else if (byte !== colon) return undefined;
    // `::` stands for as many groups as are missing.
    else place += bytes[at + 1] === colon ? 8 - colons : 1;
  }
  const [a, b, c, d, e, f] = groups;
  if ((a || b || c || d || e) === 0 && f === 0xffff) return undefined;
  return groups.reduce(mix, 0);
}

const mix = (hash: number, group: number): number => Math.imul(hash ^ group, 0x01000193) >>> 0;

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

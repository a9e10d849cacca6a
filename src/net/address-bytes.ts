/**
 * An address as 16 bytes, from which the keys of packed tables are made. IPv4 is v4-mapped
 * (`::ffff:192.0.2.7`), so that one length serves both families. The BigInt is converted once;
 * everything after that works on bytes, because one BigInt operation takes as long as twenty on
 * bytes.
 */
import type {Address, Family} from './address.js';

/** The length of any address. Bytes. */
export const addressLength = 16;

/** Bits before the address itself; for IPv4, the prefix `::ffff:0:0/96`. */
export const mappedBits: Readonly<Record<Family, number>> = {4: 96, 6: 0};

export function addressBytes(address: Address): Uint8Array {
  const bytes = new Uint8Array(addressLength);
  writeAddress(address, bytes);
  return bytes;
}

/**
 * Writes an address over another one, because creating an array takes longer than everything else.
 *
 * @param bytes at least 16, of which the first 16 are written
 */
export function writeAddress(
  {family, value}: Pick<Address, 'family' | 'value'>,
  bytes: Uint8Array,
): void {
  if (family === 4) {
    const quad = Number(value);
    for (let i = 0; i < 10; i++) bytes[i] = 0;
    bytes[10] = 0xff;
    bytes[11] = 0xff;
    bytes[12] = quad >>> 24;
    bytes[13] = quad >>> 16;
    bytes[14] = quad >>> 8;
    bytes[15] = quad;
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, addressLength);
  // Each call takes the lower 64 bits of its value.
  view.setBigUint64(0, value >> 64n);
  view.setBigUint64(8, value);
}

/**
 * Clears the host bits in place.
 *
 * @param bits how many stay, counted from the first of the 16 bytes: for IPv4, 96 more than the
 *   prefix
 */
export function maskBytes(bytes: Uint8Array, bits: number): void {
  let at = bits >>> 3;
  const rest = bits & 7;
  if (rest !== 0 && at < addressLength) {
    bytes[at] = bytes[at]! & (0xff00 >>> rest);
    at += 1;
  }
  for (; at < addressLength; at += 1) bytes[at] = 0;
}

/** A sheet of `packed-table.ts`: how many rows it holds, and the bitmap in its head that says which of them are taken. */

/** A sheet as it is saved: its number (from 0, without gaps), and its bytes: which rows are taken, then all rows. */
export type Sheet = readonly [number: number, bytes: Uint8Array];

/** The greatest length of a sheet, unless a single row is longer. Bytes: with its head, it fits a database page of 4096. */
const sheetBytesMost = 4040;

/** The bitmap of a sheet's taken rows. Bytes. */
export const headBytes = 8;

/** Bits of a row's number. As many rows as the bitmap has bits. */
export const rowBits = 6;
const rowsMost = 1 << rowBits;

/** How many rows of this length a sheet holds. A count, at least 1. */
export const rowsIn = (rowBytes: number): number =>
  Math.min(rowsMost, Math.max(1, Math.floor((sheetBytesMost - headBytes) / rowBytes)));

/** @param slot ends with the number of the row */
export const rowOf = (slot: number): number => slot & (rowsMost - 1);

/** @param at where the sheet begins in the buffer. */
export const isTaken = (buffer: Uint8Array, at: number, slot: number): boolean =>
  ((buffer[at + (rowOf(slot) >>> 3)]! >>> (slot & 7)) & 1) === 1;

/** Marks a free row as taken, or a taken one as free. */
export function flip(buffer: Uint8Array, at: number, slot: number): void {
  buffer[at + (rowOf(slot) >>> 3)]! ^= 1 << (slot & 7);
}

/** A client's latest deeds, and names that took its mail, as hashes in its own record. */
import type {PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import {field, mostHashes} from './client-record.js';

/**
 * The hash of a name that took mail, which differs from that of the same name asked for in vain.
 */
export const deliveredHash = (hash: number): number => (hash ^ 0x5bd1e995) >>> 0 || 1;

export function hasHash(table: PackedTable, slot: Slot, hash: number): boolean {
  for (let i = 0; i < mostHashes; i++) {
    const one = table.u32(slot, field.hashes + 4 * i);
    if (one === hash) return true;
    if (one === 0) return false;
  }
  return false;
}

/** @returns `full`: there was no room, and the oldest was overwritten */
export function addHash(table: PackedTable, slot: Slot, hash: number): 'fits' | 'full' {
  const written = table.u8(slot, field.written);
  table.setU32(slot, field.hashes + 4 * (written % mostHashes), hash);
  // 251 goes back to 243, which is the same place of nine, so the count fits into a byte.
  table.setU8(slot, field.written, written >= 251 ? 243 : written + 1);
  return written < mostHashes ? 'fits' : 'full';
}

/** All hashes, of deeds and of names that took mail. */
export function hashesOf(table: PackedTable, slot: Slot): number[] {
  const all: number[] = [];
  for (let i = 0; i < mostHashes; i++) {
    const hash = table.u32(slot, field.hashes + 4 * i);
    if (hash !== 0) all.push(hash);
  }
  return all;
}

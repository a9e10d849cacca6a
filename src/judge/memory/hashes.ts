/** The last things that a client did, and names that took its mail, as hashes in its own record. */
import type {PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import {field, mostHashes} from './client-record.js';

/** A hash for a name that was asked for differs from that of one that took mail. */
export const deliveredHash = (hash: number): number => (hash ^ 0x5bd1e995) >>> 0 || 1;

export function hasHash(table: PackedTable, slot: Slot, hash: number): boolean {
  for (let i = 0; i < mostHashes; i++) {
    const one = table.u32(slot, field.hashes + 4 * i);
    if (one === hash) return true;
    if (one === 0) return false;
  }
  return false;
}

/** @returns `full`: there was no place, and the oldest went */
export function addHash(table: PackedTable, slot: Slot, hash: number): 'fits' | 'full' {
  const written = table.u8(slot, field.written);
  table.setU32(slot, field.hashes + 4 * (written % mostHashes), hash);
  // From 252 back to 243, both the same place of nine: the count fits in a byte.
  table.setU8(slot, field.written, written >= 251 ? 243 : written + 1);
  return written < mostHashes ? 'fits' : 'full';
}

/** All hashes; those that were asked for and those that took mail alike. */
export function hashesOf(table: PackedTable, slot: Slot): number[] {
  const all: number[] = [];
  for (let i = 0; i < mostHashes; i++) {
    const hash = table.u32(slot, field.hashes + 4 * i);
    if (hash !== 0) all.push(hash);
  }
  return all;
}

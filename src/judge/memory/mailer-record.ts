/**
 * Which names a client has delivered to and asked for, when there are more than its own record can hold:
 * Bloom filters in a packed table (Bloom 1970). Two halves of 14 days each, so that what is older is
 * forgotten in time; and one of today, because a name earns once a day. Does not know what they earn.
 *
 * A full filter of delivered names withholds credit, which harms nobody at the floor. A full filter of
 * unknown names would let all further guesses pass, so that one begins anew before it is full.
 */
import type {PackedLayout, PackedTable, Slot} from '../../base/mechanisms/packed-table.js';

/** Size of each filter. Bytes: 1024 bits. */
const filterBytes = 128;
/** Bits for each name. A count: at 120 names 2 in 100 others seem to be among them. */
const bitsPerName = 4;
/** Unknown names in one half, after which the older half is given up. A count. */
export const mostUnknown = 120;
/** A half is filled for so long. Days. */
const halfDays = 14;

const field = {
  /** Days since the epoch for which `today` is. u16 */
  day: 0,
  /** Since when the newer halves are filled. Days since the epoch, u16 */
  half: 2,
  /** Names in the newer half of unknown ones. u16 */
  unknown: 4,
  /** Distinct names delivered to, for what the record is worth. u16 */
  delivered: 6,
  /** Of the last delivery. Days since the epoch, u16 */
  lastDay: 8,
  today: 10,
  deliveredNew: 10 + filterBytes,
  deliveredOld: 10 + 2 * filterBytes,
  unknownNew: 10 + 3 * filterBytes,
  unknownOld: 10 + 4 * filterBytes,
} as const;

/** The key is the client's. */
export const mailerLayout: PackedLayout = {keyBytes: 16, entryBytes: 10 + 5 * filterBytes};

export type DeliveredBefore = 'never' | 'earlier' | 'today';

/** Notes a name that took mail. @returns when it did so before */
export function noteDelivered(
  table: PackedTable,
  slot: Slot,
  hash: number,
  day: number,
): DeliveredBefore {
  turn(table, slot, day);
  const isToday = isIn(table, slot, field.today, hash);
  if (isToday) return 'today';
  const isKnown =
    isIn(table, slot, field.deliveredNew, hash) || isIn(table, slot, field.deliveredOld, hash);
  // A large sender fills a filter in an hour. Full, it would take every name for one of today, which earns nothing.
  if (isCrowded(table, slot, field.today)) clear(table, slot, field.today);
  if (isCrowded(table, slot, field.deliveredNew)) {
    shift(table, slot, field.deliveredNew, field.deliveredOld);
  }
  put(table, slot, field.today, hash);
  put(table, slot, field.deliveredNew, hash);
  table.setU16(slot, field.lastDay, day);
  if (isKnown) return 'earlier';
  table.setU16(slot, field.delivered, Math.min(0xffff, table.u16(slot, field.delivered) + 1));
  return 'never';
}

/** Notes what it asked for in vain. @returns whether it had before */
export function noteUnknown(
  table: PackedTable,
  slot: Slot,
  hash: number,
  day: number,
): 'new' | 'known' {
  turn(table, slot, day);
  if (isIn(table, slot, field.unknownNew, hash) || isIn(table, slot, field.unknownOld, hash)) {
    return 'known';
  }
  const names = table.u16(slot, field.unknown) + 1;
  if (names > mostUnknown) shift(table, slot, field.unknownNew, field.unknownOld);
  put(table, slot, field.unknownNew, hash);
  table.setU16(slot, field.unknown, names > mostUnknown ? 1 : names);
  return 'new';
}

/** Those of strangers go first, then those of the oldest delivery. */
export function worthOfRecord(table: PackedTable, slot: Slot): number {
  const delivered = table.u16(slot, field.delivered);
  return (delivered === 0 ? 0 : 1e6) + table.u16(slot, field.lastDay);
}

/**
 * Takes over what the client's own record holds. Its hashes do not tell what took mail from what did not,
 * but they differ, so both go into both.
 */
export function begin(
  table: PackedTable,
  slot: Slot,
  {
    hashes,
    delivered,
    deliveredDay,
    day,
  }: {
    readonly hashes: readonly number[];
    readonly delivered: number;
    readonly deliveredDay: number;
    readonly day: number;
  },
): void {
  table.setU16(slot, field.day, day);
  table.setU16(slot, field.half, day);
  table.setU16(slot, field.delivered, delivered);
  table.setU16(slot, field.lastDay, deliveredDay);
  for (const hash of hashes) {
    put(table, slot, field.deliveredNew, hash);
    put(table, slot, field.unknownNew, hash);
    if (deliveredDay === day) put(table, slot, field.today, hash);
  }
}

/** A new day, or a new half. A day before the newest, of a log that is read late, is taken for it. */
function turn(table: PackedTable, slot: Slot, day: number): void {
  // Noted while the clock was ahead: it is today.
  for (const noted of [field.day, field.half, field.lastDay]) {
    if (table.u16(slot, noted) > day + 1) {
      table.setU16(slot, noted, day);
      clear(table, slot, field.today);
    }
  }
  if (day > table.u16(slot, field.day)) {
    table.setU16(slot, field.day, day);
    clear(table, slot, field.today);
  }
  const age = day - table.u16(slot, field.half);
  if (age < halfDays) return;
  shift(table, slot, field.deliveredNew, field.deliveredOld);
  shift(table, slot, field.unknownNew, field.unknownOld);
  if (age >= 2 * halfDays) {
    clear(table, slot, field.deliveredOld);
    clear(table, slot, field.unknownOld);
  }
  table.setU16(slot, field.half, day);
  table.setU16(slot, field.unknown, 0);
}

/** Half of its bits are set: of 16 names that are new one is taken for known. */
function isCrowded(table: PackedTable, slot: Slot, at: number): boolean {
  const bytes = table.entry(slot);
  let bits = 0;
  for (let i = at; i < at + filterBytes; i++) {
    for (let byte = bytes[i]!; byte !== 0; byte &= byte - 1) bits += 1;
  }
  return bits > filterBytes * 4;
}

function shift(table: PackedTable, slot: Slot, from: number, to: number): void {
  const bytes = table.entry(slot);
  bytes.copyWithin(to, from, from + filterBytes);
  clear(table, slot, from);
}

function clear(table: PackedTable, slot: Slot, filter: number): void {
  table.entry(slot).fill(0, filter, filter + filterBytes);
  table.touch(slot);
}

/** The i-th bit of a name: two hashes make as many as are wanted (Kirsch, Mitzenmacher 2006). */
const bitOf = (hash: number, i: number): number =>
  (hash + Math.imul(i, Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) | 1)) & (filterBytes * 8 - 1);

function isIn(table: PackedTable, slot: Slot, filter: number, hash: number): boolean {
  for (let i = 0; i < bitsPerName; i++) {
    const bit = bitOf(hash, i);
    if ((table.u8(slot, filter + (bit >>> 3)) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

function put(table: PackedTable, slot: Slot, filter: number, hash: number): void {
  for (let i = 0; i < bitsPerName; i++) {
    const bit = bitOf(hash, i);
    const at = filter + (bit >>> 3);
    table.setU8(slot, at, table.u8(slot, at) | (1 << (bit & 7)));
  }
}

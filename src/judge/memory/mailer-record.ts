/**
 * Which names a client has delivered to and asked for, if there are more than its own record can hold: Bloom
 * filters in a packed table (Bloom 1970). Two filters of 14 days each, so that older names are forgotten; and one
 * for today, because a name gives credit once a day. Does not know how much.
 *
 * A full filter of delivered names withholds credit, which does no harm at the floor. A full filter of unknown
 * names would let every further guess pass, so that filter is restarted before it is full.
 */
import type {PackedLayout, PackedTable, Slot} from '../../base/mechanisms/packed-table.js';

/** The size of each filter. Bytes: 1024 bits. */
const filterBytes = 128;
/** Bits for each name. A count: with 120 names in a filter, 2 in 100 others seem to be in it. */
const bitsPerName = 4;
/** Unknown names in one half, after which the older half is dropped. A count. */
export const mostUnknown = 120;
/** How long one half is filled. Days. */
const halfDays = 14;

const field = {
  /** The day of `today`. Days since the epoch, u16 */
  day: 0,
  /** When the newer halves were begun. Days since the epoch, u16 */
  half: 2,
  /** Names in the newer half of the unknown ones. u16 */
  unknown: 4,
  /** Distinct names delivered to, from which the worth of the record follows. u16 */
  delivered: 6,
  /** The day of the latest delivery. Days since the epoch, u16 */
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

/** Adds a name that took mail. @returns when it took mail before */
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
  // A large sender fills a filter within an hour. A full one would take every name for one of today, which gives no
  // credit.
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

/** Adds a name asked for in vain. @returns whether it was asked for before */
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

/** Records of strangers are evicted first, then those with the oldest delivery. */
export function worthOfRecord(table: PackedTable, slot: Slot): number {
  const delivered = table.u16(slot, field.delivered);
  return (delivered === 0 ? 0 : 1e6) + table.u16(slot, field.lastDay);
}

/**
 * Copies the client's own hashes. They do not say which names took mail, but the two kinds differ, so all go into
 * both filters.
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

const notedDays = [field.day, field.half, field.lastDay] as const;

/**
 * Begins a new day or a new half if it is time. A day before the newest one, from a log that is read late, counts
 * as the newest.
 */
function turn(table: PackedTable, slot: Slot, day: number): void {
  // A day from a clock that was ahead becomes today.
  for (const noted of notedDays) {
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

/** Half of its bits are set: then one of 16 new names seems known. */
function isCrowded(table: PackedTable, slot: Slot, at: number): boolean {
  let bits = 0;
  for (let i = at; i < at + filterBytes; i += 4) bits += bitsIn(table.u32(slot, i));
  return bits > filterBytes * 4;
}

/** How many bits of a number of 32 bits are set: sums of two, four and eight bits, side by side. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
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

/** The i-th bit of a name, from two hashes (Kirsch, Mitzenmacher 2006). */
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

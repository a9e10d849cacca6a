/**
 * The layout of a network's record in a packed table: a score that is halved every two days, sketches
 * of the clients that have asked and that have delivered, and the network's blocks. Knows the fields
 * and how they age; `networks.ts` decides which figures convict.
 *
 * A sketch is 64 bits, one for each hash of what is counted (linear counting, Whang and others 1990).
 * A set would take a hundred times as much, and no bar needs more than eight.
 */
import type {PackedLayout, PackedTable, Slot} from '../../base/mechanisms/packed-table.js';

/** The key is the network's first address and the length of its prefix. */
export const layout: PackedLayout = {keyBytes: 17, entryBytes: 48};

const at = {
  /** In names, as of `scoredMinute`. f32. */
  score: 0,
  /** When it last asked. Minutes since the epoch, u32. */
  scoredMinute: 4,
  members: 8,
  lower: 16,
  /** Members whose mail is wanted: a block of the network must not affect them. */
  mailers: 24,
  /** The last minute of the hour of a delivery; 0: it never delivered. u32. */
  deliveredMinute: 32,
  /** The first minute without the block; 0: never blocked. u32. */
  untilMinute: 36,
  /** Blocks that count on the ladder. u8. */
  blocks: 40,
} as const;

export type Sketch = 'members' | 'lower' | 'mailers';

const sketchBits = 64;

/** After this long, a score is worth half. Minutes: 2 days. */
const halfLifeMinutes = 2 * 24 * 60;

/** A score below this is over, and so is who contributed to it. Names. */
const overNames = 0.5;

/** How long a client that delivers is remembered after its last mail. Minutes: 90 days. */
const deliveredMinutes = 90 * 24 * 60;

/** How long after the end of the last block the ladder is forgotten. Minutes: 14 days. */
const ladderMinutes = 14 * 24 * 60;

/** How often deliveries are recorded. Minutes: each record is written to the disk. */
const noteMinutes = 60;

/** Lengths of the first, the second, and each further block. Minutes: 1, 2 and 4 days. */
const blockMinutes = [1, 2, 4].map((days) => days * 24 * 60);

/** @returns names, as they count now */
export function scoreOf(table: PackedTable, slot: Slot, minute: number): number {
  // One of several logs may be read late; that must not raise a score.
  const age = Math.max(0, minute - table.u32(slot, at.scoredMinute));
  const score = table.f32(slot, at.score);
  return age === 0 ? score : score * 2 ** (-age / halfLifeMinutes);
}

/**
 * @param names a member's new names
 * @param most the greatest score, so that a hot network cools within days
 * @returns the score including them
 */
export function addNames(
  table: PackedTable,
  slot: Slot,
  names: number,
  most: number,
  minute: number,
): number {
  const before = scoreOf(table, slot, minute);
  if (before < overNames) {
    clear(table, slot, 'members');
    clear(table, slot, 'lower');
  }
  const score = Math.min(most, before + names);
  table.setF32(slot, at.score, score);
  if (minute > table.u32(slot, at.scoredMinute)) table.setU32(slot, at.scoredMinute, minute);
  return score;
}

/** @param hash of the member, or of the lower network; only its lowest bits are used */
export function mark(table: PackedTable, slot: Slot, sketch: Sketch, hash: number): void {
  const field = at[sketch] + ((hash >>> 3) & 7);
  const before = table.u8(slot, field);
  const bit = 1 << (hash & 7);
  if ((before & bit) === 0) table.setU8(slot, field, before | bit);
}

/** @returns the number of set bits: never more than were marked */
export function atLeast(table: PackedTable, slot: Slot, sketch: Sketch): number {
  return bitsIn(table.u32(slot, at[sketch])) + bitsIn(table.u32(slot, at[sketch] + 4));
}

/** @returns how many were probably marked; at most 266, which is what 64 bits can tell */
export function about(table: PackedTable, slot: Slot, sketch: Sketch): number {
  const empty = Math.max(1, sketchBits - atLeast(table, slot, sketch));
  return Math.round(-sketchBits * Math.log(empty / sketchBits));
}

/** The mail of a member was accepted. */
export function noteDelivery(table: PackedTable, slot: Slot, minute: number): void {
  const before = table.u32(slot, at.deliveredMinute);
  if (minute >= before + noteMinutes || before === 0) {
    table.setU32(slot, at.deliveredMinute, minute);
  }
}

export const hasDelivered = (table: PackedTable, slot: Slot): boolean =>
  table.u32(slot, at.deliveredMinute) !== 0;

export const isBlocked = (table: PackedTable, slot: Slot, minute: number): boolean =>
  minute < table.u32(slot, at.untilMinute);

/** Begins a block. @returns how long it lasts, and the number of blocks with it */
export function block(
  table: PackedTable,
  slot: Slot,
  minute: number,
): {readonly seconds: number; readonly repeat: number} {
  const until = table.u32(slot, at.untilMinute);
  const served = minute - until > ladderMinutes ? 0 : table.u8(slot, at.blocks);
  const repeat = Math.min(255, served + 1);
  const minutes = blockMinutes[Math.min(repeat, blockMinutes.length) - 1]!;
  table.setU8(slot, at.blocks, repeat);
  table.setU32(slot, at.untilMinute, minute + minutes);
  return {seconds: minutes * 60, repeat};
}

/** The block was not made, or was taken back, so it does not count on the ladder. */
export function unblock(table: PackedTable, slot: Slot, minute: number): void {
  if (!isBlocked(table, slot, minute)) return;
  const served = table.u8(slot, at.blocks) - 1;
  table.setU8(slot, at.blocks, served);
  table.setU32(slot, at.untilMinute, served === 0 ? 0 : minute);
}

/**
 * Removes everything held against the network; its clients that deliver stay known. Counts as a
 * delivery, so that the next unknown name does not block it for what its neighbours did.
 */
export function pardon(table: PackedTable, slot: Slot, minute: number): void {
  noteDelivery(table, slot, minute);
  table.setF32(slot, at.score, 0);
  table.setU8(slot, at.blocks, 0);
  table.setU32(slot, at.untilMinute, 0);
}

/**
 * Drops what is over, and corrects times that a wrong clock has set.
 *
 * @returns `empty`: the record holds nothing any more
 */
export function age(table: PackedTable, slot: Slot, minute: number): 'kept' | 'empty' {
  for (const field of [at.scoredMinute, at.deliveredMinute]) {
    if (table.u32(slot, field) > minute) table.setU32(slot, field, minute);
  }
  const delivered = table.u32(slot, at.deliveredMinute);
  if (delivered !== 0 && minute - delivered > deliveredMinutes) {
    table.setU32(slot, at.deliveredMinute, 0);
    clear(table, slot, 'mailers');
  }
  const longest = minute + blockMinutes.at(-1)!;
  const until = table.u32(slot, at.untilMinute);
  if (until > longest) table.setU32(slot, at.untilMinute, longest);
  const isLadderOver = until === 0 || minute - until > ladderMinutes;
  const isOver = scoreOf(table, slot, minute) < overNames && isLadderOver;
  return isOver && !hasDelivered(table, slot) ? 'empty' : 'kept';
}

/** Networks of strangers are evicted first, and among those the ones silent for longest. */
export function worthOf(table: PackedTable, slot: Slot): number {
  const delivered = table.u32(slot, at.deliveredMinute);
  const asked = table.u32(slot, at.scoredMinute);
  // A client that fills the table with strangers must not push out clients that deliver.
  return Math.max(asked, delivered === 0 ? 0 : delivered + deliveredMinutes);
}

function clear(table: PackedTable, slot: Slot, sketch: Sketch): void {
  if (atLeast(table, slot, sketch) === 0) return;
  table.setU32(slot, at[sketch], 0);
  table.setU32(slot, at[sketch] + 4, 0);
}

/** How many of the 32 bits are set. */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

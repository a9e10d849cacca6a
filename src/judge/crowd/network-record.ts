/**
 * How the record of one network lies in a packed table: a score that is halved each two days, sketches
 * of who has asked and of who has delivered, and the network's blocks. Knows the fields and how they
 * age. Which figures convict is for `networks.ts`.
 *
 * A sketch is 64 bits, one for each hash of what is counted (linear counting, Whang and others 1990).
 * A set would cost a hundred times as much, and no bar asks for more than eight.
 */
import type {PackedLayout, PackedTable, Slot} from '../../base/mechanisms/packed-table.js';

/** The key is the network's first address and the length of its prefix. */
export const layout: PackedLayout = {keyBytes: 17, entryBytes: 48};

const at = {
  /** Names, as of `scoredMinute`. f32. */
  score: 0,
  /** Minutes since the epoch; when it last asked. u32. */
  scoredMinute: 4,
  members: 8,
  lower: 16,
  /** Members that take part in the mail: no block of the network may meet them. */
  mailers: 24,
  /** The last minute of the hour of a delivery; 0: it never delivered. u32. */
  deliveredMinute: 32,
  /** The first minute without the block; 0: never blocked. u32. */
  untilMinute: 36,
  /** Blocks on the ladder. u8. */
  blocks: 40,
} as const;

export type Sketch = 'members' | 'lower' | 'mailers';

const sketchBits = 64;

/** A score is worth half after so long. Minutes: 2 days. */
const halfLifeMinutes = 2 * 24 * 60;

/** A score below is over, and with it who took part in it. Names. */
const overNames = 0.5;

/** A client that delivers is remembered this long after its last mail. Minutes: 90 days. */
const deliveredMinutes = 90 * 24 * 60;

/** The ladder is forgotten so long after the last block's end. Minutes: 14 days. */
const ladderMinutes = 14 * 24 * 60;

/** Deliveries are noted at most so often: a note is written to the disk. Minutes. */
const noteMinutes = 60;

/** A block of the first, second, and each further time. Minutes: 1, 2 and 4 days. */
const blockMinutes = [1, 2, 4].map((days) => days * 24 * 60);

/** @returns names, as they are worth now */
export function scoreOf(table: PackedTable, slot: Slot, minute: number): number {
  // Of several logs one may be read late; a score does not grow by it.
  const age = Math.max(0, minute - table.u32(slot, at.scoredMinute));
  const score = table.f32(slot, at.score);
  return age === 0 ? score : score * 2 ** (-age / halfLifeMinutes);
}

/**
 * @param names new ones of a member
 * @param most the score goes no higher, so that what was once hot cools in days
 * @returns the score with them
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

/** @param hash of the member, or of the lower network: its lowest bits are used */
export function mark(table: PackedTable, slot: Slot, sketch: Sketch, hash: number): void {
  const field = at[sketch] + ((hash >>> 3) & 7);
  const before = table.u8(slot, field);
  const bit = 1 << (hash & 7);
  if ((before & bit) === 0) table.setU8(slot, field, before | bit);
}

/** @returns bits that are set: never more than were marked */
export function atLeast(table: PackedTable, slot: Slot, sketch: Sketch): number {
  return bitsIn(table.u32(slot, at[sketch])) + bitsIn(table.u32(slot, at[sketch] + 4));
}

/** @returns how many were probably marked; at most 266, what 64 bits can tell */
export function about(table: PackedTable, slot: Slot, sketch: Sketch): number {
  const empty = Math.max(1, sketchBits - atLeast(table, slot, sketch));
  return Math.round(-sketchBits * Math.log(empty / sketchBits));
}

/** Mail of a member was taken. */
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

/** Begins a block. @returns how long it lasts, and the how-manieth it is */
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

/** The block was not made, or is taken back: it is not on the ladder. */
export function unblock(table: PackedTable, slot: Slot, minute: number): void {
  if (!isBlocked(table, slot, minute)) return;
  const served = table.u8(slot, at.blocks) - 1;
  table.setU8(slot, at.blocks, served);
  table.setU32(slot, at.untilMinute, served === 0 ? 0 : minute);
}

/**
 * Nothing counts against it any more; clients that deliver are still known. Mail came from it, so
 * what its neighbours did does not block it at its next name.
 */
export function pardon(table: PackedTable, slot: Slot, minute: number): void {
  noteDelivery(table, slot, minute);
  table.setF32(slot, at.score, 0);
  table.setU8(slot, at.blocks, 0);
  table.setU32(slot, at.untilMinute, 0);
}

/**
 * Forgets what is over, and takes back times that a wrong clock has set.
 *
 * @returns `empty`: the record says nothing any more
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

/** Strangers' networks go first, and of those the ones that were silent longest. */
export function worthOf(table: PackedTable, slot: Slot): number {
  const delivered = table.u32(slot, at.deliveredMinute);
  const asked = table.u32(slot, at.scoredMinute);
  // A client that fills the table with strangers must not make it forget clients that deliver.
  return Math.max(asked, delivered === 0 ? 0 : delivered + deliveredMinutes);
}

function clear(table: PackedTable, slot: Slot, sketch: Sketch): void {
  if (atLeast(table, slot, sketch) === 0) return;
  table.setU32(slot, at[sketch], 0);
  table.setU32(slot, at[sketch] + 4, 0);
}

/** Of 32 bits those that are set. */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

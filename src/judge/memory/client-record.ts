/**
 * The layout of a client's record in a packed table: its score, when it asked and delivered, its blocks, and
 * hashes of its latest deeds. Knows the fields and how they age; `judge/judge.ts` decides what follows from
 * them.
 *
 * Times are seconds since the epoch where they must be exact; 0 means never.
 */
import type {PackedLayout, PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import {weights} from '../../score/weights.js';

/** The key is the client's first address (`net/client-key.ts`). */
export const clientLayout: PackedLayout = {keyBytes: 16, entryBytes: 88};

/** The offset of each field; its comment ends with its type. */
export const field = {
  /** In names: positive is guilt, negative is credit. f32 */
  score: 0,
  /** When the score last changed. u32 */
  scoredSec: 4,
  /** When it first asked for an unknown name. u32 */
  firstSec: 8,
  /** The first second after its latest block. u32 */
  blockedUntilSec: 12,
  firstDeliverySec: 16,
  lastDeliverySec: 20,
  /** Distinct names that took its mail. u16 */
  delivered: 24,
  /** Days on which it delivered. u16 */
  days: 26,
  /** Distinct unknown names with weight 1, since the score last restarted. u16 */
  unknown: 28,
  /** About how many recipients are accepted in its open envelopes. u16 */
  openAccepted: 30,
  /**
   * Recipients accepted in ended envelopes whose delivery is still expected, and until when. u16; minutes, u16
   */
  awaited: 32,
  awaitedUntil: 34,
  /** Networks of two next hosts that accepted or refused its mail, as hashes. u16 */
  hops: 36,
  /** When it last counted for a wave. Units of ten minutes, u16 */
  waved: 40,
  /** Blocks so far. u8 */
  blocks: 42,
  /** Bits of `flag`. u8 */
  flags: 43,
  /** Names reported to its networks. u8 */
  reported: 44,
  /** Names that once took mail and counted a quarter. u8 */
  stale: 45,
  /** Hashes written so far; after 251 it continues with 243, so that it fits (`judge/memory/hashes.ts`). u8 */
  written: 46,
  /** Its place on the ladder of strangers: how many long blocks. u8 */
  rung: 47,
  /** Hashes of deeds, and of names delivered to: `mostHashes` of u32. */
  hashes: 48,
  /** Recent stuck sessions, which are forgiven with time: u8; units of ten minutes, u16. */
  stuck: 84,
  stuckSpan: 86,
} as const;

export const flag = {
  /** Its first block was a stranger's for a row: in the hour after it, signs count less. */
  secondChance: 1,
  /** It asked for an unknown name with a named sender. */
  namedSender: 2,
  /** The table of records knows more about it. */
  hasRecord: 4,
  /** Its mail went to three networks of next hosts: it is a customer. */
  isCustomer: 8,
} as const;

/** Hashes in the record itself; a client with more has a record with filters. A count. */
export const mostHashes = 9;

/** A client that delivered to this many distinct names is no stranger. A count. */
export const mailerNames = 3;

/** How long a client is remembered after its last activity. Seconds: 45 days. */
const forgottenSec = 45 * 86_400;

/** How often a positive score is halved, counted from the first unknown name. Seconds: 30 days. */
const halvedSec = 30 * 86_400;

/** The time in units of ten minutes, in 15 bits: it repeats after 227 days. */
const spanOf = (sec: number): number => Math.floor(sec / 600) & 0x7fff;

export const has = (table: PackedTable, slot: Slot, which: number): boolean =>
  (table.u8(slot, field.flags) & which) !== 0;

export function setFlag(table: PackedTable, slot: Slot, which: number, to: 'on' | 'off'): void {
  const before = table.u8(slot, field.flags);
  const after = to === 'on' ? before | which : before & ~which;
  if (after !== before) table.setU8(slot, field.flags, after);
}

/** Adds to a counter, which stops at its maximum. */
export function addU16(table: PackedTable, slot: Slot, which: number, by: number): number {
  const sum = Math.max(0, Math.min(0xffff, table.u16(slot, which) + by));
  table.setU16(slot, which, sum);
  return sum;
}

export function addU8(table: PackedTable, slot: Slot, which: number, by: number): number {
  const sum = Math.max(0, Math.min(0xff, table.u8(slot, which) + by));
  table.setU8(slot, which, sum);
  return sum;
}

/**
 * Stuck sessions that are forgiven every ten minutes, because a mailer behind a broken link leaves them too. A
 * count; each counted `weights.stuckSession`.
 */
const stuckForgiven = 4;

/** How many sessions are forgiven by now. A count. */
function forgivenAt(table: PackedTable, slot: Slot, sec: number): number {
  const stuck = table.u8(slot, field.stuck);
  if (stuck === 0) return 0;
  const spans = (spanOf(sec) - table.u16(slot, field.stuckSpan)) & 0x7fff;
  return Math.min(stuck, spans * stuckForgiven);
}

/** Counts one more stuck session. */
export function addStuck(table: PackedTable, slot: Slot, sec: number): void {
  settle(table, slot, sec);
  addU8(table, slot, field.stuck, 1);
  table.setU16(slot, field.stuckSpan, spanOf(sec));
}

/** Writes the forgiveness into the record. */
function settle(table: PackedTable, slot: Slot, sec: number): void {
  const forgiven = forgivenAt(table, slot, sec);
  if (forgiven === 0) return;
  table.setF32(slot, field.score, table.f32(slot, field.score) - forgiven * weights.stuckSession);
  addU8(table, slot, field.stuck, -forgiven);
  table.setU16(slot, field.stuckSpan, spanOf(sec));
}

/**
 * The score as it counts at that time. It is halved in whole steps only, so that a row of names stays one row.
 */
export function scoreAt(table: PackedTable, slot: Slot, sec: number): number {
  const forgiven = forgivenAt(table, slot, sec) * weights.stuckSession;
  const score = table.f32(slot, field.score) - forgiven;
  if (score <= 0) return score;
  const first = table.u32(slot, field.firstSec);
  const scored = table.u32(slot, field.scoredSec);
  if (sec <= scored || first === 0) return score;
  const halvings =
    Math.floor((sec - first) / halvedSec) - Math.floor(Math.max(0, scored - first) / halvedSec);
  return halvings <= 0 ? score : score * 2 ** -halvings;
}

export const isStranger = (table: PackedTable, slot: Slot): boolean =>
  table.u16(slot, field.delivered) < mailerNames;

/**
 * What a full table evicts first: strangers with a low score, and of those the oldest. Every mailer is worth
 * more than every stranger, so a flood of addresses costs no mailer its record.
 */
export function worthOf(table: PackedTable, slot: Slot): number {
  const newest = Math.max(table.u32(slot, field.scoredSec), table.u32(slot, field.lastDeliverySec));
  if (!isStranger(table, slot)) return 1e15 + newest;
  return Math.max(0, table.f32(slot, field.score)) * 1e10 + newest;
}

/** Drops what is over. @returns `empty`: the record holds nothing any more */
export function ageClient(
  table: PackedTable,
  slot: Slot,
  sec: number,
  longestBlockSec: number,
): 'kept' | 'empty' {
  // Times from a clock that was ahead become now.
  for (const time of [
    field.scoredSec,
    field.firstSec,
    field.firstDeliverySec,
    field.lastDeliverySec,
  ]) {
    if (table.u32(slot, time) > sec) table.setU32(slot, time, sec);
  }
  if (table.u32(slot, field.blockedUntilSec) > sec + longestBlockSec) {
    table.setU32(slot, field.blockedUntilSec, sec);
  }
  const delivery = table.u32(slot, field.lastDeliverySec);
  const newest = Math.max(
    delivery,
    table.u32(slot, field.scoredSec),
    table.u32(slot, field.blockedUntilSec),
  );
  if (sec - newest > forgottenSec) return 'empty';
  if (delivery !== 0 && sec - delivery > forgottenSec) forgetDeliveries(table, slot);
  return 'kept';
}

function forgetDeliveries(table: PackedTable, slot: Slot): void {
  table.setU32(slot, field.firstDeliverySec, 0);
  table.setU32(slot, field.lastDeliverySec, 0);
  table.setU16(slot, field.delivered, 0);
  table.setU16(slot, field.days, 0);
  if (table.f32(slot, field.score) < 0) table.setF32(slot, field.score, 0);
}

/** Removes everything held against the client. @returns `empty`: nothing counts for it either */
export function forgive(table: PackedTable, slot: Slot): 'kept' | 'empty' {
  if (table.u16(slot, field.delivered) === 0) return 'empty';
  table.setF32(slot, field.score, Math.min(0, table.f32(slot, field.score)));
  for (const time of [field.firstSec, field.blockedUntilSec]) table.setU32(slot, time, 0);
  table.setU16(slot, field.unknown, 0);
  for (const count of [field.blocks, field.rung, field.stale, field.stuck]) {
    table.setU8(slot, count, 0);
  }
  setFlag(table, slot, flag.secondChance, 'off');
  return 'kept';
}

/** Adds to what counts against the client. */
export function addScore(table: PackedTable, slot: Slot, names: number, sec: number): void {
  const before = scoreAt(table, slot, sec);
  settle(table, slot, sec);
  table.setF32(slot, field.score, before + names);
  table.setU32(slot, field.scoredSec, Math.max(sec, table.u32(slot, field.scoredSec)));
  if (table.u32(slot, field.firstSec) === 0) table.setU32(slot, field.firstSec, sec);
}

/** Adds credit, down to a floor; a score that is below the floor already stays. */
export function addCredit(
  table: PackedTable,
  slot: Slot,
  names: number,
  floor: number,
  sec: number,
): void {
  const before = scoreAt(table, slot, sec);
  settle(table, slot, sec);
  table.setF32(slot, field.score, Math.max(before - names, Math.min(before, 0 - floor)));
  table.setU32(slot, field.scoredSec, Math.max(sec, table.u32(slot, field.scoredSec)));
}

/**
 * How long after a block the client gets no credit, and accepted recipients postpone nothing. Seconds: 7 days.
 */
const afterBlockSec = 7 * 86_400;

export const isRecentlyBlocked = (table: PackedTable, slot: Slot, sec: number): boolean =>
  table.u8(slot, field.blocks) > 0 && sec - table.u32(slot, field.blockedUntilSec) < afterBlockSec;

/** How long after a first block a client's queued mail may arrive. Seconds. */
const secondChanceSec = 3600;

export const secondChanceUntil = (table: PackedTable, slot: Slot): number =>
  has(table, slot, flag.secondChance)
    ? table.u32(slot, field.blockedUntilSec) + secondChanceSec
    : 0;

export const isInSecondChance = (table: PackedTable, slot: Slot, sec: number): boolean =>
  sec < secondChanceUntil(table, slot);

/** What makes a record: 8 names on 2 days. Counts. */
const recordNames = 8;
const recordDays = 2;

export function standingOf(table: PackedTable, slot: Slot): 'stranger' | 'mailer' | 'record' {
  if (isStranger(table, slot)) return 'stranger';
  const isRecord =
    table.u16(slot, field.delivered) >= recordNames && table.u16(slot, field.days) >= recordDays;
  return isRecord ? 'record' : 'mailer';
}

/**
 * The most credit of a client that has delivered: 10 names, and 15 with a record. It is the worth of a good
 * past, which can be spent once.
 */
const floorNames = 10;
const recordFloorNames = 15;

/** How far below 0 the score may be now. Names, 0 or more. */
export function floorOf(table: PackedTable, slot: Slot, sec: number): number {
  if (isRecentlyBlocked(table, slot, sec) || table.u16(slot, field.delivered) === 0) return 0;
  return standingOf(table, slot) === 'record' ? recordFloorNames : floorNames;
}

/**
 * How long accepted recipients count in a client's favour without a delivery, after the latest of them. Minutes:
 * a next host may be down while the mail waits here.
 */
const awaitedMinutes = 240;

export function awaitMore(table: PackedTable, slot: Slot, recipients: number, sec: number): void {
  const awaited = awaitedAt(table, slot, sec);
  table.setU16(slot, field.awaited, Math.min(0xffff, awaited + recipients));
  table.setU16(slot, field.awaitedUntil, (Math.floor(sec / 60) + awaitedMinutes) & 0xffff);
}

/** Recently accepted recipients whose mail has not been delivered yet. */
export function awaitedAt(table: PackedTable, slot: Slot, sec: number): number {
  const awaited = table.u16(slot, field.awaited);
  if (awaited === 0) return 0;
  const left = (table.u16(slot, field.awaitedUntil) - Math.floor(sec / 60)) & 0xffff;
  return left <= awaitedMinutes ? awaited : 0;
}

/**
 * Networks of next hosts that make a customer. A count: a client whose mail goes to so many does not write only
 * to us.
 */
const customerHops = 3;

/** The client's mail went to a network. @param hop a hash of 16 bits that is not 0 */
export function noteHop(table: PackedTable, slot: Slot, hop: number): void {
  if (has(table, slot, flag.isCustomer)) return;
  for (let i = 0; i < customerHops - 1; i++) {
    const one = table.u16(slot, field.hops + 2 * i);
    if (one === hop) return;
    if (one !== 0) continue;
    table.setU16(slot, field.hops + 2 * i, hop);
    return;
  }
  setFlag(table, slot, flag.isCustomer, 'on');
}

/** A client counts once an hour for a wave. Units of ten minutes. */
const spansOfHour = 6;

/** Whether it may count for a wave again; if so, records that it did. */
export function takeWaveHour(table: PackedTable, slot: Slot, sec: number): 'taken' | 'over' {
  // Never 0, which means never.
  const span = spanOf(sec) | 0x8000;
  const before = table.u16(slot, field.waved);
  if (before !== 0 && ((span - before) & 0x7fff) < spansOfHour) return 'over';
  table.setU16(slot, field.waved, span);
  return 'taken';
}

/** Updates the client's record when a block begins. `judge/ladder.ts` decides how long it lasts. */
import type {PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import {field, flag, setFlag} from './client-record.js';

/** How the client goes on after the block. */
interface BeginningBlock {
  /** Blocks including this one, and how many of them were long. Counts. */
  readonly repeat: number;
  readonly rung: number;
  /** In names. */
  readonly scoreAfter: number;
  readonly after: 'secondChance' | 'usual';
  readonly fromSec: number;
  /** Ms since the epoch. */
  readonly untilMs: number;
}

/** What led to a block does not count again. */
export function beginBlock(table: PackedTable, slot: Slot, block: BeginningBlock): void {
  const {repeat, rung, scoreAfter, after, fromSec, untilMs} = block;
  table.setF32(slot, field.score, scoreAfter);
  table.setU32(slot, field.scoredSec, Math.max(fromSec, table.u32(slot, field.scoredSec)));
  // Rounded down, so that a sign in the second in which the block ends still counts.
  table.setU32(slot, field.blockedUntilSec, Math.floor(untilMs / 1000));
  table.setU8(slot, field.blocks, Math.min(255, repeat));
  table.setU8(slot, field.rung, Math.min(255, rung));
  for (const counter of [field.unknown, field.openAccepted, field.awaited]) {
    table.setU16(slot, counter, 0);
  }
  table.setU8(slot, field.stale, 0);
  table.setU8(slot, field.stuck, 0);
  setFlag(table, slot, flag.secondChance, after === 'secondChance' ? 'on' : 'off');
}

/** What a block changes in the record of its client. How long it lasts is for `judge/ladder.ts`. */
import type {PackedTable, Slot} from '../../base/mechanisms/packed-table.js';
import {field, flag, setFlag} from './client-record.js';

/** How a client goes on behind a block. */
interface BeginningBlock {
  /** Blocks with this one, and how many of them were long ones. Counts. */
  readonly repeat: number;
  readonly rung: number;
  /** In names. */
  readonly scoreAfter: number;
  readonly after: 'secondChance' | 'usual';
  readonly fromSec: number;
  /** Ms since the epoch. */
  readonly untilMs: number;
}

/** What led to a block is paid for with it. */
export function beginBlock(table: PackedTable, slot: Slot, block: BeginningBlock): void {
  const {repeat, rung, scoreAfter, after, fromSec, untilMs} = block;
  table.setF32(slot, field.score, scoreAfter);
  table.setU32(slot, field.scoredSec, Math.max(fromSec, table.u32(slot, field.scoredSec)));
  // Rounded down: what comes in the second in which it ends is not for nothing.
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

/**
 * Decides whether the installation still learns who its mailers are. At its first start the daemon reads
 * the old logs (`daemon/learner.ts`). Where these tell too little it learns for its first day while it
 * works, with higher bars (`bars.ts`): after an installation at noon every mailer is a stranger, and one
 * that writes to people who left would be blocked before it has delivered anything. Reads nothing itself.
 */
import type {Table} from '../base/mechanisms/table.js';

/** How far an installation is. Plain data: it is saved as it is. */
export type Learning =
  /** Old logs are being read. A start that finds this was killed half-way, and reads them again. */
  | {readonly kind: 'reading'}
  /** `sinceMs`: the earliest delivery that the logs hold. Ms since the epoch. */
  | {readonly kind: 'firstDay'; readonly sinceMs: number}
  | {readonly kind: 'learnt'};

/** One row: the installation is one. */
const key = 'installation';

/** How long it learns. Ms: every mailer that comes daily has come. */
export const learningMs = 24 * 3600 * 1000;

/** What was read of the old logs. */
interface OldLogs {
  /** When the first mail that they tell of was delivered, ms since the epoch; undefined: they tell of none. */
  readonly firstDeliveryMs: number | undefined;
  /** `cut`: a bound was reached before the newest of them had been read. */
  readonly read: 'all' | 'cut';
}

/** How far the installation is when the old logs have been read. */
export function afterReading({firstDeliveryMs, read}: OldLogs, nowMs: number): Learning {
  const isEnough = firstDeliveryMs !== undefined && read === 'all';
  const sinceMs = isEnough ? Math.min(firstDeliveryMs, nowMs) : nowMs;
  return nowMs - sinceMs >= learningMs ? {kind: 'learnt'} : {kind: 'firstDay', sinceMs};
}

/** Whether the old logs are still to be read: nothing is known, or it ended half-way. */
export function isToRead(table: Table<Learning>): boolean {
  const kind = table.get(key)?.kind;
  return kind === undefined || kind === 'reading';
}

export function note(table: Table<Learning>, learning: Learning): void {
  table.set(key, learning);
}

/** Until when it learns; undefined: it has learnt. Ms since the epoch. */
export function learningUntilMs(table: Table<Learning>, nowMs: number): number | undefined {
  const learning = table.get(key);
  if (learning?.kind !== 'firstDay') return undefined;
  const untilMs = learning.sinceMs + learningMs;
  return untilMs > nowMs ? untilMs : undefined;
}

/** The clock was set by so much: the day lasts a day, or strangers would be judged harder in the middle of it. */
export function moveLearning(table: Table<Learning>, stepMs: number, nowMs: number): void {
  const learning = table.get(key);
  if (learning?.kind !== 'firstDay' || learning.sinceMs > nowMs - stepMs) return;
  note(table, {kind: 'firstDay', sinceMs: learning.sinceMs + stepMs});
}

/** Noted while the clock was ahead, the day would not end for years: it begins now instead. */
export function mendLearning(table: Table<Learning>, nowMs: number): void {
  const learning = table.get(key);
  if (learning?.kind !== 'firstDay' || learning.sinceMs <= nowMs) return;
  note(table, {kind: 'firstDay', sinceMs: nowMs});
}

/**
 * Decides whether the installation is still learning which clients are mailers. At its first start the daemon
 * reads the old logs (`daemon/learner.ts`). If they say too little, it learns for its first day while it works,
 * with higher bars (`bars.ts`). After an installation at noon every mailer is a stranger; one that writes to
 * people who have left would be blocked before it has delivered anything. Reads no log itself.
 */
import type {Table} from '../base/mechanisms/table.js';

/** How far the installation has learnt. Plain data, saved as it is. */
export type Learning =
  /**
   * The daemon is reading old logs. If a start finds this, the daemon was killed meanwhile, and reads them all
   * again.
   */
  | {readonly kind: 'reading'}
  /** `sinceMs`: the earliest delivery in the logs. Ms since the epoch. */
  | {readonly kind: 'firstDay'; readonly sinceMs: number}
  | {readonly kind: 'learnt'};

/** The only row: there is one installation. */
const key = 'installation';

/** How long it learns. Ms: a day, in which every daily mailer has come. */
export const learningMs = 24 * 3600 * 1000;

/** What was read from the old logs. */
interface OldLogs {
  /** When the first mail in them was delivered, ms since the epoch; undefined: they have no delivery. */
  readonly firstDeliveryMs: number | undefined;
  /** `cut`: a limit was reached before the newest was read. */
  readonly read: 'all' | 'cut';
}

/** The state after the old logs were read. */
export function afterReading({firstDeliveryMs, read}: OldLogs, nowMs: number): Learning {
  const isEnough = firstDeliveryMs !== undefined && read === 'all';
  const sinceMs = isEnough ? Math.min(firstDeliveryMs, nowMs) : nowMs;
  return nowMs - sinceMs >= learningMs ? {kind: 'learnt'} : {kind: 'firstDay', sinceMs};
}

/** Whether the old logs must be read: nothing is known yet, or an earlier reading was interrupted. */
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

/**
 * Somebody has set the clock: the day must still last a day, or strangers would be judged harder halfway through.
 */
export function moveLearning(table: Table<Learning>, stepMs: number, nowMs: number): void {
  const learning = table.get(key);
  if (learning?.kind !== 'firstDay' || learning.sinceMs > nowMs - stepMs) return;
  note(table, {kind: 'firstDay', sinceMs: learning.sinceMs + stepMs});
}

/** If the day began while the clock was ahead, it would not end for years; it begins now instead. */
export function mendLearning(table: Table<Learning>, nowMs: number): void {
  const learning = table.get(key);
  if (learning?.kind !== 'firstDay' || learning.sinceMs <= nowMs) return;
  note(table, {kind: 'firstDay', sinceMs: nowMs});
}

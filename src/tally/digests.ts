/**
 * Remembers when the last digest of the report was sent. Decides since when the next one counts, and whether one was
 * missed while no daemon ran. A missed digest is sent late, and once; a restart sends none twice. If no mailer took a
 * digest, the next one covers its time too.
 */
import type {Table} from '../base/mechanisms/table.js';

/** Plain data, saved unchanged in one row. Ms since the epoch. */
export interface DigestRow {
  readonly sentMs: number;
  /** The end of the time that the last digest covers which a mailer took; absent: `sentMs`. */
  readonly toldMs?: number | undefined;
}

const key = 'digest';
const minuteMs = 60_000;
/**
 * Two digests are at least so far apart. Ms: 3 hours, which is more than the hour that comes twice when summer time ends,
 * and more than a small correction of the clock.
 */
export const leastApartMs = 3 * 3_600_000;
/** If the row is so far in the future, a wrong clock wrote it. Ms. */
const mostAheadMs = 86_400_000;
/** How far back to look for a missed digest. Ms: a week and a day, 11,520 minutes of 20 microseconds each. */
export const mostBackMs = 8 * 86_400_000;

type Digests = Table<DigestRow>;

const minuteOf = (ms: number): number => Math.floor(ms / minuteMs);

/** When the last digest was sent, and the beginning of the time that the next one covers. Ms since the epoch. */
interface Due {
  readonly sentMs: number;
  readonly toldMs: number;
}

/**
 * Notes the time at the first call, and corrects a row that a wrong clock wrote.
 *
 * @returns undefined if no digest is due now
 */
export function digestDue(rows: Digests, nowMs: number): Due | undefined {
  const row = rows.get(key);
  if (row === undefined || row.sentMs > nowMs + mostAheadMs) {
    rows.set(key, {sentMs: nowMs});
    return undefined;
  }
  const {sentMs, toldMs = sentMs} = row;
  // Counted in minutes, because the work of a slot begins some ms after its time, and not always equally many.
  const apart = minuteOf(nowMs) - minuteOf(sentMs);
  return apart < leastApartMs / minuteMs ? undefined : {sentMs, toldMs};
}

/**
 * Whether a slot of the schedule was between the last digest and now.
 *
 * @param isSlot whether the schedule has a digest in the minute that begins then
 */
export function isDigestMissed(
  sinceMs: number,
  isSlot: (minuteMs: number) => boolean,
  nowMs: number,
): boolean {
  const last = minuteOf(nowMs) * minuteMs;
  for (let ms = last; ms > sinceMs && nowMs - ms <= mostBackMs; ms -= minuteMs) {
    if (isSlot(ms)) return true;
  }
  return false;
}

/** Notes that a digest is sent now. Its time counts as covered only when a mailer has taken it. */
export function noteDigest(rows: Digests, nowMs: number): void {
  const before = rows.get(key);
  rows.set(key, {sentMs: nowMs, toldMs: before?.toldMs ?? before?.sentMs});
}

/** Notes that a mailer took the digest that covers the time until then. */
export const noteTold = (rows: Digests, untilMs: number): void =>
  void rows.set(key, {sentMs: rows.get(key)?.sentMs ?? untilMs, toldMs: untilMs});

/**
 * When the digest of the report was last handed over, and what follows from it: since when the next one tells,
 * and whether one was missed while nobody ran. That one is sent late, once; a restart sends none twice.
 */
import type {Table} from '../base/mechanisms/table.js';

/** Plain data: it is saved as it is, in one row. Ms since the epoch. */
export interface DigestRow {
  readonly sentMs: number;
}

const key = 'digest';
const minuteMs = 60_000;
/**
 * Two digests are so far apart. Ms: 3 hours, more than the hour that comes twice when summer ends, or than a
 * clock that is put right a little.
 */
export const leastApartMs = 3 * 3_600_000;
/** Noted so far ahead, it was another clock. Ms. */
const mostAheadMs = 86_400_000;
/** A missed one is looked for so far back. Ms: a week and a day, 11,520 minutes, of 20 microseconds each. */
export const mostBackMs = 8 * 86_400_000;

type Digests = Table<DigestRow>;

/**
 * Notes when it is asked for the first time, and puts right what another clock has noted.
 *
 * @returns since when a digest that goes now is to tell, ms since the epoch; undefined: none is to go now
 */
export function digestSince(rows: Digests, nowMs: number): number | undefined {
  const sentMs = rows.get(key)?.sentMs;
  if (sentMs === undefined || sentMs > nowMs + mostAheadMs) {
    noteDigest(rows, nowMs);
    return undefined;
  }
  return nowMs - sentMs < leastApartMs ? undefined : sentMs;
}

/**
 * Whether a slot of the schedule lies between the last digest and now.
 *
 * @param isSlot whether a digest is to go in the minute that begins then
 */
export function isDigestMissed(
  sinceMs: number,
  isSlot: (minuteMs: number) => boolean,
  nowMs: number,
): boolean {
  const last = Math.floor(nowMs / minuteMs) * minuteMs;
  for (let ms = last; ms > sinceMs && nowMs - ms <= mostBackMs; ms -= minuteMs) {
    if (isSlot(ms)) return true;
  }
  return false;
}

export const noteDigest = (rows: Digests, nowMs: number): void =>
  void rows.set(key, {sentMs: nowMs});

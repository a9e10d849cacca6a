/**
 * When the digest of the report last went, and what follows from it: since when the next one counts, and whether one was
 * missed while no daemon ran. That one goes late, once; a restart sends none twice. The next one covers what no mailer
 * took.
 */
import type {Table} from '../base/mechanisms/table.js';

/** Plain data: it is saved as it is, in one row. Ms since the epoch. */
export interface DigestRow {
  readonly sentMs: number;
  /** Until when the last one told that a mailer took; absent: until `sentMs`. */
  readonly toldMs?: number | undefined;
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

const minuteOf = (ms: number): number => Math.floor(ms / minuteMs);

/** When the last one went, and since when one that goes now is to tell. Ms since the epoch. */
interface Due {
  readonly sentMs: number;
  readonly toldMs: number;
}

/**
 * Notes when it is asked for the first time, and puts right what another clock has noted.
 *
 * @returns undefined: none is to go now
 */
export function digestDue(rows: Digests, nowMs: number): Due | undefined {
  const row = rows.get(key);
  if (row === undefined || row.sentMs > nowMs + mostAheadMs) {
    rows.set(key, {sentMs: nowMs});
    return undefined;
  }
  const {sentMs, toldMs = sentMs} = row;
  // By minutes: the work of a slot begins some ms later than its time, and not always as many.
  const apart = minuteOf(nowMs) - minuteOf(sentMs);
  return apart < leastApartMs / minuteMs ? undefined : {sentMs, toldMs};
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
  const last = minuteOf(nowMs) * minuteMs;
  for (let ms = last; ms > sinceMs && nowMs - ms <= mostBackMs; ms -= minuteMs) {
    if (isSlot(ms)) return true;
  }
  return false;
}

/** One goes now. Until a mailer has taken it, it has told nothing. */
export function noteDigest(rows: Digests, nowMs: number): void {
  const before = rows.get(key);
  rows.set(key, {sentMs: nowMs, toldMs: before?.toldMs ?? before?.sentMs});
}

/** A mailer took the one that tells until then. */
export const noteTold = (rows: Digests, untilMs: number): void =>
  void rows.set(key, {sentMs: rows.get(key)?.sentMs ?? untilMs, toldMs: untilMs});

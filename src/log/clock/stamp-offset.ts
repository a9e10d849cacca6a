/**
 * Decides how far one writer's stamps are from this machine's clock. A line that was just appended must
 * count as new whatever its stamp says: the syslogd may be in another time zone, or may have missed a
 * change of daylight saving time, or its host's clock may be wrong. All lines get the same offset, so the
 * time between two lines stays as written.
 *
 * A line may also come late: from a syslogd's disk queue after an outage, or from an old file that
 * somebody appends. Its stamp is right then, and it is judged at its own time. These signs distinguish the
 * two:
 *
 *     the stamp is ahead of the clock         no line comes before it is written: an offset
 *     the stamp is older than the mailer's    no line is older than its envelope: an offset. The id is
 *     own id in the same line                 of UTC
 *     the distance is a zone's, to the second  an offset, unless the id says what the stamp says, and
 *                                             until another line contradicts
 *     the distance stays the same while       an offset. The lines of a queue come faster than they
 *     minutes pass                            were written, so their distance shrinks
 *
 * Anything else is late. For lines written before we followed the file, only the ids count.
 * `stamp-offsets.ts` decides when to report an offset, and keeps one for each writer.
 */

/** One line as read. Times are ms since the epoch. */
export interface SeenStamp {
  /** The time in the stamp; if it names no zone, in this machine's zone. */
  readonly stampMs: number;
  readonly zone: 'named' | undefined;
  /** When the envelope began, by the queue id in the line; undefined: the line has none. */
  readonly beganMs: number | undefined;
  /** `live`: appended while the end of the file was followed. */
  readonly read: 'live' | 'backlog';
}

/** Every time zone differs from UTC by a multiple of this. Ms. */
const quarterMs = 15 * 60_000;
/** The greatest difference between two time zones: UTC+14 and UTC-12. Ms. */
const mostZoneMs = 26 * 3_600_000;
/** A line that is late by less counts as new. Ms: blocks last an hour. */
export const nearMs = 5 * 60_000;
/** How far a stamp may be ahead of our clock: hosts' clocks differ, and stamps have whole seconds. Ms. */
const aheadMs = 60_000;
/** How far the mailer's clock may be ahead of syslog's if it is the same clock. Ms. */
const idSlackMs = 2 * 60_000;
/** How old a new line may look: stamps have whole seconds, and we read each second. Ms. */
const freshMs = 5000;
/** How much the distances of lines with one offset vary. Ms. */
const jitterMs = 15_000;
/**
 * How long a distance must stay the same. Ms: a queue would have to deliver its lines as slowly as they
 * were written.
 */
export const steadyMs = 2 * 60_000;

/** A distance that may prove to be an offset. */
interface Candidate {
  readonly distanceMs: number;
  /** When it was first seen, by our clock. */
  readonly sinceMs: number;
}

interface Guess {
  readonly sinceMs: number;
  /** The offset before, which is restored if a line contradicts. */
  readonly beforeMs: number;
}

export class StampOffset {
  #offsetMs = 0;
  /**
   * Set while the offset only looks like a time zone's; undefined once minutes or an id have proved it.
   */
  #guess: Guess | undefined;
  #candidate: Candidate | undefined;

  /** What is added to the stamps now. Ms; more than 0 if they are behind. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** @returns when the line was written. Ms since the epoch */
  take(seen: SeenStamp, nowMs: number): number {
    return seen.stampMs + this.#offsetOf(seen, nowMs);
  }

  #offsetOf(seen: SeenStamp, nowMs: number): number {
    const distanceMs = nowMs - seen.stampMs;
    const told = toldById(seen, distanceMs, this.#offsetMs);
    if (typeof told === 'number') return this.#adopt(told);
    if (seen.read === 'backlog') return this.#offsetMs;
    if (this.#fits(distanceMs, nowMs)) {
      this.#candidate = undefined;
      return this.#offsetMs;
    }
    if (distanceMs > -aheadMs && distanceMs < nearMs) return this.#adopt(0);
    const isAhead = distanceMs < this.#offsetMs;
    if (distanceMs <= -aheadMs && isAhead) return this.#adopt(rounded(distanceMs));
    if (this.#guess !== undefined) this.#adopt(this.#guess.beforeMs);
    else if (told === 'nothing' && this.#candidate === undefined && isZones(seen, distanceMs)) {
      const guess = {sinceMs: nowMs, beforeMs: this.#offsetMs};
      this.#adopt(rounded(distanceMs));
      this.#guess = guess;
      return this.#offsetMs;
    }
    if (this.#isSteady(distanceMs, nowMs)) return this.#adopt(rounded(distanceMs));
    // The line is late. If the offset would put it ahead of the clock, its stamp is used unchanged.
    return distanceMs - this.#offsetMs <= -aheadMs ? 0 : this.#offsetMs;
  }

  #fits(distanceMs: number, nowMs: number): boolean {
    const lateMs = distanceMs - this.#offsetMs;
    if (this.#guess === undefined) return lateMs > -aheadMs && lateMs < nearMs;
    if (Math.abs(lateMs) > jitterMs) return false;
    if (nowMs - this.#guess.sinceMs >= steadyMs) this.#guess = undefined;
    return true;
  }

  #isSteady(distanceMs: number, nowMs: number): boolean {
    const candidate = this.#candidate;
    const isSame =
      candidate !== undefined && Math.abs(distanceMs - candidate.distanceMs) <= jitterMs;
    if (!isSame) this.#candidate = {distanceMs, sinceMs: nowMs};
    return isSame && nowMs - candidate.sinceMs >= steadyMs;
  }

  #adopt(offsetMs: number): number {
    [this.#offsetMs, this.#guess, this.#candidate] = [offsetMs, undefined, undefined];
    return offsetMs;
  }
}

/**
 * What the mailer's queue id says about the offset.
 *
 * @returns an offset that must be used; `asWritten`: the stamp is right by the mailer's own clock;
 *   `nothing`: the envelope is old, there is no id, or the known offset agrees with it
 */
function toldById(
  seen: SeenStamp,
  distanceMs: number,
  offsetMs: number,
): number | 'asWritten' | 'nothing' {
  const {stampMs, beganMs, read} = seen;
  if (beganMs === undefined) return 'nothing';
  const behindMs = beganMs - stampMs;
  const ageMs = distanceMs - behindMs;
  // The mailer's clock is ahead of ours, so it proves nothing.
  if (ageMs < -aheadMs) return 'nothing';
  const isTooLittle = offsetMs < behindMs - idSlackMs;
  const isTooMuch = behindMs >= idSlackMs && offsetMs > distanceMs + aheadMs;
  if (!isTooLittle && !isTooMuch) {
    const agrees = (withMs: number): boolean => Math.abs(behindMs - withMs) < nearMs;
    return agrees(0) || agrees(offsetMs) ? 'asWritten' : 'nothing';
  }
  const isNew = ageMs < nearMs || isZones(seen, distanceMs);
  if (read === 'live' && isNew) return rounded(distanceMs);
  // Either the line is late or its envelope is old: take the smallest offset that fits, so that nothing
  // old becomes new.
  const leastMs = Math.ceil((behindMs - aheadMs) / quarterMs) * quarterMs;
  return Math.min(leastMs, rounded(distanceMs));
}

/** Whether a line written just now in another time zone would have this distance. */
function isZones({zone}: SeenStamp, distanceMs: number): boolean {
  const lateMs = distanceMs - Math.round(distanceMs / quarterMs) * quarterMs;
  const isNew = lateMs >= -1000 && lateMs <= freshMs;
  return (
    zone === undefined && isNew && distanceMs >= quarterMs && distanceMs <= mostZoneMs + freshMs
  );
}

/**
 * The nearest offset of a time zone, if there is one close enough for the time a line takes to reach us.
 * Ms.
 */
function rounded(distanceMs: number): number {
  const zonesMs = Math.round(distanceMs / quarterMs) * quarterMs;
  const lateMs = distanceMs - zonesMs;
  if (lateMs >= -aheadMs && lateMs <= aheadMs) return zonesMs;
  return Math.floor(distanceMs / 1000) * 1000;
}

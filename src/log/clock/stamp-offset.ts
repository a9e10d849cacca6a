/**
 * Decides how far the stamps of one writer are from this machine's clock, so that a line that has just
 * been appended counts as new whatever its stamp says: a syslogd in another zone, or one that has not
 * heard about daylight saving time, or a host whose clock is wrong. There is one offset for all lines: the
 * time between two lines stays as it was written.
 *
 * A line may also come late: from the disk queue of a syslogd after an outage, or from an old file that
 * somebody appends. Its stamp is right then, and it is judged at its own time. What tells the two apart:
 *
 *     the stamp is ahead of the clock         no line comes before it is written: an offset
 *     the stamp is older than the mailer's    no line is older than its envelope: an offset. The id is
 *     own id in the same line                 of UTC
 *     the distance is a zone's, to the second  an offset, unless the id says what the stamp says, and
 *                                             until another line contradicts
 *     the distance stays the same while       an offset. The lines of a queue come faster than they
 *     minutes pass                            were written, so their distance shrinks
 *
 * Anything else is late. Of lines that stood there before we followed the file only ids tell anything.
 * When an offset is reported, and whose it is, is for `stamp-offsets.ts`.
 */

/** One line, as it was read. Times are ms since the epoch. */
export interface SeenStamp {
  /** As the stamp says, in this machine's zone where it names none. */
  readonly stampMs: number;
  readonly zone: 'named' | undefined;
  /** By the mailer's id in the line; undefined where there is none. */
  readonly beganMs: number | undefined;
  /** `live`: appended while the end of the file was followed. */
  readonly read: 'live' | 'backlog';
}

/** Every zone differs from UTC by a multiple of this. Ms. */
const quarterMs = 15 * 60_000;
/** No two zones differ by more: UTC+14 and UTC-12. Ms. */
const mostZoneMs = 26 * 3_600_000;
/** A line that is late by less is as good as new: blocks last an hour. Ms. */
export const nearMs = 5 * 60_000;
/** Clocks of two hosts, and whole seconds, may put a stamp ahead of ours. Ms. */
const aheadMs = 60_000;
/** The mailer's clock may be so far ahead of the syslog's without being another one. Ms. */
const idSlackMs = 2 * 60_000;
/** A stamp of whole seconds, and a look each second, make a new line look so old at most. Ms. */
const freshMs = 5000;
/** The distance of lines of one offset varies by no more. Ms. */
const jitterMs = 15_000;
/** So long a distance must stay. Ms: a queue would give its lines as slowly as they were written. */
export const steadyMs = 2 * 60_000;

/** A distance that may turn out to be an offset. */
interface Candidate {
  readonly distanceMs: number;
  /** When it was first seen, by our clock. */
  readonly sinceMs: number;
}

interface Guess {
  readonly sinceMs: number;
  /** What held before, and holds again if a line contradicts. */
  readonly beforeMs: number;
}

export class StampOffset {
  #offsetMs = 0;
  /** Of an offset that only looks like a zone's; undefined once minutes or an id have proved it. */
  #guess: Guess | undefined;
  #candidate: Candidate | undefined;

  /** What is added to the stamps now. Ms; more than 0 where they are behind. */
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
    // Late. Under an offset that would put it ahead of the clock it is taken as it is written.
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
 * What the mailer's id tells of the offset.
 *
 * @returns an offset that must be taken; `asWritten`: the stamp is right by the mailer's own clock;
 *   `nothing`: the envelope is old, or there is no id, or the known offset agrees with it
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
  // The mailer's clock is ahead of ours: it is no witness.
  if (ageMs < -aheadMs) return 'nothing';
  const isTooLittle = offsetMs < behindMs - idSlackMs;
  const isTooMuch = behindMs >= idSlackMs && offsetMs > distanceMs + aheadMs;
  if (!isTooLittle && !isTooMuch) {
    const agrees = (withMs: number): boolean => Math.abs(behindMs - withMs) < nearMs;
    return agrees(0) || agrees(offsetMs) ? 'asWritten' : 'nothing';
  }
  const isNew = ageMs < nearMs || isZones(seen, distanceMs);
  if (read === 'live' && isNew) return rounded(distanceMs);
  // The line is late, or its envelope old: the least that fits, so that nothing old becomes new.
  const leastMs = Math.ceil((behindMs - aheadMs) / quarterMs) * quarterMs;
  return Math.min(leastMs, rounded(distanceMs));
}

/** Whether a distance is what a line has that was written just now in another zone. */
function isZones({zone}: SeenStamp, distanceMs: number): boolean {
  const lateMs = distanceMs - Math.round(distanceMs / quarterMs) * quarterMs;
  const isNew = lateMs >= -1000 && lateMs <= freshMs;
  return (
    zone === undefined && isNew && distanceMs >= quarterMs && distanceMs <= mostZoneMs + freshMs
  );
}

/** A zone's offset where it is one, as nearly as the time tells that a line takes to us. Ms. */
function rounded(distanceMs: number): number {
  const zonesMs = Math.round(distanceMs / quarterMs) * quarterMs;
  const lateMs = distanceMs - zonesMs;
  if (lateMs >= -aheadMs && lateMs <= aheadMs) return zonesMs;
  return Math.floor(distanceMs / 1000) * 1000;
}

/**
 * Decides whether a slot of a schedule lies between two readings of the clocks, and when to look again.
 * It uses both clocks: setting the wall clock back delays no work, and a jump makes at most a day of
 * slots be searched. The schedule knows where its slots are (`sys/run/schedule.ts`).
 */
import {type Clocks, slackMs} from './clocks.js';

export interface Slots {
  /** The grid on which slots lie: one second of each minute, or every second. Seconds. */
  readonly stepSeconds: 1 | 60;
  /** Where on the grid a slot lies, after the beginning of a step. Ms: less than a step. */
  readonly offsetMs: number;
  readonly isSlot: (wallMs: number) => boolean;
}

/**
 * Times checked in one call. A count: the minutes of a day, and the hour that comes twice in autumn.
 * Each check takes 20 microseconds. If more have passed, the clock has jumped, and one of them is taken
 * to be a slot: work done once too often does no harm.
 */
export const mostLookedAt = 1500;

/** The longest pause between two checks. Ms. */
export const longestTickMs = 60_000;

export function hasSlotPassed(slots: Slots, last: Clocks, now: Clocks): boolean {
  const tookMs = Math.max(0, now.monotonicMs - last.monotonicMs);
  const spans: [number, number][] = [[last.wallMs, now.wallMs]];
  // Somebody set the clock. A slot counts if it lies on the time that passed by the old setting or by
  // the new one.
  if (Math.abs(now.wallMs - last.wallMs - tookMs) > slackMs) {
    spans.push([last.wallMs, last.wallMs + tookMs], [now.wallMs - tookMs, now.wallMs]);
  }
  return spans.some(([afterMs, untilMs]) => hasSlotIn(slots, afterMs, untilMs));
}

/** Later than `afterMs`, up to and including `untilMs`. */
function hasSlotIn(slots: Slots, afterMs: number, untilMs: number): boolean {
  const stepMs = slots.stepSeconds * 1000;
  const first = nextStepMs(slots, afterMs);
  if ((untilMs - first) / stepMs >= mostLookedAt) return true;
  for (let atMs = first; atMs <= untilMs; atMs += stepMs) if (slots.isSlot(atMs)) return true;
  return false;
}

/** How long to wait for the next time that may be a slot. Ms: more than 0, at most `longestTickMs`. */
export const untilNextLookMs = (slots: Slots, {wallMs}: Clocks): number =>
  Math.min(longestTickMs, nextStepMs(slots, wallMs) - wallMs);

/** The first step later than that time. */
function nextStepMs({stepSeconds, offsetMs}: Slots, wallMs: number): number {
  const stepMs = stepSeconds * 1000;
  return (Math.floor((wallMs - offsetMs) / stepMs) + 1) * stepMs + offsetMs;
}

/**
 * Decides whether a slot of a schedule lies between two looks at the clocks, and when to look again.
 * It asks both clocks: one that is set back holds no work up, and one that jumps costs no more than a
 * day of slots. Where slots are it does not know; the schedule tells (`sys/run/schedule.ts`).
 */
import {type Clocks, slackMs} from './clocks.js';

export interface Slots {
  /** Slots lie on such steps: at one second of each minute, or at any second. Seconds. */
  readonly stepSeconds: 1 | 60;
  /** Where in a step. Ms: less than a step. */
  readonly offsetMs: number;
  readonly isSlot: (wallMs: number) => boolean;
}

/**
 * Times that are looked at in one go. A count: a day of minutes, and the hour that may come twice in it.
 * Each costs 20 microseconds. More have passed after a jump, and one of them is taken for a slot: work
 * that is done once too often does no harm.
 */
export const mostLookedAt = 1500;

/** The longest pause between two looks. Ms. */
export const longestTickMs = 60_000;

export function hasSlotPassed(slots: Slots, last: Clocks, now: Clocks): boolean {
  const tookMs = Math.max(0, now.monotonicMs - last.monotonicMs);
  const spans: [number, number][] = [[last.wallMs, now.wallMs]];
  // The clock was set: what would have come counts too, and what it says has just been.
  if (Math.abs(now.wallMs - last.wallMs - tookMs) > slackMs) {
    spans.push([last.wallMs, last.wallMs + tookMs], [now.wallMs - tookMs, now.wallMs]);
  }
  return spans.some(([afterMs, untilMs]) => hasSlotIn(slots, afterMs, untilMs));
}

/** Behind `afterMs`, up to and with `untilMs`. */
function hasSlotIn(slots: Slots, afterMs: number, untilMs: number): boolean {
  const stepMs = slots.stepSeconds * 1000;
  const first = nextStepMs(slots, afterMs);
  if ((untilMs - first) / stepMs >= mostLookedAt) return true;
  for (let atMs = first; atMs <= untilMs; atMs += stepMs) if (slots.isSlot(atMs)) return true;
  return false;
}

/** How long to wait until the next time that may be a slot. Ms: more than 0, `longestTickMs` at most. */
export const untilNextLookMs = (slots: Slots, {wallMs}: Clocks): number =>
  Math.min(longestTickMs, nextStepMs(slots, wallMs) - wallMs);

/** The first step behind that time. */
function nextStepMs({stepSeconds, offsetMs}: Slots, wallMs: number): number {
  const stepMs = stepSeconds * 1000;
  return (Math.floor((wallMs - offsetMs) / stepMs) + 1) * stepMs + offsetMs;
}

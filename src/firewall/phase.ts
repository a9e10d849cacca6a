/**
 * What a keeper is doing, as a value: decides which phase follows which. The keeper (`live/keeper.ts`) makes
 * the tries, sets the timer and reports. All times are by the monotonic clock: if somebody set the clock, a
 * try would look late.
 *
 *            begin            done
 *     idle ─────────▶ trying ──────▶ idle
 *                      ▲   │
 *                  due │   │ failed
 *                      │   ▼
 *                     waiting
 *
 *     stop: idle ─▶ stopped, waiting ─▶ stopped,
 *           trying ─▶ stopping ─ done, failed ─▶ stopped
 */

/** `failure`: why the latest try failed; undefined: it succeeded. */
export type Phase =
  /** Nothing is under way, and nothing is requested. */
  | {readonly kind: 'idle'; readonly failure: string | undefined}
  /**
   * A try is under way. `doubted`: somebody has asked meanwhile what the kernel really holds, so the result
   * of this try will not be believed.
   */
  | {
      readonly kind: 'trying';
      /** When it began, by the monotonic clock. Ms. */
      readonly sinceMs: number;
      readonly result: 'believed' | 'doubted';
      readonly failure: string | undefined;
    }
  /** The latest try failed; the next one begins when the pause is over, not earlier. */
  | {readonly kind: 'waiting'; readonly failure: string}
  /** The last try is under way; none follows. */
  | {readonly kind: 'stopping'; readonly sinceMs: number; readonly failure: string | undefined}
  | {readonly kind: 'stopped'; readonly failure: string | undefined};

export type PhaseEvent =
  /** Something is requested. During the pause after a failure this begins nothing. */
  | {readonly kind: 'begin'; readonly nowMs: number}
  /** The pause after a failure is over. */
  | {readonly kind: 'due'; readonly nowMs: number}
  /** Somebody wants to know what the kernel really holds. */
  | {readonly kind: 'doubt'}
  | {readonly kind: 'done'}
  | {readonly kind: 'failed'; readonly why: string}
  /** The kernel was read outside of a try; nothing was changed. */
  | {readonly kind: 'looked'; readonly failure: string | undefined}
  | {readonly kind: 'stop'};

export const firstPhase: Phase = {kind: 'idle', failure: undefined};

/** @returns the phase after the event; the same phase if the event does not apply */
export function nextPhase(phase: Phase, event: PhaseEvent): Phase {
  switch (event.kind) {
    case 'begin':
      // The last try threw and left this phase behind; begin anyway.
      if (phase.kind === 'trying') return trying(event.nowMs, phase.failure);
      return phase.kind === 'idle' ? trying(event.nowMs, undefined) : phase;
    case 'due':
      return phase.kind === 'waiting' ? trying(event.nowMs, phase.failure) : phase;
    case 'doubt':
      return phase.kind === 'trying' ? {...phase, result: 'doubted'} : phase;
    case 'done':
      if (phase.kind === 'stopping') return {kind: 'stopped', failure: undefined};
      return phase.kind === 'trying' ? firstPhase : phase;
    case 'failed':
      if (phase.kind === 'stopping') return {kind: 'stopped', failure: event.why};
      return phase.kind === 'trying' ? {kind: 'waiting', failure: event.why} : phase;
    case 'looked':
      return phase.kind === 'idle' ? {kind: 'idle', failure: event.failure} : phase;
    case 'stop':
      return stopped(phase);
  }
}

const trying = (sinceMs: number, failure: string | undefined): Phase => ({
  ...{kind: 'trying', result: 'believed'},
  ...{sinceMs, failure},
});

function stopped(phase: Phase): Phase {
  const {kind, failure} = phase;
  if (kind === 'stopped' || kind === 'stopping') return phase;
  return kind === 'trying'
    ? {kind: 'stopping', sinceMs: phase.sinceMs, failure}
    : {kind: 'stopped', failure};
}

/** A try that takes longer is late; until then, it counts as succeeding. Ms. */
export const promptMs = 1500;

/** How the latest try goes, for people; one that is not late counts as good. */
type Progress =
  | {readonly kind: 'good'}
  /** A try is under way, and has not failed or run late. */
  | {readonly kind: 'underWay'}
  | {readonly kind: 'bad'; readonly failure: string};

export function progressOf(phase: Phase, nowMs: number): Progress {
  const isUnderWay = phase.kind === 'trying' || phase.kind === 'stopping';
  const lateMs = isUnderWay ? nowMs - phase.sinceMs : 0;
  if (phase.failure !== undefined) return {kind: 'bad', failure: phase.failure};
  if (lateMs > promptMs) {
    return {kind: 'bad', failure: `no answer for ${Math.round(lateMs / 1000)}s`};
  }
  return {kind: isUnderWay ? 'underWay' : 'good'};
}

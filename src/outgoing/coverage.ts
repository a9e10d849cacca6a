/**
 * Counts how many programs the watch sees that connect and end immediately. Canaries are such programs,
 * started for the measurement. Each has a destination of its own, so each sighting belongs to one
 * canary, even if the watch knows nothing of the process. `sys/outgoing/canaries.ts` starts them,
 * `outgoing/live/coverage.ts` watches them, and `report/findings/coverage.ts` judges the counts.
 */
import type {Sighting} from './owner.js';

/**
 * How the watch sees connections. `tables`: the kernel's socket tables alone. `events`: the kernel's trace as well.
 * `hold`: both, and connections are held back. `holdByTables`: connections are held back, and the trace is not
 * available.
 */
export type SightedBy = 'tables' | 'events' | 'hold' | 'holdByTables';

/** A process that connected and ended. */
export interface Canary {
  readonly pid: number;
  /** Its destination, which no other canary has. */
  readonly remote: string;
  /** When it was about to call connect(2), by its own clock. Ms since the epoch. */
  readonly beganMs: number;
  /** When it had ended. Ms since the epoch; undefined: it did not end in time. */
  readonly endedMs: number | undefined;
  readonly result: 'connected' | 'failed';
}

/** Counts of canaries. */
export interface Coverage {
  readonly canaries: number;
  readonly connected: number;
  /** Canaries with any sighting. */
  readonly seen: number;
  /** Canaries of which a sighting also has the right process number. */
  readonly withPid: number;
  /** … and also the user. */
  readonly withUser: number;
  /** … and also the path of the program. */
  readonly withProgram: number;
}

export type MeasuredWay =
  | ({readonly kind: 'measured'; readonly way: SightedBy} & Coverage)
  | {readonly kind: 'unmeasured'; readonly way: SightedBy; readonly why: string};

/** The part of a sighting that is compared with a canary. */
type Told = Pick<Sighting, 'connection' | 'owner'>;

export const isSightingOf = ({connection}: Told, {remote}: Canary): boolean =>
  connection.remote.text === remote;

/** Whether the sighting names the canary's process. */
export const namesIt = (told: Told, canary: Canary): boolean =>
  isSightingOf(told, canary) && told.owner?.pid === canary.pid;

export function coverageOf(canaries: readonly Canary[], sightings: readonly Told[]): Coverage {
  const count = (is: (told: Told, canary: Canary) => boolean): number =>
    canaries.filter((canary) => sightings.some((told) => is(told, canary))).length;
  return {
    canaries: canaries.length,
    connected: canaries.filter(({result}) => result === 'connected').length,
    seen: count(isSightingOf),
    withPid: count(namesIt),
    withUser: count((told, canary) => namesIt(told, canary) && (told.owner?.uid ?? -1) >= 0),
    withProgram: count((told, canary) => namesIt(told, canary) && told.owner?.executable !== ''),
  };
}

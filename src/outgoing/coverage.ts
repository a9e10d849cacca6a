/**
 * How much the watch sees of programs that connect and end immediately: canaries sent and sightings
 * reported, in; counts out. Each canary had a destination of its own, so a sighting belongs to one
 * canary whatever it knows of the process. Sends none (`sys/outgoing/canaries.ts`), watches nothing
 * (`outgoing/live/coverage.ts`), and judges no figure (`report/findings/coverage.ts`).
 */
import type {Sighting} from './owner.js';

/**
 * By what is seen. `tables`: the kernel's socket tables alone; `events`: the kernel tells too; `hold`:
 * connections are held back as well; `holdByTables`: held back where the kernel does not tell.
 */
export type SightedBy = 'tables' | 'events' | 'hold' | 'holdByTables';

/** A process that connected and ended. */
export interface Canary {
  readonly pid: number;
  /** Its destination, nobody else's. */
  readonly remote: string;
  /** Just before connect(2), by its own clock. Ms since the epoch. */
  readonly beganMs: number;
  /** When it had ended; undefined: it did not in time. Ms since the epoch. */
  readonly endedMs: number | undefined;
  readonly result: 'connected' | 'failed';
}

/** Counts of canaries. */
export interface Coverage {
  readonly canaries: number;
  readonly connected: number;
  /** Of which there is any sighting. */
  readonly seen: number;
  /** With the number of the process, and that is the right one. */
  readonly withPid: number;
  /** With its user too. */
  readonly withUser: number;
  /** With the path of its program too. */
  readonly withProgram: number;
}

export type MeasuredWay =
  | ({readonly kind: 'measured'; readonly way: SightedBy} & Coverage)
  | {readonly kind: 'unmeasured'; readonly way: SightedBy; readonly why: string};

/** What a sighting says of the canary to whose destination it belongs. */
type Told = Pick<Sighting, 'connection' | 'owner'>;

export const isSightingOf = ({connection}: Told, {remote}: Canary): boolean =>
  connection.remote.text === remote;

/** Whether it names the canary's process. */
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

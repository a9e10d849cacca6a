/** The observer's reports, in the order of events. `deeds.ts` decides what the watch does after each. */
import type {Connection} from '../connection.js';
import type {Sighting} from '../owner.js';
import type {Permission} from '../sender-hours.js';

/** A connection that was not reported before, and whether its program is allowed. */
export interface Observed {
  readonly sighting: Sighting;
  readonly standing: Permission;
}

/** `events`: the kernel's trace reports each connection. `tables`: only the kernel's socket tables show them. */
export type Source = 'events' | 'tables';

export type Observation =
  | ({readonly kind: 'sighting'} & Observed)
  /** From now on connections are seen in this way. */
  | {readonly kind: 'source'; readonly hears: 'events'}
  | {readonly kind: 'source'; readonly hears: 'tables'; readonly why: string}
  /** A look at the tables of all networks is over. Descriptions of owners that it found may come later. */
  | {readonly kind: 'looked'; readonly scope: 'all'}
  | {
      readonly kind: 'looked';
      /** Our own network namespace, in which the rules of the egress guard are. */
      readonly scope: 'own';
      /** When the look began, by the monotonic clock. Ms. */
      readonly beganMs: number;
      readonly connections: readonly Connection[];
      /** `part`: some waiting connections may be missing. */
      readonly extent: 'all' | 'part';
    };

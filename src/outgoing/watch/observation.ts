/** The observer's reports, in the order of events. `deeds.ts` decides what follows from each. */
import type {Connection} from '../connection.js';
import type {Sighting} from '../owner.js';
import type {Permission} from '../sender-hours.js';

/** A connection that was not reported before, and whether its program may open it. */
export interface Observed {
  readonly sighting: Sighting;
  readonly standing: Permission;
}

/** `events`: the kernel reports each connection by itself. `tables`: only its socket tables show them. */
export type Source = 'events' | 'tables';

export type Observation =
  | ({readonly kind: 'sighting'} & Observed)
  /** From now on the connections are learnt of in this way. */
  | {readonly kind: 'source'; readonly hears: 'events'}
  | {readonly kind: 'source'; readonly hears: 'tables'; readonly why: string}
  /** A look at the tables of all networks is over. Owners that it has found may still be described. */
  | {readonly kind: 'looked'; readonly scope: 'all'}
  | {
      readonly kind: 'looked';
      /** This process's own network, in which the rules of the egress guard stand. */
      readonly scope: 'own';
      /** When the look began, by the clock that nobody can set. Ms. */
      readonly beganMs: number;
      readonly connections: readonly Connection[];
      /** `part`: there may be waiting connections that are not among them. */
      readonly extent: 'all' | 'part';
    };

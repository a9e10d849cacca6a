/** What `doctor` has gathered of the greeting. */
import type {Pause} from '../../greeting/pause.js';

/** What `cli/inspect/greeting-facts.ts` has found; undefined: nobody could tell. */
export interface GreetingFacts {
  readonly pause: Pause | undefined;
  /**
   * Exempt networks that still wait for it, as texts; `unreadable`: unknown, for the access map
   * cannot be read.
   */
  readonly waiting: readonly string[] | 'unreadable';
  /** `stale`: the access map was changed, and its database was not rebuilt. */
  readonly database: 'current' | 'stale';
  /** Another program that has the gate's port; undefined: none. */
  readonly taken: string | undefined;
  /** Of the mailer's listener at port 25. A count. */
  readonly listenQueue: number | undefined;
}

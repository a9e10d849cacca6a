/** What `doctor` has gathered of the greeting. */
import type {Pause} from '../../greeting/pause.js';

/** What `cli/inspect/greeting-facts.ts` has found; undefined: nobody could tell. */
export interface GreetingFacts {
  readonly pause: Pause | undefined;
  /** Who waits for it although exempt, as texts; `unreadable`: nobody can tell, for the access map cannot be read. */
  readonly waiting: readonly string[] | 'unreadable';
  /** `stale`: the access map was changed, and its database was not made anew. */
  readonly database: 'current' | 'stale';
  /** Who has the gate's port, and is not the gate; undefined: nobody. */
  readonly taken: string | undefined;
  /** Of the mailer's listener at port 25. A count. */
  readonly listenQueue: number | undefined;
}

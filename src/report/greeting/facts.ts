/** The facts about the greeting for `doctor`. */
import type {Pause} from '../../greeting/pause.js';

/** `cli/inspect/greeting-facts.ts` gathers them. Undefined: not known. */
export interface GreetingFacts {
  readonly pause: Pause | undefined;
  /**
   * Exempt networks that wait for the greeting all the same, as texts. `unreadable`: not known, because the access map
   * cannot be read.
   */
  readonly waiting: readonly string[] | 'unreadable';
  /** `stale`: the access map is newer than its database. */
  readonly database: 'current' | 'stale';
  /** Another program that has the gate's port; undefined: none. */
  readonly taken: string | undefined;
  /** Places in the queue of the mailer's listener at port 25. A count. */
  readonly listenQueue: number | undefined;
}

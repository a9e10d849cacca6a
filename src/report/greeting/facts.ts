/** What `doctor` has gathered of the greeting. */
import type {Pause} from '../../greeting/pause.js';

/** What `cli/inspect/greeting-facts.ts` has found; undefined: nobody could tell. */
export interface GreetingFacts {
  readonly pause: Pause | undefined;
  readonly loopback: 'spared' | 'waits' | undefined;
  /** Of the mailer's listener at port 25. A count. */
  readonly listenQueue: number | undefined;
}

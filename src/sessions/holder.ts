/**
 * A process of the mailer, as seen by the parts that end processes. `cut.ts` and `reap.ts` decide
 * which ones end.
 */
import type {Witness} from './attribute.js';

/** A process that runs the mailer, with its sockets at the mailer's port. */
export interface MailerProcess extends Witness {
  /** Whether one of them takes connections. */
  readonly role: 'listens' | 'serves';
  /** In another network than ours, a container's, its sockets are not looked at. */
  readonly network: 'ours' | 'other';
}

/** A process of the mailer, as those who end processes see it. Which ones are ended is in `cut.ts` and `reap.ts`. */
import type {Witness} from './attribute.js';

/** A process that runs the mailer, with its sockets at the mailer's port. */
export interface MailerProcess extends Witness {
  /** Whether one of them takes connections. */
  readonly role: 'listens' | 'serves';
  /** In another network than ours, a container's, its sockets are not looked at. */
  readonly network: 'ours' | 'other';
}

/**
 * A mailer process, as the parts that end processes see it. `cut.ts` and `reap.ts` decide which
 * ones end.
 */
import type {Witness} from './attribute.js';

/** A process that runs the mailer, with its sockets at the mailer's ports. */
export interface MailerProcess extends Witness {
  /** Whether one of them accepts connections. */
  readonly role: 'listens' | 'serves';
  /** `other`: in a container's network, where its sockets are not read. */
  readonly network: 'ours' | 'other';
}

/** One thing that speaks against one client, and how we know that it was that client. */
import type {Address} from '../net/address.js';

/**
 * `kernel`: the socket of the sendmail child; no text can forge it. `title`: the child's process
 * title. `log`: another line of the same envelope or the same process.
 */
export type Proof = 'kernel' | 'title' | 'log';

export interface Evidence {
  readonly kind: 'unknownRecipient';
  readonly client: Address;
  readonly recipient: string;
  /** When the log says it happened. Ms since the epoch. */
  readonly atMs: number;
  readonly proof: Proof;
}

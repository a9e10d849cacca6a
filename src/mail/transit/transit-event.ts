/**
 * What a mailer says of mail on its way: it was taken, it was tried, it goes on under another
 * queue id. Values only. Whose mail it is, `submission/whose/joining.ts` decides; what speaks against a client is another
 * union (`mail/mail-event.ts`).
 */
import type {Address} from '../../net/address.js';

export type TransitEvent =
  | Accepted
  | Attempted
  /** The client of this process has logged in under this name, which the mailer has checked. */
  | {readonly kind: 'loggedIn'; readonly client: Address; readonly name: string}
  /** A process serves another client from now on. */
  | {readonly kind: 'connected'}
  /** Some recipients go on under another queue id. No line counts them again. */
  | {readonly kind: 'cloned'; readonly queueId: string; readonly cloneId: string}
  | LabelChanged;

/** The mailer has taken a message. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly queueId: string;
  /** The client as the mailer saw it; `program`: a program of this machine that called the mailer itself. */
  readonly from: Address | 'program';
  /** As it was typed: hostile text. Empty: the null sender. */
  readonly sender: string;
  /** A count, 1 or more. */
  readonly recipients: number;
}

/** One try to pass a message on, for some of its recipients. */
export interface Attempted {
  readonly kind: 'attempted';
  readonly queueId: string;
  readonly outcome: 'sent' | 'deferred' | 'failed';
  /** Those in the line. A count: a long list is cut by the mailer. */
  readonly recipients: readonly string[];
  /** The local user who handed it in, as the submission says: only such a line is the kernel's word. */
  readonly submittedBy?: number | undefined;
  /** Whether the next host is this machine: then a submission hands it to the relay. */
  readonly next: 'ownRelay' | 'other';
  /** The relay's queue id for it, where the relay has taken it. */
  readonly relayId?: string | undefined;
}

/**
 * A local user calls the mailer under another name for the log, or with a configuration of their own. Both are
 * allowed, and both make lines that look like the relay's.
 */
export interface LabelChanged {
  readonly kind: 'labelChanged';
  readonly what: 'label' | 'configuration';
  /** A number, or a name of a user. */
  readonly user: string;
}

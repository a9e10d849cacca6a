/**
 * What a mailer says about mail on its way: it was accepted, a delivery was tried, it continues under another queue
 * id. Values only. `submission/whose/joining.ts` decides whose mail it is; `mail/mail-event.ts` has what counts
 * against a client.
 */
import type {Address} from '../../net/address.js';

export type TransitEvent =
  | Accepted
  | Attempted
  /** This process's client has logged in under this name, which the mailer has checked. */
  | {readonly kind: 'loggedIn'; readonly client: Address; readonly name: string}
  /** From now on the process serves another client. */
  | {readonly kind: 'connected'}
  /** Some recipients continue under another queue id. No line counts them again. */
  | {readonly kind: 'cloned'; readonly queueId: string; readonly cloneId: string}
  | LabelChanged;

/** The mailer has accepted a message. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly queueId: string;
  /** The client as the mailer saw it; `program`: a program of this machine called the mailer itself. */
  readonly from: Address | 'program';
  /** As the client wrote it: hostile text. Empty: the null sender. */
  readonly sender: string;
  /** A count, 1 or more. */
  readonly recipients: number;
}

/** One attempt to pass a message on, for some of its recipients. */
export interface Attempted {
  readonly kind: 'attempted';
  readonly queueId: string;
  readonly outcome: 'sent' | 'deferred' | 'failed';
  /** The recipients in the line. The mailer truncates a long list. */
  readonly recipients: readonly string[];
  /** The local user who submitted it, by the submission program's line: only there it comes from the kernel. */
  readonly submittedBy?: number | undefined;
  /** `ownRelay`: the next host is this machine, so the submission program passes the message to the relay. */
  readonly next: 'ownRelay' | 'other';
  /** The relay's queue id for it, if the relay has accepted it. */
  readonly relayId?: string | undefined;
}

/**
 * A local user calls the mailer under another syslog label, or with a configuration of their own. Both are allowed,
 * and both make lines that look like the relay's.
 */
export interface LabelChanged {
  readonly kind: 'labelChanged';
  readonly what: 'label' | 'configuration';
  /** A user id, or a user name. */
  readonly user: string;
}

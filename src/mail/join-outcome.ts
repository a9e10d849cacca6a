/**
 * What follows from joining a line to its client (`envelopes.ts`), and what is known of an
 * envelope.
 */
import type {Evidence, Proof, Submitter} from './evidence.js';
import type {Address} from '../net/address.js';

/** What is known of an envelope when it is over. */
export interface EndedEnvelope {
  /** As in `Evidence.envelope`. */
  readonly envelope: string;
  readonly client: Address;
  readonly proof: Proof;
  /**
   * `null`: `MAIL FROM:<>`, a bounce or a call-out; also where no line told the end (see `atMs`).
   */
  readonly sender: 'null' | 'named';
  /** Recipients that were accepted. A count. */
  readonly accepted: number;
  /** Whether a message came, and not only its envelope. */
  readonly message: 'taken' | 'none';
  /** Of its last line. Of an end that no line told, the last line it had: its process was ended. Ms since the epoch. */
  readonly atMs: number;
}

/** A message has arrived where it was to go: `stat=Sent`. */
export interface Delivery {
  /** Undefined for mail that a local program handed in, or of an envelope that is not known. */
  readonly client: Address | undefined;
  /** The weaker of who it was and that it arrived. */
  readonly proof: Proof;
  readonly submitter: Submitter;
  readonly sender: 'null' | 'named';
  /** A hash of the sender, to tell two users of ours apart; 0 when the sender is not known. */
  readonly senderHash: number;
  /** Who took it, beyond doubt: hostile text. At most one for each line of the log. */
  readonly recipients: readonly string[];
  /**
   * Who stands beside them in the line, as in a mailing to one host. A client can make up all of
   * these: sendmail takes `RCPT TO:<made-up>,<real>` for `real`, and logs both. They speak for the
   * client only where the name is known from elsewhere to take mail, and never make a name known.
   */
  readonly others: readonly string[];
  /** The host that took it; undefined for a local mailbox. */
  readonly nextHost: Address | undefined;
  /** Ms since the epoch. */
  readonly atMs: number;
}

export type JoinOutcome =
  | {readonly kind: 'evidence'; readonly evidence: Evidence}
  /** Comes behind all evidence of its envelope; where something was refused, or a message came. */
  | ({readonly kind: 'envelopeEnded'} & EndedEnvelope)
  | ({readonly kind: 'delivered'} & Delivery)
  /** The client has logged in. Ms since the epoch. */
  | {
      readonly kind: 'loggedIn';
      readonly client: Address;
      readonly proof: Proof;
      readonly atMs: number;
    }
  /** Sources that disagree about one envelope, or about one process where there is none. */
  | {readonly kind: 'dispute'; readonly queueId: string; readonly clients: readonly string[]}
  /** Only a verified word counts, and a line without one says something else: first the one that counts. */
  | {readonly kind: 'unheeded'; readonly queueId: string; readonly clients: readonly string[]}
  | Unresolved;

/** Recipients whose client was never learnt. */
export interface Unresolved {
  readonly kind: 'unresolved';
  readonly recipients: number;
  readonly why: WhyUnresolved;
}

export type WhyUnresolved =
  | 'silentSession'
  | 'tooManyAtOnce'
  /** Mail that was taken before the log that was read. */
  | 'envelopeUnknown';

export interface SessionView {
  /** An address, or that sources disagree about it. */
  readonly client: string | undefined;
  readonly proof: Proof | undefined;
  /** What waits for the client to be known. A count. */
  readonly held: number;
}

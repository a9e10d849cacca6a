/** What follows when a line is joined to its client (`envelopes.ts`), and what is known about an envelope. */
import type {Evidence, Proof, Submitter} from './evidence.js';
import type {Address} from '../net/address.js';

/** What is known about an envelope when it has ended. */
export interface EndedEnvelope {
  /** As in `Evidence.envelope`. */
  readonly envelope: string;
  readonly client: Address;
  readonly proof: Proof;
  /** `null`: `MAIL FROM:<>`, a bounce or a call-out; also if no line showed the end (see `atMs`). */
  readonly sender: 'null' | 'named';
  /** Recipients that were accepted. A count. */
  readonly accepted: number;
  /** Whether a message came, not only its envelope. */
  readonly message: 'taken' | 'none';
  /** Time of its last line. If no line showed the end, its process was killed. Ms since the epoch. */
  readonly atMs: number;
}

/** A message has arrived at its destination: `stat=Sent`. */
export interface Delivery {
  /** Undefined for mail of a local program, or of an unknown envelope. */
  readonly client: Address | undefined;
  /** The weaker of two proofs: which client it was, and that the mail arrived. */
  readonly proof: Proof;
  readonly submitter: Submitter;
  readonly sender: 'null' | 'named';
  /** A hash of the sender, to distinguish two of our users; 0 if the sender is unknown. */
  readonly senderHash: number;
  /** Recipients that certainly took the mail: hostile text. At most one for each log line. */
  readonly recipients: readonly string[];
  /**
   * Recipients beside them in the line, as in a mailing to one host. A client can invent all of them: sendmail
   * takes `RCPT TO:<made-up>,<real>` for `real`, and logs both. They count for the client only if the name is
   * already known to take mail, and they never make a name known.
   */
  readonly others: readonly string[];
  /** The host that took it; undefined for a local mailbox. */
  readonly nextHost: Address | undefined;
  /** Ms since the epoch. */
  readonly atMs: number;
}

export type JoinOutcome =
  | {readonly kind: 'evidence'; readonly evidence: Evidence}
  /** Comes after all evidence of its envelope, if something was refused in it or a message came. */
  | ({readonly kind: 'envelopeEnded'} & EndedEnvelope)
  | ({readonly kind: 'delivered'} & Delivery)
  /** The client has logged in. `atMs`: ms since the epoch. */
  | {
      readonly kind: 'loggedIn';
      readonly client: Address;
      readonly proof: Proof;
      readonly atMs: number;
    }
  /**
   * Sources disagree about one envelope, or about one process outside of an envelope. What the envelope has counted
   * must be taken back. `envelope`: as in `Evidence`; absent: nothing was counted.
   */
  | {
      readonly kind: 'dispute';
      readonly queueId: string;
      readonly clients: readonly string[];
      readonly envelope?: string;
    }
  /** Only verified statements count, and an unverified line contradicts one: the client that counts comes first. */
  | {readonly kind: 'unheeded'; readonly queueId: string; readonly clients: readonly string[]}
  | Unresolved;

/** What follows from one line: nearly always nothing, or one outcome. */
export type JoinOutcomes = readonly JoinOutcome[];

export const nothing: JoinOutcomes = [];

/** Both in this order. Makes a new list only if neither is empty. */
export const both = (one: JoinOutcomes, other: JoinOutcomes): JoinOutcomes => {
  if (one.length === 0) return other;
  return other.length === 0 ? one : [...one, ...other];
};

/** Recipients whose client never became known. */
export interface Unresolved {
  readonly kind: 'unresolved';
  readonly recipients: number;
  readonly why: WhyUnresolved;
}

export type WhyUnresolved =
  | 'silentSession'
  | 'tooManyAtOnce'
  /** Mail that was accepted before the log that was read. */
  | 'envelopeUnknown';

export interface SessionView {
  /** An address, or that the sources disagree. */
  readonly client: string | undefined;
  readonly proof: Proof | undefined;
  /** Evidence that waits for the client to become known. A count. */
  readonly held: number;
}

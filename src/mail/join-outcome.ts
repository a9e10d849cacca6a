/** What comes of joining a line to its client (`envelopes.ts`), and what is known of an envelope. */
import type {Evidence, Proof} from './evidence.js';
import type {Address} from '../net/address.js';

export type JoinOutcome =
  | {readonly kind: 'evidence'; readonly evidence: Evidence}
  /** Mail of this client was taken. */
  | {readonly kind: 'accepted'; readonly client: Address; readonly recipients: number}
  /** Sources that disagree about one envelope, or about one process where there is none. */
  | {readonly kind: 'dispute'; readonly queueId: string; readonly clients: readonly string[]}
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

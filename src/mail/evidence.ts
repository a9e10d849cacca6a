/** One thing that counts against one client, and how we know that it was that client. */
import type {Address} from '../net/address.js';
import type {Subject} from './mail-event.js';

/**
 * `kernel`: the socket of the sendmail child; no text can forge it. `journal`: a log line that the
 * journal vouches for: sendmail itself wrote it. `title`: the child's process title. `log`: a line
 * of a log; any process that may write to the log can have written it.
 */
export type Proof = 'kernel' | 'journal' | 'title' | 'log';

/** Whether neither a log line nor a process title had to be believed. */
export const isVerified = (proof: Proof): boolean => proof === 'kernel' || proof === 'journal';

/** From the strongest to the weakest. */
const proofs: readonly Proof[] = ['kernel', 'journal', 'title', 'log'];

/** What several signs prove together: no more than the weakest of them. */
export const weakestOf = (one: Proof, other: Proof): Proof =>
  proofs.indexOf(one) < proofs.indexOf(other) ? other : one;

/** Whose mail an envelope contains. */
export type Submitter =
  /** Logged in (AUTH), local, or from a private network: mail of our own users. */
  'own' | 'stranger';

/** What can count against a client. `score/weights.ts` has the weights. */
export const evidenceKinds = [
  'unknownRecipient',
  'undeliverable',
  'vrfyProbe',
  'relayDenied',
  'authFailed',
  'pregreet',
  'earlyTraffic',
  'smtpAttack',
  'openProxy',
  'bogusCommand',
  'stuckSession',
] as const;

export type EvidenceKind = (typeof evidenceKinds)[number];

/** Kinds of which one counts as much as several names. An attacker would need only one forged log line. */
const heavyKinds: readonly EvidenceKind[] = [
  'bogusCommand',
  'openProxy',
  'smtpAttack',
  'pregreet',
  'earlyTraffic',
];

export const isHeavy = (kind: EvidenceKind): boolean => heavyKinds.includes(kind);

/** sendmail has two lines for it, and the kernel and the gate see it too: all are the same kind of deed. */
export const isEarlyTalk = (kind: EvidenceKind): kind is 'pregreet' | 'earlyTraffic' =>
  kind === 'pregreet' || kind === 'earlyTraffic';

export const isEvidenceKind = (kind: string): kind is EvidenceKind =>
  (evidenceKinds as readonly string[]).includes(kind);

/** The subject is what the client did it to; for a stuck session, the process. */
export interface Evidence extends Subject {
  readonly kind: EvidenceKind;
  readonly client: Address;
  /** When it happened by the log, or when the reaper saw it. Ms since the epoch. */
  readonly atMs: number;
  readonly proof: Proof;
  /** The envelope to which the sign belongs, as (host, pid, queue id); undefined outside of one. */
  readonly envelope?: string | undefined;
  /**
   * How much the process that serves the client has answered so far. This shows about how many recipients it
   * accepted in an open envelope. Bytes; undefined: unknown.
   */
  readonly answeredBytes?: number | undefined;
  /** What it had answered beyond that, to refusals whose lines were read together with this one. Bytes; absent: 0. */
  readonly unreadBytes?: number | undefined;
  /** `all`: the process waits for the client's next command, so it holds no answer back; absent: unknown. */
  readonly written?: 'all' | undefined;
  /**
   * For recipients that the next host refused: whose mail it was, and which host refused it. A refusal by the
   * next host must not make guessers of our own users.
   */
  readonly submitter?: Submitter | undefined;
  readonly nextHost?: Address | undefined;
}

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

/** From the surest to the one that is believed least. */
const proofs: readonly Proof[] = ['kernel', 'journal', 'title', 'log'];

/** What several signs together prove: no more than the weakest of them. */
export const weakestOf = (one: Proof, other: Proof): Proof =>
  proofs.indexOf(one) < proofs.indexOf(other) ? other : one;

/** Whose mail an envelope carries. */
export type Submitter =
  /** Logged in (AUTH), local, or of a private network: mail of our own users. */
  'own' | 'stranger';

/** What a client can be blamed for. What each weighs is in `score/weights.ts`. */
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

/**
 * One of them weighs as much as several names: too cheap for an attacker that only needs a line of
 * a log to forge it.
 */
const heavyKinds: readonly EvidenceKind[] = [
  'bogusCommand',
  'openProxy',
  'smtpAttack',
  'pregreet',
  'earlyTraffic',
];

export const isHeavy = (kind: EvidenceKind): boolean => heavyKinds.includes(kind);

/** sendmail has two lines for it, and the kernel and the gate see it too: one kind of act. */
export const isEarlyTalk = (kind: EvidenceKind): kind is 'pregreet' | 'earlyTraffic' =>
  kind === 'pregreet' || kind === 'earlyTraffic';

export const isEvidenceKind = (kind: string): kind is EvidenceKind =>
  (evidenceKinds as readonly string[]).includes(kind);

/** The subject is what it was done to; of a stuck session it is the process. */
export interface Evidence extends Subject {
  readonly kind: EvidenceKind;
  readonly client: Address;
  /** When the log says it happened, or the reaper saw it. Ms since the epoch. */
  readonly atMs: number;
  readonly proof: Proof;
  /** The envelope that the sign belongs to, by (host, pid, queue id); undefined outside of one. */
  readonly envelope?: string | undefined;
  /**
   * What the process that serves the client has answered so far, which tells about how many
   * recipients were accepted in an envelope that is still open. Bytes; undefined: nobody knows.
   */
  readonly answeredBytes?: number | undefined;
  /** Among them are answers to recipients of an envelope before; absent: as far as is known there are none. */
  readonly answeredFor?: 'others' | undefined;
  /**
   * Of recipients that the next host refused: whose mail it was, and which host refused.
   * What the next host refuses must not make guessers of our own users.
   */
  readonly submitter?: Submitter | undefined;
  readonly nextHost?: Address | undefined;
}

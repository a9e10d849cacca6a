/** One thing that speaks against one client, and how we know that it was that client. */
import type {Address} from '../net/address.js';
import type {Subject} from './mail-event.js';

/**
 * `kernel`: the socket of the sendmail child; no text can forge it. `journal`: a log line which the
 * journal vouches for: sendmail itself wrote it. `title`: the child's process title. `log`: a line
 * of a log, which whoever may write to the log can have written.
 */
export type Proof = 'kernel' | 'journal' | 'title' | 'log';

/** Whether neither a log line nor a process title had to be believed. */
export const isVerified = (proof: Proof): boolean => proof === 'kernel' || proof === 'journal';

/** What a client can be blamed for. What each weighs is in `score/weights.ts`. */
const evidenceKinds = [
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

export const isEvidenceKind = (kind: string): kind is EvidenceKind =>
  (evidenceKinds as readonly string[]).includes(kind);

/** The subject is what it was done to; of a stuck session it is the process. */
export interface Evidence extends Subject {
  readonly kind: EvidenceKind;
  readonly client: Address;
  /** When the log says it happened, or the reaper saw it. Ms since the epoch. */
  readonly atMs: number;
  readonly proof: Proof;
}

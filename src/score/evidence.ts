/** One thing that speaks against one client, how much, and how we know that it was that client. */
import type {Address} from '../net/address.js';

/**
 * `kernel`: the socket of the sendmail child; no text can forge it. `journal`: a log line which the
 * journal vouches for: sendmail itself wrote it. `title`: the child's process title. `log`: a line
 * of a log, which whoever may write to the log can have written.
 */
export type Proof = 'kernel' | 'journal' | 'title' | 'log';

/** Whether neither a log line nor a process title had to be believed. */
export const isVerified = (proof: Proof): boolean => proof === 'kernel' || proof === 'journal';

/**
 * What each sign weighs, beside an unknown recipient. Each counts once for each thing it was done
 * to, so a mailer that does one wrong thing for ever never gets anywhere. What is not here weighs
 * nothing: monitors and broken mailers do it too.
 */
export const weights = {
  unknownRecipient: 1,
  /** The name was wrong, but it was the next host that said so, maybe to a customer of ours. */
  undeliverable: 0.5,
  /** Nobody else asks for names in this way today. */
  vrfyProbe: 1,
  /** A mail program without its password wants to send to many people too. */
  relayDenied: 0.5,
  /** Each user name once: a telephone with an old password is one. */
  authFailed: 0.5,
  /** sendmail has refused all its mail already. */
  pregreet: 1,
  earlyTraffic: 1,
  smtpAttack: 2,
  openProxy: 2,
  bogusCommand: 5,
  /**
   * A session that the reaper ended. A mailer behind a broken link leaves them too: of four at a time,
   * each ten minutes and more, as much is forgiven as comes.
   */
  stuckSession: 0.25,
} as const;

export type EvidenceKind = keyof typeof weights;

export const isEvidenceKind = (kind: string): kind is EvidenceKind => Object.hasOwn(weights, kind);

export interface Evidence {
  readonly kind: EvidenceKind;
  readonly client: Address;
  /** What it was done to: a recipient, a user, a command, a process; hostile text. */
  readonly subject: string;
  /** When the log says it happened, or the reaper saw it. Ms since the epoch. */
  readonly atMs: number;
  readonly proof: Proof;
}

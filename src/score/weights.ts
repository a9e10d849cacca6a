/** How much each kind of evidence weighs. The pieces of evidence themselves are in `mail/evidence.ts`. */
import type {EvidenceKind} from '../mail/evidence.js';

/**
 * What each sign weighs, beside an unknown recipient. Each counts once for each thing it was done
 * to, so a mailer that does one wrong thing for ever never gets anywhere. What is not here weighs
 * nothing: monitors and broken mailers do it too.
 */
export const weights: Readonly<Record<EvidenceKind, number>> = {
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
};

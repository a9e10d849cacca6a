/**
 * How many unknown names each observation is worth. The unit is *a name*: one distinct recipient that never took
 * mail here. It is a likelihood. Of a guesser's first questions 95 in 100 fail; of the worst mailer that we want to
 * spare, 30 in 100. So one unknown name is ln(0.95 / 0.30) = 1.153 nats, and ten in a row say e^11.5 to 1 that this
 * is no mailer (Jung, Paxson, Berger, Balakrishnan: Fast Portscan Detection Using Sequential Hypothesis Testing,
 * IEEE S&P 2004). `judge/` decides which bar applies.
 */
import type {EvidenceKind} from '../mail/evidence.js';

/** The share of unknown names among the first questions of a guesser and of the worst mailer. Ratios. */
const guesserUnknown = 0.95;
const mailerUnknown = 0.3;

/** What each kind is worth, once for each client and subject. Names. */
export const weights: Readonly<Record<EvidenceKind, number>> = {
  /** The unit. */
  unknownRecipient: 1,
  /** The next host did not know the name. For mail of our own users it counts nothing (`judge/`). */
  undeliverable: 0.5,
  /** Only guessers ask for names this way today (RFC 5321, section 7.3, lets a host refuse it). */
  vrfyProbe: 1,
  /** A mail program that lost its password also tries to send to many people. */
  relayDenied: 0.5,
  /** Each user name counts once: a phone with an old password tries only one. */
  authFailed: 0.5,
  /** Both lines of one session count once. If `greeting` is on, `earlyTalkWeight` counts instead. */
  pregreet: 1,
  earlyTraffic: 1,
  /** Too many of one command. */
  smtpAttack: 2,
  /** HTTP: no mailer speaks it. */
  openProxy: 2,
  /** Commands of the worms of 1988: no honest client uses them. */
  bogusCommand: 5,
  /** The reaper ended the session. A mailer behind a broken link leaves such sessions too. */
  stuckSession: 0.25,
};

/**
 * Talk before the greeting if the administrator has set `greeting`. No mailer talks first (RFC 5321, section 3.1),
 * so one session is worth three unknown names; at most one in ten minutes counts (`greeting/greeted.ts`). Names.
 */
export const earlyTalkWeight = 3;

/**
 * The same for a client whose mail many hosts accepted: a customer that does not log in. Not 0: an attacker who
 * knows one user behind each of three of our own hosts could guess there for ever. Names.
 */
export const customerWeight = 0.1;

/**
 * A name that took mail here, but not within a week. Mailers' unknown names are mostly of this kind, guessers'
 * hardly ever. Not 0, or cleaning an old address list would cost nothing. Names, in the row test only.
 */
export const staleWeight = 0.25;

/**
 * A name asked for with the null sender, as bounces and call-outs do. The second weight is for a client that has
 * delivered: an innocent server that bounces forged mail asks us for names that the forger made up.
 */
export const nullSenderWeight = 0.5;
export const nullSenderOfMailerWeight = 0.25;
/** During a night without mail of its own, 200 names that a forger made up must not block a known server. */
export const nullSenderOfRecordWeight = 0.15;

/**
 * A name that took mail: ln(0.70 / 0.05) / ln(0.95 / 0.30) = 2.29 names, once for each name. So the score of a
 * client of whose questions 70 in 100 fail neither rises nor falls.
 */
export const deliveredCredit =
  Math.log((1 - mailerUnknown) / (1 - guesserUnknown)) / Math.log(guesserUnknown / mailerUnknown);

/**
 * The same name on a later day: half as much. An old mailer runs out of new names, and without this a backup mail
 * exchanger would be blocked after two weeks. A known name buys one guess a day.
 */
export const againCredit = deliveredCredit / 2;

/** In the hour after a stranger's first block its queue arrives, and a backlog is no new burst. A factor. */
export const secondChanceFactor = 0.25;

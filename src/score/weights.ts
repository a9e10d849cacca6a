/**
 * As how many unknown names each observation speaks. The unit is *a name*: one distinct recipient that
 * never took mail here. It is a likelihood: with a guesser of whose first questions 95 in 100 fail, and
 * the worst mailer to be spared, of whose 30 in 100 do, an unknown name is ln(0.95 / 0.30) = 1.153 nats,
 * and ten in a row say e^11.5 to 1 that this is no mailer (Jung, Paxson, Berger, Balakrishnan: Fast
 * Portscan Detection Using Sequential Hypothesis Testing, IEEE S&P 2004). Which bar applies is for `judge/`.
 */
import type {EvidenceKind} from '../mail/evidence.js';

/** Of a guesser's and of the worst mailer's first questions so many are unknown. Ratios. */
const guesserUnknown = 0.95;
const mailerUnknown = 0.3;

/** What each kind weighs, once for each client and subject. Names. */
export const weights: Readonly<Record<EvidenceKind, number>> = {
  /** The unit. */
  unknownRecipient: 1,
  /** The next host did not know the name; of our own users' mail it weighs nothing (`judge/`). */
  undeliverable: 0.5,
  /** Nobody else asks for names in this way today (RFC 5321, 7.3, lets a host refuse it). */
  vrfyProbe: 1,
  /** A mail program without its password wants to send to many people too. */
  relayDenied: 0.5,
  /** Each user name once: a telephone with an old password is one. */
  authFailed: 0.5,
  /** Both lines of one session are one thing. Where `greeting` is on: `earlyTalkWeight`. */
  pregreet: 1,
  earlyTraffic: 1,
  /** One command too often. */
  smtpAttack: 2,
  /** HTTP: no mailer speaks it. */
  openProxy: 2,
  /** Of the worms of 1988: nobody means well with them. */
  bogusCommand: 5,
  /** A session that the reaper ended. A mailer behind a broken link leaves them too. */
  stuckSession: 0.25,
};

/**
 * Talk before the greeting where the administrator has set `greeting`: no mailer speaks first (RFC 5321, 3.1), so a
 * session of it speaks as strongly as three unknown names. Once in ten minutes (`greeting/greeted.ts`). Names.
 */
export const earlyTalkWeight = 3;

/**
 * The same of a client whose mail many hosts took: a customer that does not log in. Not 0: who knows a user
 * behind each of three of our own hosts would guess there for ever. Names.
 */
export const customerWeight = 0.1;

/**
 * A name that took mail here, but not within a week: mailers' unknown names mostly are of this kind, and
 * guessers' hardly. Not 0, or to wash an old list would cost nothing. Names, in the row test only.
 */
export const staleWeight = 0.25;

/**
 * A name asked for with the null sender, as bounces and call-outs are. The second weight is for a
 * client that has delivered: an innocent server that bounces forged mail asks us for names that the
 * forger made up.
 */
export const nullSenderWeight = 0.5;
export const nullSenderOfMailerWeight = 0.25;
/** 200 names that a forger made up, through a night without a mail of its own, must not block a known server. */
export const nullSenderOfRecordWeight = 0.15;

/**
 * Mail that a name took: ln(0.70 / 0.05) / ln(0.95 / 0.30) = 2.29 names, once for each name; so a client
 * of whose questions 70 in 100 fail neither rises nor falls.
 */
export const deliveredCredit =
  Math.log((1 - mailerUnknown) / (1 - guesserUnknown)) / Math.log(guesserUnknown / mailerUnknown);

/**
 * The same name on a later day: half, for a mailer of long standing runs out of new names, and with nothing
 * a backup mail exchanger would be blocked after two weeks. A known name buys one guess a day.
 */
export const againCredit = deliveredCredit / 2;

/** In the hour after a stranger's first block its queue comes: a backlog is no new burst. A factor. */
export const secondChanceFactor = 0.25;

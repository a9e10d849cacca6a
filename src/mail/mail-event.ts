/** What a mail server logs, as far as it matters here: one union with a member for each kind of line. */
import type {Address} from '../net/address.js';

export type MailEvent =
  | UnknownRecipient
  | Undeliverable
  | Delivered
  | EnvelopeEnd
  | Sign
  /**
   * A client has connected to this process, which serves no other client from now on. Without an address
   * it is a local program, or the address is unknown.
   */
  | {readonly kind: 'connected'; readonly client: Address | undefined};

/** What a client did something to: a recipient, a user, a command. */
export interface Subject {
  /** As the client wrote it, perhaps shortened by the mailer: hostile text. May be empty. */
  readonly subject: string;
  /**
   * `ambiguous`: text was left out that may have contained a name, so two that look alike need not be the
   * same name. Absent: the text contains the name, also in states that version 1.0 saved.
   */
  readonly subjectIs?: 'ambiguous' | undefined;
}

/** A recipient was refused because there is no such user. */
export interface UnknownRecipient extends Subject {
  readonly kind: 'unknownRecipient';
  /** Undefined if the mailer gives none: Postfix before the first accepted recipient, Exim. */
  readonly queueId: string | undefined;
  /** Only if the line itself names a client. */
  readonly client: Address | undefined;
}

/** Recipients were accepted, and then the next host did not know them; the line names only that host. */
export interface Undeliverable {
  readonly kind: 'undeliverable';
  readonly queueId: string;
  readonly recipients: readonly Subject[];
  /** The host that refused; undefined if that is uncertain. */
  readonly nextHost: Address | undefined;
}

/**
 * A message has arrived: a mailbox, a program or the next host took it. All names are the client's own
 * words. If one recipient can be written so that it looks like several, only one of them is `sure`.
 */
export interface Delivered {
  readonly kind: 'delivered';
  readonly queueId: string;
  /** Recipients that took the mail, as the client wrote them. Empty if the line contains no such name. */
  readonly sure: readonly string[];
  /** Recipients beside them: most took the mail too, but a client can have invented any of them. */
  readonly others: readonly string[];
  /**
   * The alias that led to these recipients, as the client wrote it, or the sender: the line does not say
   * which. Undefined if the line names neither.
   */
  readonly inNameOf: string | undefined;
  /** The host that took it; undefined for a mailbox or program of this machine. */
  readonly nextHost: Address | undefined;
}

/** The last line of an envelope, which names its client. */
export interface EnvelopeEnd {
  readonly kind: 'envelopeEnd';
  readonly queueId: string;
  /** Undefined: a local program. */
  readonly client: Address | undefined;
  /**
   * As the client wrote it, perhaps truncated: hostile text. Empty: the null sender, of bounces and
   * call-outs.
   */
  readonly sender: string;
  /** Recipients that were accepted. A count. */
  readonly accepted: number;
  /** How much of a message came; 0 if none did. Bytes. */
  readonly sizeBytes: number;
  /** Whether a complete message came, as far as this line says; it may still be refused. */
  readonly message: 'taken' | 'none';
}

/** Something else that a client did. Most of these lines name the client. */
export interface Sign extends Subject {
  readonly kind: SignKind;
  readonly queueId: string | undefined;
  readonly client: Address | undefined;
}

export const signKinds = [
  /** It asked for mail to be sent to a place to which this relay does not forward. */
  'relayDenied',
  /** A recipient was refused for another reason: a list, greylisting, a milter. */
  'recipientRefused',
  'senderRefused',
  /** It was refused on connecting: a rate limit, a list, the access map. */
  'connectionRefused',
  /** Another ruleset or a milter refused a command. */
  'commandRefused',
  /** sendmail slowed the client down: too many bad recipients in one envelope. */
  'rcptFlood',
  /** It sent one command too often. */
  'smtpAttack',
  /** It talked before the greeting. */
  'pregreet',
  /** It talked before the answer to a command. */
  'earlyTraffic',
  'lostInput',
  'inputTimeout',
  /** It connected and left without a mail transaction. */
  'noCommands',
  /** VRFY or EXPN. */
  'vrfyProbe',
  'etrnProbe',
  'authFailed',
  'authenticated',
  'encrypted',
  'tlsFailed',
  /** It spoke HTTP to a mail server. */
  'openProxy',
  /** Commands of the worms of 1988: wiz, debug, showq. */
  'bogusCommand',
  'longCommand',
  'invalidHelo',
  'noHelo',
] as const;

export type SignKind = (typeof signKinds)[number];

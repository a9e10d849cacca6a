/**
 * What a mail server logs, as far as it matters here: one union, a member for each kind of line.
 */
import type {Address} from '../net/address.js';

export type MailEvent =
  | UnknownRecipient
  | Undeliverable
  | Delivered
  | EnvelopeEnd
  | Sign
  /**
   * A client connected to this process, which serves no other client from now on; without an
   * address it is a local program, or its address is not known.
   */
  | {readonly kind: 'connected'; readonly client: Address | undefined};

/** What a client did something to: a recipient, a user, a command. */
export interface Subject {
  /** As the client typed it, and maybe shortened by the mailer: hostile text. May be empty. */
  readonly subject: string;
  /**
   * `ambiguous`: text was left out, and a name may have been in it. Two of them that look alike need
   * not be the same name. Absent: the text tells the name; so it is read in states that 1.0 saved.
   */
  readonly subjectIs?: 'ambiguous' | undefined;
}

/** A recipient was refused because there is no such user. */
export interface UnknownRecipient extends Subject {
  readonly kind: 'unknownRecipient';
  /** Undefined where the mailer names none: Postfix before the first recipient it takes, Exim. */
  readonly queueId: string | undefined;
  /** Only where the grammar puts a client into the same line. */
  readonly client: Address | undefined;
}

/** Recipients were taken, and then the next host did not know them: the line names only that host. */
export interface Undeliverable {
  readonly kind: 'undeliverable';
  readonly queueId: string;
  readonly recipients: readonly Subject[];
  /** The host that refused; undefined where that is not beyond doubt. */
  readonly nextHost: Address | undefined;
}

/**
 * A message has arrived: a mailbox, a program or the next host took it. All names are the client's
 * own words. Where one recipient can be typed so that it reads as several, only one of them is `sure`.
 */
export interface Delivered {
  readonly kind: 'delivered';
  readonly queueId: string;
  /** It took the mail, as the client typed it. Empty when no such name is in the line. */
  readonly sure: readonly string[];
  /** They stand beside it: most took the mail too, and a client can have made up any of them. */
  readonly others: readonly string[];
  /**
   * In whose name: the alias that led to these recipients, as the client typed it, or the sender, and
   * the line does not tell which. Undefined when the line names nobody.
   */
  readonly inNameOf: string | undefined;
  /** The host that took it; undefined for a mailbox or program of this machine. */
  readonly nextHost: Address | undefined;
}

/** The last line of an envelope that says which client it is from. */
export interface EnvelopeEnd {
  readonly kind: 'envelopeEnd';
  readonly queueId: string;
  /** Undefined: a local program. */
  readonly client: Address | undefined;
  /** As the client typed it, maybe cut: hostile text. Empty: the null sender, of bounces and call-outs. */
  readonly sender: string;
  /** Recipients that were accepted. A count. */
  readonly accepted: number;
  /** Of the message, as far as it came; 0 when none did. Bytes. */
  readonly sizeBytes: number;
  /** Whether all of a message came, as far as this line tells: it may still be refused. */
  readonly message: 'taken' | 'none';
}

/** Something else that a client did. Most name the client in the same line. */
export interface Sign extends Subject {
  readonly kind: SignKind;
  readonly queueId: string | undefined;
  readonly client: Address | undefined;
}

export const signKinds = [
  /** Wanted mail to go where this relay does not carry any. */
  'relayDenied',
  /** A recipient refused for another reason: a list, greylisting, a milter. */
  'recipientRefused',
  'senderRefused',
  /** Refused on connecting: a rate, a list, the access map. */
  'connectionRefused',
  /** Another ruleset or milter refused a command. */
  'commandRefused',
  /** sendmail slows the client down: too many bad recipients in one envelope. */
  'rcptFlood',
  /** One command too often. */
  'smtpAttack',
  /** Spoke before the greeting. */
  'pregreet',
  /** Spoke before the answer to a command. */
  'earlyTraffic',
  'lostInput',
  'inputTimeout',
  /** Came and went without a mail transaction. */
  'noCommands',
  /** VRFY or EXPN. */
  'vrfyProbe',
  'etrnProbe',
  'authFailed',
  'authenticated',
  'encrypted',
  'tlsFailed',
  /** HTTP spoken to a mail server. */
  'openProxy',
  /** Commands of the worms of 1988: wiz, debug, showq. */
  'bogusCommand',
  'longCommand',
  'invalidHelo',
  'noHelo',
] as const;

export type SignKind = (typeof signKinds)[number];

/**
 * What somebody is accused of in a complaint, and by what we know it. Both kinds rest on an address that
 * cannot be forged: one of a TCP session that was completed with our mailer. Decides nothing.
 */

/** One client that was blocked for what it did. */
export interface Attacker {
  /** Canonical text of one address. */
  readonly address: string;
  /** Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** What was counted: unknown names, wrong passwords, early talk. Counts. */
  readonly unknownNames: number;
  readonly wrongPasswords: number;
  /** Blocks so far, this one included. A count. */
  readonly blocks: number;
  /** Of its last connection, where the kernel showed it. */
  readonly sourcePort?: number | undefined;
}

export type Accusation =
  | {
      readonly kind: 'guessing';
      /** The network of the holder, by its contact answer. */
      readonly network: string;
      readonly attackers: readonly Attacker[];
    }
  | {
      /** A message that this machine's mailer took, and that a scanner names. */
      readonly kind: 'message';
      readonly network: string;
      /** Who handed it to us, by our own log. Canonical text of one address. */
      readonly client: string;
      readonly queueId: string;
      /** When our mailer took it. Ms since the epoch. */
      readonly takenMs: number;
      /** What the scanner calls it, printable; or that a person judged it. */
      readonly found: {readonly kind: 'scanner'; readonly name: string} | {readonly kind: 'person'};
      /** Its header as it lies there, bounded, with the recipients' own addresses taken out. */
      readonly header: string;
    };

/**
 * The accusation of a complaint, and its proof. Both kinds rest on an address that cannot be
 * forged: one of a TCP session that was completed with our mailer. Decides nothing.
 */
import type {Attacker} from './deed.js';

export type Accusation =
  | {
      readonly kind: 'guessing';
      /** The network of the holder, by its contact answer. */
      readonly network: string;
      /** So many at most as one letter lists (`complaint.ts`), the worst first. */
      readonly attackers: readonly Attacker[];
      /** Those beyond them. A count; absent: none. */
      readonly more?: number | undefined;
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
      /** The envelope sender and the client's port, where they are known: a report for programs needs both. */
      readonly smtpFrom?: string | undefined;
      readonly sourcePort?: number | undefined;
    };

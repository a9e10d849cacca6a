/**
 * The accusation of a complaint, and its proof. Both kinds rest on an address that cannot be
 * forged: the client had an established TCP connection with our mailer. Decides nothing.
 */
import type {Attacker} from './deed.js';

export type Accusation =
  | {
      readonly kind: 'guessing';
      /** The holder's network, by the search for the contact. */
      readonly network: string;
      /** At most as many as one letter lists (`complaint.ts`), the worst first. */
      readonly attackers: readonly Attacker[];
      /** Further attackers. A count; absent: none. */
      readonly more?: number | undefined;
    }
  | {
      /** A message that this machine's mailer took, and in which a scanner or a person found something bad. */
      readonly kind: 'message';
      readonly network: string;
      /** The client that handed it to us, by our own log. Canonical text of one address. */
      readonly client: string;
      readonly queueId: string;
      /** When our mailer took it. Ms since the epoch. */
      readonly takenMs: number;
      /** The scanner's name for it, printable; or a person judged it. */
      readonly found: {readonly kind: 'scanner'; readonly name: string} | {readonly kind: 'person'};
      /** Its header, bounded, without the recipients' addresses; otherwise unchanged. */
      readonly header: string;
      /** The envelope sender and the client's port, if they are known: a report for programs needs both. */
      readonly smtpFrom?: string | undefined;
      readonly sourcePort?: number | undefined;
    };

/** What the lines about one mail come to, joined: values that the book of senders counts. */
import type {SenderKey} from './sender.js';

/** Whether more than the text of a log says so: the journal knows who wrote each of the lines. */
export type Vouched = 'yes' | 'no';

export type Fact =
  /** A message was taken, and it is known whose it is. */
  | {
      readonly kind: 'mail';
      readonly sender: SenderKey;
      /** When the relay took it, by its log. Ms since the epoch. */
      readonly atMs: number;
      readonly recipients: number;
      readonly vouched: Vouched;
      /** With the host in front: two relays may give the same one. */
      readonly place: Place;
      /** As it was typed: hostile text. */
      readonly from: string;
      /** The client's address, or nothing. */
      readonly peer: string;
    }
  /** Recipients that count for no sender: bounces of mailers, incoming mail. */
  | {readonly kind: 'apart'; readonly what: 'bounce' | 'incoming'; readonly recipients: number}
  /** What became of recipients of such a message: each deferral once, however often it is tried. */
  | {
      readonly kind: 'told';
      readonly sender: SenderKey;
      /** Which message it is, of that sender: several lines may tell of one. */
      readonly message: string;
      readonly atMs: number;
      readonly outcome: 'sent' | 'deferred' | 'failed';
      readonly recipients: number;
      readonly domains: readonly string[];
      /** Hashes of the recipients, where lines name them. */
      readonly people: readonly number[];
    }
  /** A local user made lines that look like the relay's. */
  | {
      readonly kind: 'labelChanged';
      readonly what: 'label' | 'configuration';
      readonly user: string;
      readonly atMs: number;
      readonly host: string;
    };

export interface Place {
  readonly host: string;
  readonly queueId: string;
}

/** The facts that follow from the joined lines about one mail. The book of senders counts them. */
import type {SenderKey} from './sender.js';

/** `yes`: the journal knows which process wrote each of the lines, so not only the text of a log says so. */
export type Vouched = 'yes' | 'no';

export type Fact =
  /** The relay took a message, and its sender is known. */
  | {
      readonly kind: 'mail';
      readonly sender: SenderKey;
      /** When the relay took it, by its log. Ms since the epoch. */
      readonly atMs: number;
      readonly recipients: number;
      readonly vouched: Vouched;
      /** Has the host too, because two relays may use the same queue id. */
      readonly place: Place;
      /** As it was typed: hostile text. */
      readonly from: string;
      /** The client's address, or nothing. */
      readonly peer: string;
    }
  /** Recipients that count for no sender: bounces of mailers, incoming mail. */
  | {readonly kind: 'apart'; readonly what: 'bounce' | 'incoming'; readonly recipients: number}
  /** What happened to recipients of such a message. Each deferral counts once, however often delivery is tried. */
  | {
      readonly kind: 'told';
      readonly sender: SenderKey;
      /** Which message it is, of that sender: several lines may tell of one. */
      readonly message: string;
      readonly atMs: number;
      readonly outcome: 'sent' | 'deferred' | 'failed';
      readonly recipients: number;
      readonly domains: readonly string[];
      /** Hashes of the recipients, if lines name them. */
      readonly people: readonly number[];
    }
  /** A local user wrote lines that look like the relay's. */
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

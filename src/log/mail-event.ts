/** What a mail server said, as far as it matters here: one union, a member for each kind of line. */
import type {Address} from '../net/address.js';

export type MailEvent =
  /** A recipient was refused because there is no such user. */
  | {
      readonly kind: 'unknownRecipient';
      readonly queueId: string;
      /** As typed by the client, shortened by sendmail: hostile text. */
      readonly recipient: string;
      /** Only where the grammar puts a client into the same line. */
      readonly client: Address | undefined;
    }
  /** The line says which client an envelope is from. `end`: it is the envelope's last such line. */
  | {
      readonly kind: 'envelopeClient';
      readonly queueId: string;
      readonly client: Address;
      readonly position: 'middle' | 'end';
    }
  /**
   * A client connected to this process, which serves nobody else from now on; without an address it
   * is a local program, or one that cannot be told.
   */
  | {readonly kind: 'connected'; readonly client: Address | undefined};

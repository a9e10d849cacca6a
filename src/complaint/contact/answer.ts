/**
 * The result of a search for the people behind a network: the contact, its source, and how sure it
 * is. Decides nothing: `contact/` searches, `complaint/` writes.
 */
import type {Address} from '../../net/address.js';

/**
 * Where a mailbox was found, best first: in the registry's own record (RDAP), in the abuse-contact zone
 * of the DNS, or by the reverse name of the address and the mail exchangers above it.
 */
export type ContactSource = 'registry' | 'contact-zone' | 'reverse-name';

/** `published` for this very network; `listed` by a third party; `guessed` from a name (RFC 2142). */
export type Certainty = 'published' | 'listed' | 'guessed';

export interface Contact {
  /** ASCII, of the form that RFC 5321 section 4.1.2 allows without quotes. */
  readonly mailbox: string;
  readonly source: ContactSource;
  readonly certainty: Certainty;
}

/** At most so many mailboxes of one network are used. A count: more would be a mailing list. */
export const mostContacts = 3;

export type ContactAnswer =
  | {
      readonly kind: 'found';
      /** What the registry gave to one holder, `first/prefix`; else the /24 or /48 of the address. */
      readonly network: string;
      /** At least one, the surest first. */
      readonly contacts: readonly Contact[];
      /** When it was looked up. Ms since the epoch. */
      readonly foundMs: number;
    }
  /** Every source answered, and none names a contact. */
  | {readonly kind: 'none'; readonly network: string; readonly why: string}
  /** A source did not answer: it is asked again, not before `againMs`. */
  | {readonly kind: 'failed'; readonly why: string; readonly againMs: number};

/** Bounded in time; answers from its cache where it can. Never rejects. */
export type FindContact = (address: Address, nowMs: number) => Promise<ContactAnswer>;

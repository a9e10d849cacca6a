/**
 * Remembers the results of earlier searches by network. Decides for how long, how many, and which row counts for an
 * address. After the clock was set back, a row from the future does not count.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import type {Table} from '../../base/mechanisms/table.js';
import {type Is, isText, listOf, oneOf, shape, variants, whole} from '../../base/shape.js';
import type {Address} from '../../net/address.js';
import {parseNetwork} from '../../net/network.js';
import {networksAround} from './allotment.js';
import {type Contact, mostContacts} from './answer.js';
import {isMailbox} from './mailbox.js';

/** Contacts change rarely, and registries limit the number of questions. Ms. */
export const keptMs = 7 * 86_400_000;
/** After a wrong answer: the operators of the server will have repaired it by tomorrow, or never. Ms. */
export const failureKeptMs = 86_400_000;
/** After no answer: often our own connection is the reason. Ms. */
export const silenceKeptMs = 3_600_000;

/** At most so many networks are remembered; the oldest goes first. A count: about 3 MB. */
export const mostContactRows = 10_000;
/** Length of one reason. Characters. */
export const longestWhyCharacters = 300;

/** The result of a search. */
type Remembered =
  | {readonly kind: 'found'; readonly contacts: readonly Contact[]}
  | {readonly kind: 'none'; readonly why: string}
  | {readonly kind: 'failed'; readonly why: string};

/** A row of the table `contacts`, whose key is the network. */
export interface ContactRow {
  /** When it was looked up. Ms since the epoch. */
  readonly atMs: number;
  /** For how long it counts. Ms. */
  readonly forMs: number;
  readonly result: Remembered;
}

/** An answer of the daemon and a row of the spool hold contacts too, and are checked by this. */
export const isContact: Is<Contact> = shape<Contact>({
  mailbox: (value): value is string => isText(value) && isMailbox(value),
  source: oneOf({registry: true, 'contact-zone': true, 'reverse-name': true}),
  certainty: oneOf({published: true, listed: true, guessed: true}),
});

const isContacts: Is<readonly Contact[]> = (value): value is readonly Contact[] =>
  listOf(isContact)(value) && value.length >= 1 && value.length <= mostContacts;
const isWhy: Is<string> = (value): value is string =>
  isText(value) && value.length <= longestWhyCharacters;

/** Whether this program could have written the saved row. */
export const isContactRow: Is<ContactRow> = shape<ContactRow>({
  atMs: whole(0, Number.MAX_SAFE_INTEGER),
  forMs: whole(0, keptMs),
  result: variants<Remembered>({
    found: shape<{readonly contacts: readonly Contact[]}>({contacts: isContacts}),
    none: shape<{readonly why: string}>({why: isWhy}),
    failed: shape<{readonly why: string}>({why: isWhy}),
  }),
});

export const isContactKey: Is<string> = (value): value is string =>
  isText(value) && parseNetwork(value)?.text === value;

/** A row with its network. */
export interface KnownRow extends ContactRow {
  readonly network: string;
}

/**
 * The row that counts for the address: of the narrowest network around it whose row is not too old. A failure counts only
 * if no wider network has an answer.
 */
export function knownRow(
  rows: Pick<Table<ContactRow>, 'get'>,
  address: Address,
  nowMs: number,
): KnownRow | undefined {
  let failure: KnownRow | undefined;
  for (const network of networksAround(address)) {
    const row = rows.get(network);
    if (row === undefined || !isWithin(row.atMs, row.forMs, nowMs)) continue;
    if (row.result.kind !== 'failed') return {...row, network};
    failure ??= {...row, network};
  }
  return failure;
}

export class ContactCache {
  readonly #rows: Table<ContactRow>;

  constructor(rows: Table<ContactRow>) {
    this.#rows = rows;
    rows.limitTo(mostContactRows);
    while (rows.size > mostContactRows) rows.takeOldest();
  }

  of(address: Address, nowMs: number): KnownRow | undefined {
    return knownRow(this.#rows, address, nowMs);
  }

  set({network, atMs, forMs, result}: KnownRow): void {
    this.#rows.set(network, {
      atMs: Math.max(0, Math.floor(atMs)),
      forMs: Math.min(keptMs, Math.max(0, Math.floor(forMs))),
      result,
    });
  }
}

/**
 * What a record is worth, by what the journal knows of its writer. How a mailer is recognised by
 * its writer is the mailer's own (`dialect.ts`).
 *
 * The pid that the line claims has no say. syslog(3) sends the number that the process has in its
 * own pid namespace, so a mailer in a container that shares our /dev/log always claims another one;
 * and an attacker who is root and runs the mailer cannot make it claim a false one. To ask this
 * machine about the process (/proc), take the writer's pid; to compare with a queue id, the one in
 * the line.
 */
import {isVerified, type Proof} from './evidence.js';
import type {LogRecord, Writer} from '../log/record.js';

export type Authorship =
  | 'mailer'
  /**
   * Maybe: root, of which not even a name was left; or a system user with the mailer's program, as
   * which sendmail runs with `RunAsUser`, and a hacked web server too. As good as a line in a file.
   */
  | 'unsure'
  /** Somebody else: not to be counted. */
  | 'other';

export type AuthorshipOf = (writer: Writer) => Authorship;

/** Debian policy 9.2.2: below are root and the users that packages make; people come after. */
export const firstOrdinaryUid = 1000;

/** Whether more than the line itself says that the mailer wrote it, or speaks against it. */
export type Vouching =
  /** The journal says that the mailer wrote it. */
  | 'byJournal'
  /** Nobody says. */
  | 'no'
  /**
   * A system user wrote it: sendmail with `RunAsUser`, or a web server that was broken into. What is
   * known of the envelope proves nothing about such a line.
   */
  | 'doubtful';

export function vouchingOf({writer}: LogRecord, authorshipOf: AuthorshipOf): Vouching {
  if (writer === undefined) return 'no';
  const author = authorshipOf(writer);
  if (author === 'mailer') return 'byJournal';
  return author === 'unsure' && writer.uid !== 0 ? 'doubtful' : 'no';
}

/**
 * Whether anybody can have written a line. Of root's lines the journal often knows no program any more, and nobody
 * else can write them.
 */
const isAnybodys = (record: LogRecord, authorshipOf: AuthorshipOf): boolean =>
  record.writer?.uid !== 0 && vouchingOf(record, authorshipOf) !== 'byJournal';

/** What the lines of a log are worth to each other under the setting `attribution`. */
export class Authors {
  readonly #authorshipOf: AuthorshipOf;
  readonly #attribution: 'any' | 'verified';

  constructor(authorshipOf: AuthorshipOf, attribution: 'any' | 'verified') {
    this.#authorshipOf = authorshipOf;
    this.#attribution = attribution;
  }

  readonly of = (record: LogRecord): Vouching => vouchingOf(record, this.#authorshipOf);

  /** Whether what a line says of its client counts for nothing. */
  isUnheeded(record: LogRecord): boolean {
    return this.#attribution === 'verified' && isAnybodys(record, this.#authorshipOf);
  }

  /** Whether what a line says was done must be seen at its process, as nothing tells who wrote it. */
  needsSight(record: LogRecord): boolean {
    return this.#attribution === 'verified' && record.writer === undefined;
  }

  /** Another process than the client's writes of deliveries, so the machine vouches for none of these lines. */
  ofDelivery(record: LogRecord): Vouching {
    return this.isUnheeded(record) ? 'doubtful' : this.of(record);
  }

  /** Where only a verified word counts, another one does not dispute it. */
  outweighs(one: {readonly proof: Proof}, other: {readonly proof: Proof}): boolean {
    return isVerified(one.proof) && this.isOutweighed(other.proof);
  }

  /** Whether a word with this proof counts for nothing beside a verified one. */
  isOutweighed(proof: Proof): boolean {
    return this.#attribution === 'verified' && !isVerified(proof);
  }

  proofOf(record: LogRecord): Proof {
    return this.of(record) === 'byJournal' ? 'journal' : 'log';
  }
}

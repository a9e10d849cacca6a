/**
 * Decides how far to believe a record, by what the journal knows about its writer. The mailer's dialect recognises
 * its own writers (`dialect.ts`).
 *
 * The pid in the line does not count. syslog(3) sends the pid of the process's own pid namespace, so a mailer in a
 * container that shares our /dev/log always claims another number; and an attacker who is root and runs the mailer
 * cannot make it claim a false one. To look the process up in /proc, use the writer's pid; to compare with a queue
 * id, use the pid in the line.
 */
import {isVerified, type Proof} from './evidence.js';
import type {LogRecord, Writer} from '../log/record.js';

export type Authorship =
  | 'mailer'
  /**
   * Perhaps the mailer: root, when not even a program name was left; or a system user with the mailer's program,
   * as sendmail runs with `RunAsUser`, but also as a hacked web server would. Believed like a line in a file.
   */
  | 'unsure'
  /** Another program: the line does not count. */
  | 'other';

export type AuthorshipOf = (writer: Writer) => Authorship;

/** Debian policy 9.2.2: root and the users that packages create have lower ids; people have this or higher. */
export const firstOrdinaryUid = 1000;

/** Whether anything besides the line itself says that the mailer wrote it, or speaks against it. */
export type Vouching =
  /** The journal says that the mailer wrote it. */
  | 'byJournal'
  /** Nothing says who wrote it. */
  | 'no'
  /**
   * A system user wrote it: sendmail with `RunAsUser`, or a hacked web server. What is known about the envelope
   * proves nothing about such a line.
   */
  | 'doubtful';

export function vouchingOf({writer}: LogRecord, authorshipOf: AuthorshipOf): Vouching {
  if (writer === undefined) return 'no';
  const author = authorshipOf(writer);
  if (author === 'mailer') return 'byJournal';
  return author === 'unsure' && writer.uid !== 0 ? 'doubtful' : 'no';
}

/**
 * Whether any user could have written a line. The journal often does not know the program of root's lines, but
 * nobody except root can write them.
 */
const isAnybodys = (record: LogRecord, authorshipOf: AuthorshipOf): boolean =>
  record.writer?.uid !== 0 && vouchingOf(record, authorshipOf) !== 'byJournal';

/** How the lines of a log count against each other under the setting `attribution`. */
export class Authors {
  readonly #authorshipOf: AuthorshipOf;
  readonly #attribution: 'any' | 'verified';

  constructor(authorshipOf: AuthorshipOf, attribution: 'any' | 'verified') {
    this.#authorshipOf = authorshipOf;
    this.#attribution = attribution;
  }

  readonly of = (record: LogRecord): Vouching => vouchingOf(record, this.#authorshipOf);

  /** Whether what the line says about its client must be ignored. */
  isUnheeded(record: LogRecord): boolean {
    return this.#attribution === 'verified' && isAnybodys(record, this.#authorshipOf);
  }

  /** Nothing says who wrote the line, so the kernel must confirm, at its process, what the line claims. */
  needsSight(record: LogRecord): boolean {
    return this.#attribution === 'verified' && record.writer === undefined;
  }

  /** Deliveries are logged by another process than the client's, so the kernel vouches for none of these lines. */
  ofDelivery(record: LogRecord): Vouching {
    return this.isUnheeded(record) ? 'doubtful' : this.of(record);
  }

  /** Whether the first statement counts and the second is ignored, rather than disputing it. */
  outweighs(one: {readonly proof: Proof}, other: {readonly proof: Proof}): boolean {
    return isVerified(one.proof) && this.isOutweighed(other.proof);
  }

  /** Whether a statement with this proof is ignored beside a verified one. */
  isOutweighed(proof: Proof): boolean {
    return this.#attribution === 'verified' && !isVerified(proof);
  }

  proofOf(record: LogRecord): Proof {
    return this.of(record) === 'byJournal' ? 'journal' : 'log';
  }
}

/**
 * Knows which processes may now open connections to mail ports of other machines: the entries of the
 * configuration, with the present numbers of their users, and the programs allowed by hand.
 * `outgoing/allowed.ts` decides what an entry means.
 */
import {printable, quoted} from '../../base/printable.js';
import type {ProcessIdentity} from '../../base/process-identity.js';
import type {Say} from '../../base/say.js';
import {
  allowedByHand,
  type AllowedSender,
  allowedSenders,
  type Candidate,
  isAllowed,
} from '../allowed.js';
import type {Sighting} from '../owner.js';
import {runsFileAt} from '../../sys/proc/owners.js';
import type {Users} from '../../sys/proc/users.js';

/** Longest `USER:PROGRAM` in a line of the log. Characters. */
const entryCharacters = 200;

export class AllowedSenders {
  readonly #entries: readonly string[];
  readonly #users: Users;
  readonly #byHand: AllowedSender[];
  readonly #say: Say;
  #senders: readonly AllowedSender[] = [];

  /** @param byHand programs allowed by hand so far; `allow` adds to this list */
  constructor(entries: readonly string[], users: Users, byHand: AllowedSender[], say: Say) {
    this.#entries = entries;
    this.#users = users;
    this.#byHand = byHand;
    this.#say = say;
    this.refresh();
  }

  get all(): readonly AllowedSender[] {
    return this.#senders;
  }

  /** Whether the process may open connections to mail ports. */
  has(process: Candidate & ProcessIdentity): boolean {
    return isAllowed(process, this.#senders, (path) => runsFileAt(process.pid, path));
  }

  /** Allows the program until the daemon ends. Only the configuration allows it for good. */
  allow({owner}: Sighting, askedBy: string): void {
    if (owner === undefined || owner.executable === '' || owner.uid < 0) return;
    const entry = quoted(printable(`${owner.user}:${owner.executable}`, entryCharacters));
    const answer = allowedByHand(owner, this.#byHand.length);
    if (answer.kind === 'refused') {
      this.#say('warning', `not allowed: ${entry}, as ${askedBy} asked: ${answer.why}`);
      return;
    }
    this.#byHand.push(answer.sender);
    this.#senders = [...this.#senders, answer.sender];
    const message = `${entry} is allowed until the daemon ends, as ${askedBy} asked; for good: allowed_senders`;
    this.#say('notice', message);
  }

  /** Looks up the users' numbers again. */
  refresh(): void {
    const named = allowedSenders(this.#entries, (name) => this.#users.uidOf(name));
    this.#senders = [...named, ...this.#byHand];
  }
}

/**
 * What the watch on senders needs of the mailer's queue, and what stands in for it where nothing can reach the
 * queue: it says so, and nothing is held.
 */
import type {SenderKey} from '../whose/sender.js';

type Held =
  | {readonly kind: 'held'; readonly ids: readonly string[]}
  /** Printable, and the same each time for the same reason: it is said once. */
  | {readonly kind: 'unavailable'; readonly why: string};

interface MessageDetails {
  readonly subject: string;
  /** Empty: the message does not say. A hint: whoever wrote the message can write any. */
  readonly script: string;
}

export interface MailQueue {
  /** Has the mailer hold these messages, so that they can be released. Never fails. @param ids as the log has them */
  readonly hold: (ids: readonly string[], reason: string) => Promise<Held>;
  /** What stands in the headers of those that still wait. Never fails. */
  readonly detailsOf: (ids: readonly string[]) => Promise<readonly MessageDetails[]>;
  /** Messages of each sender that wait; undefined: nobody has looked. */
  readonly counts: () => ReadonlyMap<SenderKey, number> | undefined;
}

export const noQueue: MailQueue = {
  hold: () => Promise.resolve({kind: 'unavailable', why: 'this version cannot reach the queue'}),
  detailsOf: () => Promise.resolve([]),
  counts: () => undefined,
};

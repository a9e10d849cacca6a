/**
 * What the watch on senders needs from the mailer's queue, and how it gets it from sendmail's.
 * `holding.ts` decides which mail is held; `sys/queue`, how.
 */
import {headerOf, type QueuedMessage} from '../../queue/message.js';
import {holdMessages} from '../../sys/queue/hold.js';
import {whyNotHeld} from '../../sys/queue/hold-rights.js';
import {readMessages, WaitingMessages} from '../../sys/queue/read-queue.js';
import {listQueue} from '../../sys/queue/states.js';

export interface Held {
  /** Those that are held now. */
  readonly done: readonly string[];
  /** Those that still wait, each with why: being delivered, or sendmail may not. */
  readonly busy: readonly {readonly id: string; readonly why: string}[];
}

interface MessageDetails {
  readonly id: string;
  readonly subject: string;
  /** Empty: the message does not say. A hint: the author of the message can write any. */
  readonly script: string;
}

/** What is in the queue now. */
export interface Listed {
  /** By id. */
  readonly messages: ReadonlyMap<string, 'waiting' | 'held'>;
  /** What of the queue could not be read, each with why. */
  readonly unread: readonly string[];
}

export interface MailQueue {
  /** Has the mailer hold these messages, so that they can be released. Never fails. @param ids as the log has them */
  readonly hold: (ids: readonly string[], reason: string) => Promise<Held>;
  /** What stands in the headers of those that are still there. */
  readonly detailsOf: (ids: readonly string[]) => readonly MessageDetails[];
  /** The same for many, again and again: of those that wait for the relay. What it costs is bounded. */
  readonly newReader: () => MailQueue['detailsOf'];
  /** By the names of the files alone: no message is opened. Undefined: no queue can be read. Never fails. */
  readonly list: () => Promise<Listed | undefined>;
  /** Why this process cannot have mail held; undefined: nothing speaks against it. */
  readonly whyNotHeld: () => string | undefined;
}

/** The program that writes mail from PHP puts its own name there, if its settings ask for it. */
const scriptHeader = 'x-php-originating-script';

const detailsIn = ({id, control}: QueuedMessage): MessageDetails => ({
  id,
  subject: headerOf(control, 'subject') ?? '',
  script: headerOf(control, scriptHeader) ?? '',
});

export const sendmailQueue: MailQueue = {
  hold: async (ids, reason) => {
    const {done, left} = await holdMessages(ids, reason);
    return {done, busy: left.filter(({is}) => is === 'there')};
  },
  detailsOf: (ids) => readMessages(ids).map(detailsIn),
  newReader: () => {
    const messages = new WaitingMessages();
    return (ids) => messages.read(ids).map(detailsIn);
  },
  list: () => listQueue(),
  whyNotHeld: () => whyNotHeld(),
};

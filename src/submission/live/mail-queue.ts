/**
 * What the watch on senders needs from the mailer's queue, and how sendmail's queue provides it.
 * `holding.ts` decides which mail to hold, and `sys/queue` how.
 */
import {headerOf, type QueuedMessage} from '../../queue/message.js';
import {holdMessages} from '../../sys/queue/hold.js';
import {whyNotHeld} from '../../sys/queue/hold-rights.js';
import {readMessages, WaitingMessages} from '../../sys/queue/read-queue.js';
import {listQueue} from '../../sys/queue/states.js';

export interface Held {
  /** Messages that are held now. */
  readonly done: readonly string[];
  /** Messages that are not held, each with the reason: it is being delivered, or sendmail has no right to. */
  readonly busy: readonly {readonly id: string; readonly why: string}[];
}

interface MessageDetails {
  readonly id: string;
  readonly subject: string;
  /** Empty: the message names none. Only a hint, because the author of the message can write any name. */
  readonly script: string;
}

/** The messages that are in the queue now. */
export interface Listed {
  /** By id. */
  readonly messages: ReadonlyMap<string, 'waiting' | 'held'>;
  /** The parts of the queue that could not be read, each with the reason. */
  readonly unread: readonly string[];
}

export interface MailQueue {
  /** Makes the mailer hold these messages, so that they can be released later. Never fails. @param ids as in the log */
  readonly hold: (ids: readonly string[], reason: string) => Promise<Held>;
  /** Details from the headers of the messages that are still there. */
  readonly detailsOf: (ids: readonly string[]) => readonly MessageDetails[];
  /** Makes a reader that does the same for many calls, also for mail that waits for the relay. Its cost is bounded. */
  readonly newReader: () => MailQueue['detailsOf'];
  /** Reads only the names of the files, and opens no message. Undefined: no queue can be read. Never fails. */
  readonly list: () => Promise<Listed | undefined>;
  /** Why this process cannot have mail held; undefined: no reason is known. */
  readonly whyNotHeld: () => string | undefined;
}

/** PHP writes the name of the script into this header, if its settings say so. */
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

/**
 * Finds out which script sent a mail. The log does not say, but PHP may have written a header,
 * which is in the queue until the mail is delivered. So this reads the control file of each
 * mail of a local user once, soon after its line came. Decides which files to read, and when. A header proves
 * nothing, because any program can write it.
 */
import type {Say} from '../../base/say.js';
import type {Fact} from '../whose/fact.js';
import {type SenderKey, uidIn} from '../whose/sender.js';
import type {MailQueue} from './mail-queue.js';
import {monotonicMs, pauseUnless} from '../../sys/run/clock.js';

/** Waits so long, to read several files at once. Ms: most mail is in the queue for longer. */
const delayMs = 100;
/** At most so many mails in one look. A count: each costs a look into each queue, and a part of a flood is enough. */
export const mostAtOnce = 100;

/** Looks take at most this share of the time, because the log waits for them. */
export const mostShare = 0.1;

type Mail = Extract<Fact, {kind: 'mail'}>;

interface ReadingParts {
  readonly ownHost: string;
  readonly queue: Pick<MailQueue, 'newReader'>;
  /** Called with the script of a mail and its number of recipients. */
  readonly onScript: (sender: SenderKey, script: string, recipients: number) => void;
  readonly say: Say;
  /** A monotonic clock. Ms; default: that of this machine. */
  readonly clock?: () => number;
}

export class ScriptReading {
  readonly #parts: ReadingParts;
  readonly #detailsOf: MailQueue['detailsOf'];
  readonly #clock: () => number;
  /** No look begins before this time. */
  #restUntilMs = Number.NEGATIVE_INFINITY;
  readonly #stop = new AbortController();
  #asked = new Map<string, Mail>();
  #look: Promise<void> = Promise.resolve();

  constructor(parts: ReadingParts) {
    this.#parts = parts;
    this.#detailsOf = parts.queue.newReader();
    this.#clock = parts.clock ?? monotonicMs;
  }

  /** Never waits, never fails. */
  take(mail: Mail): void {
    const {host, queueId} = mail.place;
    // The queue of another relay is on another machine.
    const isHere = host === '' || host === this.#parts.ownHost;
    if (!isHere || uidIn(mail.sender) === undefined || this.#stop.signal.aborted) return;
    if (this.#asked.size >= mostAtOnce) return;
    this.#asked.set(queueId, mail);
    if (this.#asked.size === 1) this.#look = this.#soon();
  }

  /** Ends all looks. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#look;
  }

  async #soon(): Promise<void> {
    const restMs = this.#restUntilMs - this.#clock();
    await pauseUnless(this.#stop.signal, Math.max(delayMs, restMs));
    const asked = this.#asked;
    this.#asked = new Map();
    if (this.#stop.signal.aborted) return;
    const {onScript, say} = this.#parts;
    const beganMs = this.#clock();
    try {
      for (const {id, script} of this.#detailsOf([...asked.keys()])) {
        const mail = asked.get(id);
        if (mail !== undefined && script !== '') onScript(mail.sender, script, mail.recipients);
      }
    } catch (error) {
      say('error', `outgoing mail: scripts not read: ${(error as Error).message}`);
    }
    const endMs = this.#clock();
    this.#restUntilMs = endMs + (endMs - beganMs) * (1 / mostShare - 1);
  }
}

/**
 * Finds out which script sent a mail. The log does not say, but PHP may have written a header,
 * which is in the queue until the mail is delivered. So it looks once at the control file of each
 * mail of a local user, soon after its line was read. Decides which to look at, and when; a header
 * is the word of the program that wrote it.
 */
import type {Say} from '../../base/say.js';
import type {Fact} from '../whose/fact.js';
import {type SenderKey, uidIn} from '../whose/sender.js';
import type {MailQueue} from './mail-queue.js';
import {monotonicMs, pauseUnless} from '../../sys/run/clock.js';

/** Several are looked for at once. Ms: most mail waits for longer. */
const delayMs = 100;
/** In one look. A count: each costs a look in each queue; of a flood a part is enough. */
export const mostAtOnce = 100;

/** Looks take no more than this part of the time, or the log would wait for them. */
export const mostShare = 0.1;

type Mail = Extract<Fact, {kind: 'mail'}>;

interface ReadingParts {
  readonly ownHost: string;
  readonly queue: Pick<MailQueue, 'newReader'>;
  /** The script of a mail with so many recipients. */
  readonly onScript: (sender: SenderKey, script: string, recipients: number) => void;
  readonly say: Say;
  /** A clock that nobody sets. Ms; default: that of this machine. */
  readonly clock?: () => number;
}

export class ScriptReading {
  readonly #parts: ReadingParts;
  readonly #detailsOf: MailQueue['detailsOf'];
  readonly #clock: () => number;
  /** No look before. */
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
    // Of another relay the queue lies elsewhere.
    const isHere = host === '' || host === this.#parts.ownHost;
    if (!isHere || uidIn(mail.sender) === undefined || this.#stop.signal.aborted) return;
    if (this.#asked.size >= mostAtOnce) return;
    this.#asked.set(queueId, mail);
    if (this.#asked.size === 1) this.#look = this.#soon();
  }

  /** Looks no more. */
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

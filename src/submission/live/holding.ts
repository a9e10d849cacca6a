/**
 * Makes the mailer hold the mail that the book names: each message once, one round at a time. Tries
 * again if a message was being delivered. Held mail stays in the queue, and nothing here releases it.
 * `submission/book.ts` decides whose mail to hold.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {State} from '../../guard/state.js';
import type {Alarm} from '../limits.js';
import type {SenderBook} from '../book.js';
import {mostInTransit, waitingOf} from '../whose/in-transit.js';
import type {SenderKey} from '../whose/sender.js';
import type {MailQueue} from './mail-queue.js';

/** At most so many messages are held in one round. A count: sendmail takes 8 to 28 ms for each. */
export const mostHeldAtOnce = 500;
/** At most so many ids of held or vanished messages are remembered. A count: as many as mail on its way; some hundred bytes each. */
export const mostNoted = 50_000;
/** Noted instead of a sender if the message was no longer in the queue. */
const gone = '';
/** A single message that is being delivered is tried again for this long. Ms. */
const retryMs = 10 * 60_000;

/** The unit as it is shipped lacks rights to hold mail. */
const cure = 'see init/queue.conf, and blocksmtp doctor';

interface HoldingParts {
  readonly config: Pick<Config, 'dryRun' | 'attribution'>;
  readonly state: Pick<State, 'mailInTransit'>;
  readonly book: Pick<SenderBook, 'toHold'>;
  readonly queue: Pick<MailQueue, 'hold' | 'whyNotHeld'>;
  readonly say: Say;
}

interface Wanted {
  readonly sender: SenderKey;
  readonly alarm: Alarm;
  readonly ids: readonly string[];
}

export class Holding {
  readonly #parts: HoldingParts;
  readonly #troubles: Troubles;
  /** Ids that were held. Each is held once, so that a message that an operator releases stays released. */
  readonly #held = new Map<string, SenderKey>();
  /** Single messages that still have to be held. */
  readonly #single = new Map<string, Omit<Wanted, 'ids'> & {readonly untilMs: number}>();
  #round: Promise<void> = Promise.resolve();
  #isStopped = false;
  #trouble: string | undefined;

  constructor(parts: HoldingParts) {
    this.#parts = parts;
    this.#troubles = new Troubles(parts.say);
  }

  /** Why nothing can be held; undefined: no reason is known. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Lets the current run of sendmail end, and begins no other. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Logs at the start what the operator must know before the first attack. */
  check(): void {
    this.#see(this.#parts.queue.whyNotHeld());
  }

  /** How many messages of a sender are held, since the start. */
  heldOf(sender: SenderKey): number {
    return [...this.#held.values()].filter((each) => each === sender).length;
  }

  /** One at a time. Never fails. */
  round(nowMs: number): Promise<void> {
    this.#round = this.#round
      .then(() => this.#hold(nowMs))
      .catch((error: unknown) => {
        this.#parts.say('error', `outgoing mail: not held: ${(error as Error).message}`);
      });
    return this.#round;
  }

  async #hold(nowMs: number): Promise<void> {
    const {queue, config, say} = this.#parts;
    let room = mostHeldAtOnce;
    for (const {sender, alarm, ids: all} of this.#wanted(nowMs)) {
      const ids = all.filter((id) => !this.#held.has(id)).slice(0, room);
      if (ids.length === 0) continue;
      if (this.#isStopped) return;
      room -= ids.length;
      if (config.dryRun) {
        say('notice', `would hold ${ids.length} messages of ${sender}`);
        this.#note(ids, sender);
        continue;
      }
      const why = queue.whyNotHeld();
      this.#see(why);
      if (why !== undefined) return;
      const {done, busy} = await queue.hold(
        ids,
        `blocksmtp: ${sender} ${alarm.kind} ${alarm.count}`,
      );
      this.#note(done, sender);
      // A message that is neither held nor being delivered has left the queue. It is not tried again.
      const known = new Set([...done, ...busy.map(({id}) => id)]);
      this.#note(
        ids.filter((id) => !known.has(id)),
        gone,
      );
      if (done.length > 0)
        say('notice', `outgoing mail: ${done.length} messages of ${sender} are held`);
      this.#left(busy);
    }
  }

  /** Waiting messages of the senders over a limit, and single messages. */
  #wanted(nowMs: number): Wanted[] {
    const {book, config, state} = this.#parts;
    const which = config.attribution === 'verified' ? 'onlyVouched' : 'any';
    const wanted: Wanted[] = [];
    for (const {sender, alarm, what} of book.toHold(nowMs)) {
      if (what === 'waiting') {
        const ids = waitingOf(state.mailInTransit, sender, which, mostInTransit);
        wanted.push({sender, alarm, ids});
      } else if (this.#single.size < mostHeldAtOnce) {
        this.#single.set(what.queueId, {sender, alarm, untilMs: nowMs + retryMs});
      }
    }
    for (const [id, {sender, alarm, untilMs}] of this.#single) {
      if (nowMs > untilMs || this.#held.has(id)) this.#single.delete(id);
      else wanted.unshift({sender, alarm, ids: [id]});
    }
    return wanted;
  }

  #see(why: string | undefined): void {
    this.#trouble = why;
    if (why === undefined) this.#troubles.end('hold', 'outgoing mail: it can be held now');
    else this.#troubles.begin('hold', `outgoing mail: cannot be held: ${why}; ${cure}`);
  }

  /** The next round tries these messages again. */
  #left(busy: readonly {readonly id: string; readonly why: string}[]): void {
    const [first] = busy;
    if (first === undefined) this.#troubles.end('busy');
    else {
      // The log has the same text only once, so it must have no id.
      const why = first.why.includes(first.id) ? 'sendmail leaves them' : first.why;
      const what = 'outgoing mail: some messages are not held yet, and are tried again';
      this.#troubles.begin('busy', `${what}: ${why}`);
    }
  }

  /** Bounded: the oldest ids are forgotten. At worst such a message is held again, even if an operator released it. */
  #note(ids: readonly string[], sender: SenderKey): void {
    for (const id of ids) this.#held.set(id, sender);
    for (const id of this.#held.keys()) {
      if (this.#held.size <= mostNoted) return;
      this.#held.delete(id);
    }
  }
}

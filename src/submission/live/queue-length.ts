/**
 * Takes each look into the mailer's queue, and carries out what `submission/queue/length.ts` decides about its length:
 * writes a log line, a warning, and a row of the state.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {State} from '../../guard/state.js';
import {type LongQueueView, longQueueView, looked, type QueueNews} from '../queue/length.js';
import {endText, queueWarning} from '../queue/warning.js';
import type {SenderKey} from '../whose/sender.js';
import type {Listed} from './mail-queue.js';
import type {MailWarner} from './mail-warner.js';

interface LengthParts {
  readonly config: Pick<Config, 'outgoingMail' | 'mailQueueAlarm'>;
  readonly state: Pick<State, 'mailQueue'>;
  readonly ownHost: string;
  readonly warner: Pick<MailWarner, 'warn'>;
  readonly onCount: () => void;
  readonly say: Say;
}

/** The only row. */
const key = 'length';

export class QueueLengthWatch {
  readonly #parts: LengthParts;
  readonly #troubles: Troubles;

  constructor(parts: LengthParts) {
    this.#parts = parts;
    this.#troubles = new Troubles(parts.say);
  }

  get view(): LongQueueView {
    const {state, config} = this.#parts;
    return longQueueView(state.mailQueue.get(key), config.mailQueueAlarm);
  }

  /**
   * @param listed undefined: no queue can be read, so the length is unknown
   * @param senders waiting messages of each sender
   */
  take(
    listed: Listed | undefined,
    count: number,
    senders: ReadonlyMap<SenderKey, number>,
    nowMs: number,
  ): void {
    const {state, config, onCount} = this.#parts;
    this.#see(listed);
    if (listed === undefined) return;
    const of = listed.unread.length === 0 ? 'whole' : 'part';
    const look = {count, of, atMs: nowMs} as const;
    const {length, news} = looked(state.mailQueue.get(key), look, config.mailQueueAlarm);
    state.mailQueue.set(key, length);
    onCount();
    if (news !== undefined) this.#tell(news, senders, nowMs);
  }

  #tell(news: QueueNews, senders: ReadonlyMap<SenderKey, number>, atMs: number): void {
    const {config, ownHost, warner, say} = this.#parts;
    if (news.kind === 'ended') {
      say('notice', endText(news));
      return;
    }
    const warning = queueWarning({news, senders, host: ownHost, atMs});
    if (config.outgoingMail === 'observe' || news.how === 'quiet') say('warning', warning.text);
    else warner.warn(warning, 'queue');
  }

  #see(listed: Listed | undefined): void {
    const what = 'the length of the queue is not watched';
    if (listed === undefined)
      this.#troubles.begin('queue', `outgoing mail: no queue can be read; ${what}`, 'warning');
    else this.#troubles.end('queue', 'outgoing mail: the queue can be read now');
    const [first] = listed?.unread ?? [];
    if (first === undefined) this.#troubles.end('part');
    else
      this.#troubles.begin(
        'part',
        `outgoing mail: not all of the queue can be read: ${first}`,
        'warning',
      );
  }
}

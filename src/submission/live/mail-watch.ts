/**
 * Watches senders while the daemon runs: gives each record to the joining and its facts to the book, sends
 * the warnings that are due, and looks into the queue each half minute. `whose/` decides whose mail it is,
 * `submission/limits.ts` what is too much, and `holding.ts` which messages to hold.
 */
import {countText} from '../../base/count.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {ReadRecord} from '../../guard/outcome.js';
import type {State} from '../../guard/state.js';
import type {LogRecord} from '../../log/record.js';
import type {Dialect} from '../../mail/dialect.js';
import type {MailEvent} from '../../mail/mail-event.js';
import {alarmWarning, labelWarning, mostIds} from '../alarm-text.js';
import {type Due, SenderBook, type Totals} from '../book.js';
import {LabelLimits} from '../label-limits.js';
import {type Alarm, whyOnlyWarned} from '../limits.js';
import {usualMost} from '../normal.js';
import type {LongQueueView} from '../queue/length.js';
import {Samples} from '../samples.js';
import {hourOf, lastHour, sumSince} from '../sender-record.js';
import {bookSettings, joiningRules} from '../settings.js';
import type {Fact} from '../whose/fact.js';
import {countIn, type QueuedCount, queuedCounts, waitingIn} from '../whose/in-transit.js';
import {Joining} from '../whose/joining.js';
import {type SenderKey, uidIn} from '../whose/sender.js';
import {Holding} from './holding.js';
import type {MailQueue} from './mail-queue.js';
import {MailWarner} from './mail-warner.js';
import {QueueLengthWatch} from './queue-length.js';
import {ScriptReading} from './script-reading.js';
import {Users} from '../../sys/proc/users.js';
import {pauseUnless} from '../../sys/run/clock.js';

/** How often mail of senders over a limit is held. Ms. */
const holdMs = 30_000;
/** A warning waits for the holding for at most so long, so that it can say what is held. Ms. */
const mostWaitMs = 10_000;
const noWays = {
  warnMail: '',
  warnCommand: '',
  warnWebhook: '',
  warnUser: '',
  mailActionCommand: '',
};

interface WatchParts {
  readonly config: Config;
  readonly state: Pick<
    State,
    'mailSenders' | 'mailBook' | 'mailInTransit' | 'mailLogins' | 'mailQueue'
  >;
  readonly dialect: Pick<Dialect, 'read' | 'readTransit' | 'pieces' | 'authorshipOf' | 'isProgram'>;
  readonly ownHost: string;
  readonly queue: MailQueue;
  /** The clock. Ms since the epoch. */
  readonly now: () => number;
  /** Called when the state has changed. */
  readonly onCount: () => void;
  readonly say: Say;
}

export class MailWatch {
  readonly #parts: WatchParts;
  readonly #users = new Users();
  readonly #settings: ReturnType<typeof bookSettings>;
  readonly #book: SenderBook;
  readonly #joining: Joining;
  readonly #samples = new Samples();
  readonly #labels = new LabelLimits();
  readonly #warner: MailWarner;
  readonly #holding: Holding;
  readonly #scripts: ScriptReading;
  readonly #length: QueueLengthWatch;
  /** The result of the last look into the queue; undefined: there was none. */
  #queued: ReadonlyMap<SenderKey, QueuedCount> | undefined;
  #inQueue: QueuedCount | undefined;
  readonly #telling = new Set<Promise<void>>();

  constructor(parts: WatchParts) {
    const {config, state, dialect, ownHost, say, now} = parts;
    this.#parts = parts;
    this.#settings = bookSettings(config, (name) => this.#users.uidOf(name));
    this.#book = new SenderBook(state, this.#settings);
    this.#book.begin(now());
    this.#joining = new Joining(state, joiningRules(dialect, ownHost, this.#settings));
    this.#warner = new MailWarner(config.dryRun ? noWays : config, say);
    const {queue, onCount} = parts;
    this.#length = new QueueLengthWatch({
      ...{config, state, ownHost, warner: this.#warner, onCount, say},
    });
    this.#holding = new Holding({config, state, book: this.#book, queue, say});
    this.#scripts = new ScriptReading({
      ...{ownHost, queue, say},
      onScript: (sender, script, recipients) => {
        this.#book.seeScript(sender, script, recipients);
        onCount();
      },
    });
  }

  get book(): SenderBook {
    return this.#book;
  }

  get totals(): Totals {
    return this.#book.totals;
  }

  /** Messages of each sender in the queue; undefined: it was not read yet. */
  get queued(): ReadonlyMap<SenderKey, QueuedCount> | undefined {
    return this.#queued;
  }

  /** All messages in the mailer's queue; undefined: it was not read yet, or cannot be read. */
  get inQueue(): QueuedCount | undefined {
    return this.#inQueue;
  }

  /** Whether the queue is too long. */
  get longQueue(): LongQueueView {
    return this.#length.view;
  }

  /** Why nothing can be held, if the settings want it held. */
  get holdTrouble(): string | undefined {
    return this.#holding.trouble;
  }

  /** @param reading what the guard read. It has joined the pieces of the line already */
  take(given: LogRecord, reading: ReadRecord): void {
    const {dialect, onCount} = this.#parts;
    const record = recordOf(given, reading, dialect);
    if (record === undefined) return;
    const event = eventOf(record, reading, dialect);
    const step = dialect.readTransit(record, event);
    if (step === undefined) return;
    const facts = this.#joining.take(record, step);
    for (const fact of facts) this.#see(fact);
    onCount();
  }

  /** Looks and holds again and again until the signal. Never fails. */
  async run(stop: AbortSignal): Promise<void> {
    if (this.#isWanted) this.#holding.check();
    const ended = new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      stop.addEventListener('abort', () => resolve(), {once: true});
    });
    for (;;) {
      await pauseUnless(stop, holdMs);
      if (stop.aborted) break;
      const tick = this.tick().catch((error: unknown) => {
        this.#parts.say('error', `outgoing mail: ${(error as Error).message}`);
      });
      // A run of sendmail may take minutes, and must not delay shutdown.
      await Promise.race([tick, ended]);
    }
    this.#holding.stop();
    await this.#scripts.stop();
    await Promise.all(this.#telling);
    await this.#warner.stop();
  }

  /** The work of each half minute. */
  async tick(): Promise<void> {
    const {queue, now, state} = this.#parts;
    for (const fact of this.#joining.sweep(now())) this.#see(fact);
    const listed = await queue.list();
    this.#inQueue = listed && countIn(listed.messages);
    this.#queued = listed && queuedCounts(state.mailInTransit, listed.messages);
    const waiting = this.#waiting;
    this.#length.take(listed, this.#inQueue?.waiting ?? 0, waiting ?? new Map(), now());
    const due = waiting === undefined ? [] : this.#book.seeQueue(waiting, now());
    for (const each of due) this.#warn(each);
    await this.#holding.round(now());
  }

  /** Whether to hold mail. A dry run logs what it would hold. */
  get #isWanted(): boolean {
    const {outgoingMail, dryRun} = this.#parts.config;
    return outgoingMail === 'quarantine' && !dryRun;
  }

  get #waiting(): ReadonlyMap<SenderKey, number> | undefined {
    return this.#queued && waitingIn(this.#queued);
  }

  #see(fact: Fact): void {
    if (fact.kind === 'labelChanged') {
      this.#label(fact);
      return;
    }
    const due = this.#book.take(fact, this.#parts.now());
    if (fact.kind !== 'apart') this.#samples.take(fact);
    if (fact.kind === 'mail') this.#scripts.take(fact);
    if (due !== undefined) this.#warn(due);
  }

  #label({what, user, host, atMs}: Extract<Fact, {kind: 'labelChanged'}>): void {
    const {now} = this.#parts;
    const intervalMs = this.#settings.warnInterval * 1000;
    if (this.#labels.tell(`${host} ${user}`, intervalMs, now()) === 'silent') return;
    const isHere = host === '' || host === this.#parts.ownHost;
    const name = isHere && /^\d{1,10}$/.test(user) ? this.#users.knownName(Number(user)) : user;
    this.#warner.warn(labelWarning(what, user, name, host, atMs), 'label');
  }

  /** Sends a warning, with details of the messages if the queue has them. */
  #warn(due: Due): void {
    const telling = this.#tell(due)
      .catch((error: unknown) => {
        this.#parts.say(
          'error',
          `outgoing mail: cannot report an event: ${(error as Error).message}`,
        );
      })
      .finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }

  async #tell({sender, alarm, atMs}: Due): Promise<void> {
    const {state, queue, ownHost} = this.#parts;
    const record = state.mailSenders.get(sender);
    if (record === undefined) return;
    const {ids, ...sample} = this.#samples.of(sender);
    const details = queue.detailsOf(ids.slice(0, mostIds));
    const deed = await this.#deed(sender, alarm);
    const {recipients, failed, vouched} = lastHour(record, atMs);
    const uid = uidIn(sender);
    const isKnown = vouched > 0 && vouched === recipients;
    const facts = {
      ...{sender, alarm, atMs, host: ownHost, ids, ...sample},
      userName: uid === undefined ? sender : this.#users.knownName(uid),
      lastHour: recipients,
      lastDay: sumSince(record, hourOf(atMs) - 23).recipients,
      failedShare: recipients + failed === 0 ? 0 : failed / Math.max(recipients, failed),
      normal: usualMost(record.normal, hourOf(atMs)),
      subjects: texts(details.map(({subject}) => subject)),
      scripts: texts(details.map(({script}) => script)),
      proof: isKnown ? ('journal' as const) : ('log' as const),
      deed,
    };
    this.#warner.warn(alarmWarning(facts), 'sender');
  }

  /** Holds what is to be held now. @returns what is held or why not, as text; empty: nothing yet */
  async #deed(sender: SenderKey, alarm: Alarm): Promise<string> {
    if (!this.#isWanted) return '';
    const round = this.#holding.round(this.#parts.now());
    const patience = new AbortController();
    await Promise.race([round, pauseUnless(patience.signal, mostWaitMs)]);
    patience.abort();
    const count = this.#holding.heldOf(sender);
    const why = whyOnlyWarned(alarm) ?? (count > 0 ? undefined : this.#holding.trouble);
    return [
      ...(count > 0 ? [`${countText(count, 'message')} of it held: blocksmtp queue --held`] : []),
      ...(why === undefined ? [] : [`not held: ${why}`]),
    ].join('; ');
  }
}

/** Each text once, without empty ones. */
const texts = (all: readonly string[]): string[] => [...new Set(all.filter((text) => text !== ''))];

/** Takes the event from the guard if it has one, because most lines name no client and would be read twice. */
function eventOf(
  record: LogRecord,
  reading: ReadRecord,
  dialect: Pick<Dialect, 'read'>,
): MailEvent | undefined {
  if (reading.kind === 'event') return reading.event;
  return reading.reason === 'noClient' ? undefined : dialect.read(record);
}

/**
 * The record with the whole message. The guard ignores lines that ordinary users wrote. But the submission runs as such a
 * user, so its lines are read here too; the joining knows what they may say about whom.
 */
function recordOf(
  given: LogRecord,
  reading: ReadRecord,
  {pieces}: Pick<Dialect, 'pieces'>,
): LogRecord | undefined {
  if (reading.kind === 'event') return reading.record;
  if (reading.reason === 'noClient') return reading.record;
  if (reading.reason !== 'otherWriter' || pieces.mayBePiece(given.message)) return undefined;
  return given;
}

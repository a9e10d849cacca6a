/**
 * The watch on senders while the daemon runs: gives each record to the joining and its facts to the book, carries out
 * the warnings that are due, and each half minute has the mail held that the book names. Whose a mail is, `whose/`
 * decides; what is too much, `submission/limits.ts`; how the queue is changed, the giver of `MailQueue`.
 */
import {Complaints} from '../../base/mechanisms/complaints.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {ReadRecord} from '../../guard/outcome.js';
import type {State} from '../../guard/state.js';
import type {LogRecord} from '../../log/record.js';
import type {Dialect} from '../../mail/dialect.js';
import {alarmWarning, labelWarning, mostIds} from '../alarm-text.js';
import {type Due, SenderBook, type Totals} from '../book.js';
import {LabelLimits} from '../label-limits.js';
import {usualMost} from '../normal.js';
import {Samples} from '../samples.js';
import {hourOf, lastHour, sumSince} from '../sender-record.js';
import {bookSettings, joiningRules} from '../settings.js';
import type {Fact} from '../whose/fact.js';
import {waitingOf} from '../whose/in-transit.js';
import {Joining} from '../whose/joining.js';
import {uidIn} from '../whose/sender.js';
import type {MailQueue} from './mail-queue.js';
import {MailWarner} from './mail-warner.js';
import {Users} from '../../sys/proc/users.js';
import {pauseUnless} from '../../sys/run/clock.js';

/** How often mail of those over a limit is held. Ms. */
const holdMs = 30_000;
/** Messages held in one run. A count: sendmail takes 8 to 28 ms for each. */
const mostHeldAtOnce = 500;
const noWays = {
  warnMail: '',
  warnCommand: '',
  warnWebhook: '',
  warnUser: '',
  mailActionCommand: '',
};

interface WatchParts {
  readonly config: Config;
  readonly state: Pick<State, 'mailSenders' | 'mailBook' | 'mailInTransit' | 'mailLogins'>;
  readonly dialect: Pick<Dialect, 'read' | 'readTransit' | 'pieces' | 'authorshipOf' | 'isProgram'>;
  readonly ownHost: string;
  readonly queue: MailQueue;
  /** The time by the clock. Ms since the epoch. */
  readonly now: () => number;
  /** The state has changed. */
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
  readonly #complaints: Complaints;
  /** Ids that were handed to the queue already: each is held once. */
  readonly #held = new Set<string>();
  readonly #telling = new Set<Promise<void>>();

  constructor(parts: WatchParts) {
    const {config, state, dialect, ownHost, say} = parts;
    this.#parts = parts;
    this.#settings = bookSettings(config, (name) => this.#users.uidOf(name));
    this.#book = new SenderBook(state, this.#settings);
    this.#joining = new Joining(state, joiningRules(dialect, ownHost, this.#settings));
    this.#warner = new MailWarner(config.dryRun ? noWays : config, say);
    this.#complaints = new Complaints(say);
  }

  get book(): SenderBook {
    return this.#book;
  }

  get totals(): Totals {
    return this.#book.totals;
  }

  /** @param reading what the guard made of it: a line is put together once */
  take(given: LogRecord, reading: ReadRecord): void {
    const {dialect, onCount} = this.#parts;
    const record = recordOf(given, reading, dialect);
    if (record === undefined) return;
    const event = reading.kind === 'event' ? reading.event : dialect.read(record);
    const step = dialect.readTransit(record, event);
    if (step === undefined) return;
    const facts = this.#joining.take(record, step);
    for (const fact of facts) this.#see(fact);
    onCount();
  }

  /** Holds what is to be held, until the signal is given. Never fails. */
  async run(stop: AbortSignal): Promise<void> {
    for (;;) {
      await pauseUnless(stop, holdMs);
      if (stop.aborted) break;
      await this.tick();
    }
    await Promise.all(this.#telling);
    await this.#warner.stop();
  }

  /** What is done each half minute. */
  async tick(): Promise<void> {
    const {queue, now} = this.#parts;
    for (const fact of this.#joining.sweep(now())) this.#see(fact);
    const queued = queue.counts();
    const due = queued === undefined ? [] : this.#book.seeQueue(queued, now());
    for (const each of due) this.#warn(each);
    await this.#hold(queued);
  }

  #see(fact: Fact): void {
    if (fact.kind === 'labelChanged') {
      this.#label(fact);
      return;
    }
    const due = this.#book.take(fact, this.#parts.now());
    if (fact.kind !== 'apart') this.#samples.take(fact);
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

  /** With what the queue tells of the messages, where that comes. */
  #warn(due: Due): void {
    const telling = this.#tell(due)
      .catch((error: unknown) => {
        this.#parts.say('error', `outgoing mail: not told of: ${(error as Error).message}`);
      })
      .finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }

  async #tell({sender, alarm, atMs}: Due): Promise<void> {
    const {state, queue, ownHost, config} = this.#parts;
    const record = state.mailSenders.get(sender);
    if (record === undefined) return;
    const {ids, ...sample} = this.#samples.of(sender);
    const details = await queue.detailsOf(ids.slice(0, mostIds));
    const {recipients, failed, vouched} = lastHour(record, atMs);
    const uid = uidIn(sender);
    const isKnown = vouched > 0 && vouched === recipients;
    const isHeld =
      config.outgoingMail === 'quarantine' && (config.attribution === 'any' || isKnown);
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
      deed: isHeld ? 'its waiting mail is held: blocksmtp queue --held' : '',
    };
    this.#warner.warn(alarmWarning(facts), 'sender');
  }

  async #hold(queued: ReturnType<MailQueue['counts']>): Promise<void> {
    const {queue, now, state, config, say} = this.#parts;
    const verified = config.attribution === 'verified' ? 'onlyVouched' : 'any';
    let room = mostHeldAtOnce;
    for (const {sender, alarm, what} of this.#book.toHold(now(), queued)) {
      if (room <= 0) return;
      const waiting =
        what === 'waiting'
          ? waitingOf(state.mailInTransit, sender, verified, mostHeldAtOnce)
          : [what.queueId];
      const ids = waiting.filter((id) => !this.#held.has(id)).slice(0, room);
      if (ids.length === 0) continue;
      room -= ids.length;
      if (config.dryRun) {
        say('notice', `would hold ${ids.length} messages of ${sender}`);
        continue;
      }
      const held = await queue.hold(ids, `blocksmtp: ${sender} ${alarm.kind} ${alarm.count}`);
      if (held.kind === 'unavailable') {
        this.#complaints.begin('hold', `outgoing mail: not held: ${held.why}`);
        return;
      }
      this.#complaints.end('hold', 'outgoing mail: it can be held again');
      this.#note(ids);
      say('notice', `outgoing mail: ${held.ids.length} messages of ${sender} are held`);
    }
  }

  /** Bounded: the oldest are forgotten, and at worst held a second time, which changes nothing. */
  #note(ids: readonly string[]): void {
    for (const id of ids) this.#held.add(id);
    for (const id of this.#held) {
      if (this.#held.size <= mostNoted) return;
      this.#held.delete(id);
    }
  }
}

/** Held ids that are remembered. A count: some hundred bytes each. */
const mostNoted = 10_000;

/** Each once, without empty ones. */
const texts = (all: readonly string[]): string[] => [...new Set(all.filter((text) => text !== ''))];

/**
 * The whole message, of a mailer's program. The guard leaves out what ordinary users wrote; the submission runs as
 * they do, and what it may say of whom the joining knows.
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

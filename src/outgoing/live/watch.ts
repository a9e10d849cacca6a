/**
 * The watch on outgoing mail: keeps looking who opens connections to mail ports of others, counts
 * them, warns of those who are not allowed to, and lets go what `hold` has held back once it is known
 * whose it is. How that is seen, `observer.ts` knows; what stands in the firewall, `outgoing/egress/live/hold.ts`.
 */
import {durationText} from '../../base/duration.js';
import {printable} from '../../base/printable.js';
import type {ProcessIdentity} from '../../base/process-identity.js';
import type {Say} from '../../base/say.js';
import type {Table} from '../../base/mechanisms/table.js';
import {type Config, settings as schema} from '../../config/schema.js';
import {contains} from '../../net/network.js';
import {
  type AllowedSender,
  allowedSenders,
  type Candidate,
  isAllowed,
  unknownUsers,
} from '../allowed.js';
import {type Connection, connectionKey} from '../connection.js';
import {OutgoingMemory} from './memory.js';
import {type Observed, Observer} from './observer.js';
import {OwnAddresses} from './own-addresses.js';
import {OwnerBook} from './owner-book.js';
import type {Sighting} from '../owner.js';
import {SenderBook, type SenderHour} from '../sender-hours.js';
import type {Telling} from '../warn/limits.js';
import type {Warning} from '../warn/warning.js';
import {unknownUserText} from '../../report/outgoing-notice.js';
import {ConnectEvents} from '../../sys/outgoing/connect-events.js';
import {runsFileAt} from '../../sys/proc/owners.js';
import {Users} from '../../sys/proc/users.js';
import {monotonicMs, nowMs, pauseUnless} from '../../sys/run/clock.js';
import {lackingCapabilities} from '../../sys/run/machine.js';
import {RemoteNames} from '../../sys/talk/remote-names.js';

export type OutboundSettings = Pick<
  Config,
  | 'outbound'
  | 'outboundPorts'
  | 'outboundInterval'
  | 'allowedSenders'
  | 'allowedDestinations'
  | 'warnInterval'
>;

export interface OutboundParts {
  readonly rows: Table<SenderHour>;
  /** Called when the rows have changed. */
  readonly onCount: () => void;
  /** Called for a held connection when it is known whose it is, and again while it waits. */
  readonly release: (connection: Connection) => void;
  /** Called when one that was released stands, or has ended. */
  readonly withdraw: (connection: Connection) => void;
  readonly warn: (warning: Warning) => void;
  /** Whether the kernel is asked to tell of connections, besides its tables. Default: it is. */
  readonly sources?: 'all' | 'tables';
  /** Of the life before this one. Default: there was none. */
  readonly memory?: OutgoingMemory;
  /** Told of each sighting, also of allowed ones. */
  readonly see?: (observed: Observed) => void;
  readonly say: Say;
}

/** What the kernel tells may be lost; so the tables are looked at all the same, more rarely. Ms. */
const besideEventsMs = 30_000;
/** While connections are held: long before TCP tries again after a second. Ms. */
const heldMs = {withEvents: 1000, alone: 250} as const;
/** When this network has not been looked at for so long, nothing is held any more. Ms. */
const longestGapMs = 10_000;
/** Looking takes no larger part of the time. */
const mostShare = 0.05;
/** How often what is over is forgotten, and the users' numbers are looked up. Ms. */
const sweepMs = 60_000;
/** Programs allowed by hand. A count: nobody clicks more often. */
const mostAllowedByHand = 100;
/** Longest `USER:PROGRAM` in a line. Characters. */
const entryCharacters = 200;
/** Until the kernel is asked again to tell, when it could not. Ms. */
const retryMs = 60_000;

export class OutgoingWatch {
  readonly #settings: OutboundSettings;
  readonly #parts: OutboundParts;
  readonly #book: SenderBook;
  readonly #memory: OutgoingMemory;
  readonly #observer: Observer;
  readonly #users = new Users();
  readonly #names = new RemoteNames();
  #allowed: readonly AllowedSender[] = [];
  /** Let go, and not seen to stand yet. */
  readonly #released = new Map<
    string,
    {readonly connection: Connection; readonly sinceMs: number}
  >();
  /** Warnings that wait for the remote's name. */
  readonly #naming = new Set<Promise<void>>();
  #stop: AbortSignal = new AbortController().signal;
  #lookedMs = 0;
  #nextSweepMs = 0;

  constructor(settings: OutboundSettings, parts: OutboundParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#book = new SenderBook(parts.rows);
    this.#memory = parts.memory ?? new OutgoingMemory();
    this.#observer = new Observer({
      ports: settings.outboundPorts,
      seen: this.#memory.seen,
      allowed: () => this.#allowed,
      isAllowed: (process) => this.isAllowed(process),
      owners: new OwnerBook(this.#users),
      nearby: new OwnAddresses(),
      tell: (observed) => this.#take(observed),
      say: parts.say,
    });
  }

  /** Whether the process may open such connections. */
  isAllowed(process: Candidate & ProcessIdentity): boolean {
    return isAllowed(process, this.#allowed, (path) => runsFileAt(process.pid, path));
  }

  /** The program is not told of any more, until the daemon ends: for good is the configuration's. */
  allow({owner}: Sighting, askedBy: string): void {
    if (owner === undefined || owner.executable === '' || owner.uid < 0) return;
    const {uid, user, executable: program} = owner;
    const entry = printable(`${user}:${program}`, entryCharacters);
    if (program.endsWith(' (deleted)') || this.#memory.allowedByHand.length >= mostAllowedByHand) {
      const why = program.endsWith(' (deleted)') ? 'its file is gone' : 'too many are already';
      this.#parts.say('warning', `not allowed: ${entry}, as ${askedBy} asked: ${why}`);
      return;
    }
    this.#memory.allowedByHand.push({uid, program});
    this.#allowed = [...this.#allowed, {uid, program}];
    const message = `${entry} is allowed until the daemon ends, as ${askedBy} asked; for good: allowed_senders`;
    this.#parts.say('notice', message);
  }

  /** Whether the kernel tells of connections by itself. */
  get hears(): 'events' | 'nothing' {
    return this.#observer.hears;
  }

  /** Whether what is held is looked at in time to be let go. */
  get isKeepingUp(): boolean {
    return monotonicMs() - this.#lookedMs < longestGapMs;
  }

  /** Looks until the signal is given. Never fails. */
  async run(stop: AbortSignal): Promise<void> {
    if (this.#settings.outbound === 'off') return;
    this.#stop = stop;
    this.#lookedMs = monotonicMs();
    this.#sweep();
    this.#sayBlind();
    this.#sayUnknownUsers();
    const loops = [this.#lookAround(stop)];
    if (this.#parts.sources !== 'tables') loops.push(this.#listen(stop));
    if (this.#settings.outbound === 'hold') loops.push(this.#lookAtOwn(stop));
    await Promise.all(loops);
    await this.#observer.settled();
    await Promise.all(this.#naming);
  }

  #sayBlind(): void {
    const lacking = lackingCapabilities(['CAP_SYS_PTRACE']);
    if (lacking.length === 0) return;
    const message = `outgoing: without ${lacking.join(', ')} only processes of our own user are named`;
    this.#parts.say('notice', message);
  }

  #sayUnknownUsers(): void {
    const {allowedSenders: entries} = this.#settings;
    const {standard} = schema.allowedSenders;
    for (const user of unknownUsers(entries, standard, (name) => this.#users.uidOf(name)))
      this.#parts.say('warning', unknownUserText(user));
  }

  /** All networks of the machine. */
  async #lookAround(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const startMs = monotonicMs();
      await this.#look('all');
      this.#sweep();
      const restMs = Math.max(this.#paceMs, (monotonicMs() - startMs) / mostShare);
      await pauseUnless(stop, Math.min(restMs, besideEventsMs));
    }
  }

  /** The network whose connections are held: nobody else's make them wait. */
  async #lookAtOwn(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const startMs = monotonicMs();
      const own = await this.#look('own');
      if (own !== undefined) {
        this.#letGo(own, startMs);
        this.#lookedMs = monotonicMs();
      }
      const hears = this.#observer.hears === 'events';
      await pauseUnless(stop, hears ? heldMs.withEvents : heldMs.alone);
    }
  }

  get #intervalMs(): number {
    return this.#settings.warnInterval * 1000;
  }

  get #paceMs(): number {
    const intervalMs = this.#settings.outboundInterval * 1000;
    return this.#observer.hears === 'events' ? Math.max(intervalMs, besideEventsMs) : intervalMs;
  }

  async #look(scope: 'all' | 'own'): Promise<readonly Connection[] | undefined> {
    try {
      return await this.#observer.look(scope);
    } catch (error) {
      this.#parts.say('error', `outgoing: not looked at: ${(error as Error).message}`);
      return undefined;
    }
  }

  #release(connection: Connection): void {
    const key = connectionKey(connection);
    if (!this.#released.has(key)) this.#released.set(key, {connection, sinceMs: monotonicMs()});
    this.#parts.release(connection);
  }

  /**
   * What waits longer than a release lasts is released again; what stands, or has ended, needs none any
   * more, and would keep others waiting: there is not room for many.
   *
   * @param lookMs when the look began: what was let go since may not be in it
   */
  #letGo(own: readonly Connection[], lookMs: number): void {
    const opening = own.filter(({phase}) => phase === 'opening');
    const waiting = new Set(opening.map(connectionKey));
    for (const [key, {connection, sinceMs}] of this.#released) {
      if (waiting.has(key) || sinceMs >= lookMs) continue;
      this.#released.delete(key);
      this.#parts.withdraw(connection);
    }
    for (const each of opening) this.#release(each);
  }

  async #listen(stop: AbortSignal): Promise<void> {
    let told = '';
    while (!stop.aborted) {
      const why = await this.#hear(stop);
      this.#observer.hears = 'nothing';
      if (why === undefined) return;
      const message = `outgoing: the kernel tells of no connections (${why}): who connects and is gone within ${this.#settings.outboundInterval}s is not seen`;
      if (message !== told) this.#parts.say('notice', message);
      told = message;
      await pauseUnless(stop, retryMs);
    }
  }

  /** @returns why it ended, undefined: it was to */
  async #hear(stop: AbortSignal): Promise<string | undefined> {
    try {
      const opened = ConnectEvents.open(this.#settings.outboundPorts);
      if (opened.kind === 'unavailable') return opened.why;
      this.#observer.hears = 'events';
      for await (const heard of opened.events.heard(stop)) {
        const isHeard = heard.kind === 'connect' && this.#observer.hear(heard.event) === 'heard';
        if (!isHeard) await this.#look('all');
      }
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #take(observed: Observed): void {
    const {sighting} = observed;
    const {connection} = sighting;
    const {outbound, allowedDestinations} = this.#settings;
    const isOpenToAll = allowedDestinations.some((each) => contains(each, connection.remote));
    const standing = isOpenToAll ? 'allowed' : observed.standing;
    this.#parts.see?.({sighting, standing});
    this.#book.count(sighting, standing);
    this.#parts.onCount();
    const isHeld = connection.network === this.#observer.network && connection.phase === 'opening';
    if (outbound === 'hold' && isHeld && connection.localPort > 0) this.#release(connection);
    if (standing !== 'other' || outbound === 'observe') return;
    const telling = this.#memory.watch.tell(sighting, this.#intervalMs, nowMs());
    if (telling.kind === 'silent') return;
    const warning = this.#warn(sighting, telling).finally(() => this.#naming.delete(warning));
    this.#naming.add(warning);
  }

  /** With the remote's name, where that comes before we end. */
  async #warn(
    sighting: Sighting,
    {times, further}: Extract<Telling, {kind: 'warn'}>,
  ): Promise<void> {
    const remoteName = await this.#names.of(sighting.connection.remote.text, this.#stop);
    this.#parts.warn({sighting, times, ...(remoteName && {remoteName})});
    if (further === 'told') return;
    const message = `outgoing: more of ${furtherOf[further]} is counted only, for ${durationText(this.#settings.warnInterval)} (blocksmtp senders)`;
    this.#parts.say('warning', message);
  }

  #sweep(): void {
    const now = monotonicMs();
    if (now < this.#nextSweepMs) return;
    this.#nextSweepMs = now + sweepMs;
    this.#memory.watch.sweep(this.#intervalMs, nowMs());
    this.#book.forget(nowMs());
    const {allowedSenders: entries} = this.#settings;
    const named = allowedSenders(entries, (name) => this.#users.uidOf(name));
    this.#allowed = [...named, ...this.#memory.allowedByHand];
  }
}

/** What is not told of any more. */
const furtherOf = {
  program: 'this program',
  user: 'programs of this user',
  everybody: 'whatever programs',
} as const;

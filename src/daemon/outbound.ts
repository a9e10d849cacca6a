/**
 * The watch on outgoing mail: keeps looking who opens connections to mail ports of others, counts
 * them, warns of those who are not allowed to, and lets go what `hold` has held back once it is known
 * whose it is. How that is seen, `observer.ts` knows; what stands in the firewall, `egress.ts`.
 */
import type {Config} from '../config/schema.js';
import type {Say} from '../log-level.js';
import {printable} from '../log-level.js';
import {
  type AllowedSender,
  allowedSenders,
  type Candidate,
  isAllowed,
} from '../outbound/allowed.js';
import {type Connection, connectionKey} from '../outbound/connection.js';
import type {Sighting} from '../outbound/owner.js';
import type {ProcessIdentity} from '../process-identity.js';
import {countSighting, forgetHours, type SenderHour} from '../outbound/senders.js';
import type {Warning} from '../outbound/warning.js';
import {Watch} from '../outbound/watch.js';
import type {Table} from '../state/table.js';
import {ConnectEvents} from '../sys/connect-events.js';
import {nowMs, pauseUnless} from '../sys/machine.js';
import {runsFileAt} from '../sys/owners.js';
import {RemoteNames} from '../sys/remote-names.js';
import {Users} from '../sys/users.js';
import {Nearby} from './nearby.js';
import {type Observed, Observer} from './observer.js';
import {OwnerBook} from './owner-book.js';

export type OutboundSettings = Pick<
  Config,
  'outbound' | 'outboundPorts' | 'outboundInterval' | 'allowedSenders' | 'warnInterval'
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
  /** Told of each sighting, also of allowed ones. */
  readonly see?: (observed: Observed) => void;
  readonly say: Say;
}

/** What the kernel tells may be lost; so the tables are looked at all the same, more rarely. Ms. */
const besideEventsMs = 30_000;
/** While connections are held: long before TCP tries again after a second. Ms. */
const heldMs = {withEvents: 1000, alone: 250} as const;
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

export class Outbound {
  readonly #settings: OutboundSettings;
  readonly #parts: OutboundParts;
  readonly #watch: Watch;
  readonly #observer: Observer;
  readonly #users = new Users();
  readonly #names = new RemoteNames();
  #allowed: readonly AllowedSender[] = [];
  /** On somebody's word, until this life ends. */
  readonly #allowedByHand: AllowedSender[] = [];
  /** Let go, and not seen to stand yet. */
  #released: ReadonlyMap<string, Connection> = new Map();
  #nextSweepMs = 0;
  #nextLookMs = 0;

  constructor(settings: OutboundSettings, parts: OutboundParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#watch = new Watch(settings.warnInterval);
    this.#observer = new Observer({
      ports: settings.outboundPorts,
      allowed: () => this.#allowed,
      isAllowed: (process) => this.isAllowed(process),
      owners: new OwnerBook(this.#users),
      nearby: new Nearby(),
      tell: (observed) => this.#take(observed),
      say: parts.say,
    });
  }

  /** Whether the process may open such connections. */
  isAllowed(process: Candidate & ProcessIdentity): boolean {
    return isAllowed(process, this.#allowed, (path) => runsFileAt(process.pid, path));
  }

  /** The program is not told of any more, until this life ends: for good is the configuration's. */
  allow({owner}: Sighting, askedBy: string): void {
    if (owner === undefined || owner.executable === '' || owner.uid < 0) return;
    const {uid, user, executable: program} = owner;
    if (this.#allowedByHand.length < mostAllowedByHand) this.#allowedByHand.push({uid, program});
    this.#allowed = [...this.#allowed, {uid, program}];
    const entry = printable(`${user}:${program}`, entryCharacters);
    const message = `${entry} is allowed until the daemon ends, as ${askedBy} asked; for good: allowed_senders`;
    this.#parts.say('notice', message);
  }

  /** Whether the kernel tells of connections by itself. */
  get hears(): 'events' | 'nothing' {
    return this.#observer.hears;
  }

  /** Looks until the signal is given. Never fails. */
  async run(stop: AbortSignal): Promise<void> {
    if (this.#settings.outbound === 'off') return;
    this.#sweep();
    const isSilent = this.#parts.sources === 'tables';
    const listening = isSilent ? Promise.resolve() : this.#listen(stop);
    while (!stop.aborted) {
      const startMs = nowMs();
      await this.#look();
      this.#sweep();
      const restMs = Math.max(this.#paceMs, (nowMs() - startMs) / mostShare);
      await pauseUnless(stop, Math.min(restMs, besideEventsMs));
    }
    await listening;
    await this.#observer.settled();
  }

  get #paceMs(): number {
    const hears = this.#observer.hears === 'events';
    if (this.#settings.outbound === 'hold') return hears ? heldMs.withEvents : heldMs.alone;
    const intervalMs = this.#settings.outboundInterval * 1000;
    return hears ? Math.max(intervalMs, besideEventsMs) : intervalMs;
  }

  async #look(): Promise<void> {
    const isDue = nowMs() >= this.#nextLookMs || this.#settings.outbound !== 'hold';
    if (isDue) this.#nextLookMs = nowMs() + this.#settings.outboundInterval * 1000;
    try {
      const own = await this.#observer.look(isDue ? 'all' : 'own');
      if (this.#settings.outbound === 'hold') this.#letGo(own);
    } catch (error) {
      this.#parts.say('error', `outgoing: not looked at: ${(error as Error).message}`);
    }
  }

  /** What waits longer than a release lasts is released again; what stands needs none any more. */
  #letGo(own: readonly Connection[]): void {
    const opening = own.filter(({phase}) => phase === 'opening');
    const waiting = new Map(opening.map((each) => [connectionKey(each), each]));
    for (const [key, each] of this.#released) if (!waiting.has(key)) this.#parts.withdraw(each);
    for (const each of opening) this.#parts.release(each);
    this.#released = waiting;
  }

  async #listen(stop: AbortSignal): Promise<void> {
    let told = '';
    while (!stop.aborted) {
      const why = await this.#hear(stop);
      this.#observer.hears = 'nothing';
      if (why === undefined) return;
      const message = `outgoing: the kernel tells of no connections (${why}): who connects and is gone within ${this.#settings.outboundInterval}s is not seen`;
      if (message !== told) this.#parts.say('info', message);
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
        if (!isHeard) await this.#look();
      }
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #take(observed: Observed): void {
    const {sighting, standing} = observed;
    this.#parts.see?.(observed);
    countSighting(this.#parts.rows, sighting, standing);
    this.#parts.onCount();
    const {connection} = sighting;
    const isHeld = connection.network === this.#observer.network && connection.phase === 'opening';
    if (this.#settings.outbound === 'hold' && isHeld && connection.localPort > 0) {
      this.#parts.release(connection);
    }
    if (standing !== 'other' || this.#settings.outbound === 'observe') return;
    const telling = this.#watch.tell(sighting, nowMs());
    if (telling.kind === 'silent') return;
    void this.#names.of(connection.remote.text).then((remoteName) => {
      this.#parts.warn({sighting, times: telling.times, ...(remoteName && {remoteName})});
    });
  }

  #sweep(): void {
    const now = nowMs();
    if (now < this.#nextSweepMs && now > this.#nextSweepMs - sweepMs) return;
    this.#nextSweepMs = now + sweepMs;
    this.#watch.sweep(now);
    forgetHours(this.#parts.rows, now);
    this.#allowed = allowedSenders(this.#settings.allowedSenders, (name) =>
      this.#users.uidOf(name),
    );
  }
}

/**
 * The watch on outgoing mail: takes the observer's reports one after the other, and carries out
 * what follows. `outgoing/watch/deeds.ts` decides that; `observer.ts` sees the connections;
 * `outgoing/egress/live/egress-guard.ts` keeps the firewall.
 */
import type {Table} from '../../base/mechanisms/table.js';
import {AtMostEvery} from '../../base/mechanisms/elapsed.js';
import type {Say} from '../../base/say.js';
import {type Config, settings as schema} from '../../config/schema.js';
import {unknownUsers} from '../allowed.js';
import type {Connection} from '../connection.js';
import {AllowedSenders} from './allowed-senders.js';
import {OutgoingMemory} from './memory.js';
import {Observer, type ObserverSettings} from './observer.js';
import {OwnerBook} from './owner-book.js';
import {SenderBook, type SenderHour} from '../sender-hours.js';
import type {Warning} from '../warn/warning.js';
import {type Deed, deedsOf, WatchMemory, type WatchSettings} from '../watch/deeds.js';
import type {Observation, Observed, Source} from '../watch/observation.js';
import {unknownUserText} from '../../report/outgoing-notice.js';
import {Users} from '../../sys/proc/users.js';
import {monotonicMs, nowMs} from '../../sys/run/clock.js';
import {lackingCapabilities} from '../../sys/run/machine.js';
import {RemoteNames} from '../../sys/talk/remote-names.js';

export type OutboundSettings = ObserverSettings & WatchSettings & Pick<Config, 'allowedSenders'>;

/** What holds connections back, until the watch lets them go. */
interface HeldConnections {
  /** A held connection is seen, and it is known whose it is; again while it waits. */
  readonly release: (connection: Connection) => void;
  /** One that was released stands, or has ended. */
  readonly withdraw: (connection: Connection) => void;
  /** What is held was looked at, at this time by the clock that nobody can set. Ms. */
  readonly noteLook: (monotonicMs: number) => void;
}

interface OutboundParts {
  readonly rows: Table<SenderHour>;
  /** Called when the rows have changed. Default: nobody cares. */
  readonly onCount?: () => void;
  /** Default: nothing is held. */
  readonly held?: HeldConnections;
  /** Default: nobody is warned. */
  readonly warn?: (warning: Warning) => void;
  /** Whether the kernel is asked to report connections, besides its tables. Default: it is. */
  readonly sources?: 'all' | 'tables';
  /** Of the life before this one. Default: there was none. */
  readonly memory?: OutgoingMemory;
  /** Called with each sighting, also of allowed senders. */
  readonly see?: (observed: Observed) => void;
  readonly say: Say;
}

/** How often what is over is forgotten, and the users' numbers are looked up. Ms. */
const sweepMs = 60_000;

const nothing = (): void => undefined;
const nothingHeld: HeldConnections = {release: nothing, withdraw: nothing, noteLook: nothing};

export class OutgoingWatch {
  readonly #settings: OutboundSettings;
  readonly #parts: OutboundParts;
  readonly #held: HeldConnections;
  readonly #book: SenderBook;
  readonly #memory: OutgoingMemory;
  readonly #decisions: WatchMemory;
  readonly #observer: Observer;
  readonly #users = new Users();
  readonly #names = new RemoteNames();
  readonly #sweeps = new AtMostEvery(sweepMs);
  /** Warnings that wait for the remote's name. */
  readonly #naming = new Set<Promise<void>>();
  #hears: Source = 'tables';
  /** Processes that may open such connections. */
  readonly allowed: AllowedSenders;

  constructor(settings: OutboundSettings, parts: OutboundParts) {
    const {rows, held = nothingHeld, memory = new OutgoingMemory(), say} = parts;
    this.#settings = settings;
    this.#parts = parts;
    this.#held = held;
    this.#book = new SenderBook(rows);
    this.#memory = memory;
    this.#decisions = new WatchMemory(memory.limits);
    const {allowedSenders: entries} = settings;
    this.allowed = new AllowedSenders(entries, this.#users, memory.allowedByHand, say);
    const {seen} = memory;
    const owners = new OwnerBook(this.#users);
    this.#observer = new Observer({settings, seen, allowed: this.allowed, owners, say});
  }

  /** How the connections are learnt of now. */
  get hears(): Source {
    return this.#hears;
  }

  /** Watches until the signal is given. Never fails. */
  async run(stop: AbortSignal): Promise<void> {
    if (this.#settings.outbound === 'off') return;
    this.#held.noteLook(monotonicMs());
    this.#sweep();
    this.#sayBlind();
    this.#sayUnknownUsers();
    const {sources = 'all'} = this.#parts;
    for await (const observation of this.#observer.observations(sources, stop))
      this.#take(observation, stop);
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

  #take(observation: Observation, stop: AbortSignal): void {
    if (observation.kind === 'source') this.#hears = observation.hears;
    const rules = {settings: this.#settings, network: this.#observer.network};
    const at = {nowMs: nowMs(), monotonicMs: monotonicMs()};
    try {
      const deeds = deedsOf(observation, rules, this.#decisions, at);
      for (const deed of deeds) this.#do(deed, stop);
    } catch (error) {
      this.#parts.say('error', `outgoing: cannot report a connection: ${(error as Error).message}`);
    }
  }

  #do(deed: Deed, stop: AbortSignal): void {
    switch (deed.kind) {
      case 'count':
        this.#count(deed);
        return;
      case 'release':
        this.#held.release(deed.connection);
        return;
      case 'withdraw':
        this.#held.withdraw(deed.connection);
        return;
      case 'warn':
        this.#warn(deed, stop);
        return;
      case 'say':
        this.#parts.say(deed.level, deed.message);
        return;
      case 'noteLook':
        this.#held.noteLook(deed.monotonicMs);
        return;
      case 'sweep':
        this.#sweep();
    }
  }

  #count({sighting, standing}: Observed): void {
    this.#parts.see?.({sighting, standing});
    this.#book.count(sighting, standing);
    this.#parts.onCount?.();
  }

  /** With the remote's name, where that comes before we end. */
  #warn({sighting, times, addition}: Extract<Deed, {kind: 'warn'}>, stop: AbortSignal): void {
    const {warn, say} = this.#parts;
    const warning = this.#names
      .of(sighting.connection.remote.text, stop)
      .then((remoteName) => {
        warn?.({sighting, times, ...(remoteName && {remoteName})});
        if (addition !== undefined) say('warning', addition);
      })
      .finally(() => this.#naming.delete(warning));
    this.#naming.add(warning);
  }

  #sweep(): void {
    if (!this.#sweeps.take(monotonicMs())) return;
    this.#memory.limits.sweep(this.#settings.warnInterval * 1000, nowMs());
    this.#book.forget(nowMs());
    this.allowed.refresh();
  }
}

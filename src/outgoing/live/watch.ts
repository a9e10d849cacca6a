/**
 * The watch on outgoing mail: takes the observer's reports one after another, and carries out what
 * `outgoing/watch/deeds.ts` decides. `observer.ts` sees the connections;
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

/** The part of the egress guard that the watch needs: it holds connections until the watch releases them. */
interface HeldConnections {
  /** The watch has seen a held connection. Called again while the connection waits. */
  readonly release: (connection: Connection) => void;
  /** A released connection is established, or has ended. */
  readonly withdraw: (connection: Connection) => void;
  /** The watch has looked at held connections, at this time of the monotonic clock. Ms. */
  readonly noteLook: (monotonicMs: number) => void;
}

interface OutboundParts {
  readonly rows: Table<SenderHour>;
  /** Called when the rows have changed. Default: nothing happens. */
  readonly onCount?: () => void;
  /** Default: nothing is held. */
  readonly held?: HeldConnections;
  /** Default: nobody is warned. */
  readonly warn?: (warning: Warning) => void;
  /** `all`: uses the kernel's trace besides its tables. Default: `all`. */
  readonly sources?: 'all' | 'tables';
  /** What the watch knew before a reload. Default: nothing. */
  readonly memory?: OutgoingMemory;
  /** Called with each sighting, including those of allowed senders. */
  readonly see?: (observed: Observed) => void;
  readonly say: Say;
}

/** Time between two sweeps: each forgets old entries, and looks up the users' numbers again. Ms. */
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
  /** Processes that may open connections to mail ports. */
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

  /** Where the watch learns of connections now. */
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

  /** Warns with the remote's name, if DNS answers before we end. */
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

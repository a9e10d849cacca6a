/**
 * Sees which processes on this machine open connections to mail ports of others, and reports that
 * as a stream. Decides when to look at the tables, and when to ask the kernel again for its own
 * reports. `outgoing/watch/deeds.ts` decides what follows. Leaves out connections to this machine
 * itself.
 */
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {AllowedSenders} from './allowed-senders.js';
import {EventObserver} from './event-observer.js';
import type {OwnerBook} from './owner-book.js';
import {type Looked, RemoteConnections} from './remote-connections.js';
import {ReportedEarly} from '../reported-early.js';
import type {SeenConnections} from '../seen-connections.js';
import type {Senses} from './senses.js';
import {Sightings} from './sightings.js';
import {TableObserver} from './table-observer.js';
import type {Observation, Source} from '../watch/observation.js';
import {ConnectEvents} from '../../sys/outgoing/connect-events.js';
import {OwnAddresses} from '../../sys/outgoing/own-addresses.js';
import {monotonicMs, pauseUnless} from '../../sys/run/clock.js';

export type ObserverSettings = Pick<Config, 'outbound' | 'outboundPorts' | 'outboundInterval'>;

interface ObserverParts {
  readonly settings: ObserverSettings;
  readonly seen: SeenConnections;
  readonly allowed: AllowedSenders;
  readonly owners: OwnerBook;
  readonly say: Say;
}

/** The kernel's reports may be lost. So the watch also looks at the tables, more rarely. Ms. */
const besideEventsMs = 30_000;
/** While connections are held: long before TCP tries again after a second. Ms. */
const heldMs = {withEvents: 1000, alone: 250} as const;
/** After a look that took long. Ms: where it rests as long as it has worked, others have half of the time. */
const longestRestMs = 2000;
/** Looking takes no larger part of the time. */
const mostShare = 0.05;
/** Until the kernel is asked again to report, when it could not. Ms. */
const retryMs = 60_000;

export class Observer {
  readonly #settings: ObserverSettings;
  readonly #senses: Senses;
  readonly #tables: TableObserver;
  readonly #events: EventObserver;
  #hears: Source = 'tables';

  constructor({settings, ...parts}: ObserverParts) {
    const {say} = parts;
    this.#settings = settings;
    this.#senses = {
      ...parts,
      connections: new RemoteConnections(settings.outboundPorts, new OwnAddresses(), say),
      early: new ReportedEarly(),
      sightings: new Sightings(say),
    };
    this.#tables = new TableObserver(this.#senses);
    this.#events = new EventObserver(this.#senses);
  }

  /** This process's own network, in which the rules stand. */
  get network(): string {
    return this.#senses.connections.network;
  }

  /**
   * Looks until the signal is given. Never fails.
   *
   * @param sources whether the kernel is asked to report connections, besides its tables
   * @returns ends when all that was seen was taken, with what is known of it by then
   */
  async *observations(
    sources: 'all' | 'tables',
    stop: AbortSignal,
  ): AsyncGenerator<Observation, void> {
    // First: what the kernel reports need not be guessed from its tables.
    const loops = sources === 'all' ? [this.#listen(stop)] : [];
    loops.push(this.#lookAround(stop));
    if (this.#settings.outbound === 'hold') loops.push(this.#lookAtOwn(stop));
    const end = Promise.all(loops).then(() => this.#settle());
    yield* this.#senses.sightings.queue;
    await end;
  }

  /** All networks of the machine. */
  async #lookAround(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const startMs = monotonicMs();
      await this.#look('all');
      await this.#report({kind: 'looked', scope: 'all'});
      const restMs = Math.max(this.#paceMs, (monotonicMs() - startMs) / mostShare);
      await pauseUnless(stop, Math.min(restMs, besideEventsMs));
    }
  }

  /** The network whose connections are held: nobody else's make them wait. */
  async #lookAtOwn(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const beganMs = monotonicMs();
      const looked = await this.#look('own');
      if (looked !== undefined)
        await this.#report({kind: 'looked', scope: 'own', beganMs, ...looked});
      const restMs = this.#hears === 'events' ? heldMs.withEvents : heldMs.alone;
      const tookMs = Math.min(monotonicMs() - beganMs, longestRestMs);
      await pauseUnless(stop, Math.max(restMs, tookMs));
    }
  }

  get #paceMs(): number {
    const intervalMs = this.#settings.outboundInterval * 1000;
    return this.#hears === 'events' ? Math.max(intervalMs, besideEventsMs) : intervalMs;
  }

  async #look(scope: 'all' | 'own'): Promise<Looked | undefined> {
    try {
      return await this.#tables.look(scope, () => this.#hears);
    } catch (error) {
      this.#senses.say('error', `outgoing: not looked at: ${(error as Error).message}`);
      return undefined;
    }
  }

  async #listen(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const why = await this.#hear(stop);
      this.#hears = 'tables';
      if (why === undefined) return;
      await this.#report({kind: 'source', hears: 'tables', why});
      await pauseUnless(stop, retryMs);
    }
  }

  /** @returns why the kernel reports no more; undefined: the signal was given */
  async #hear(stop: AbortSignal): Promise<string | undefined> {
    try {
      const opened = ConnectEvents.open(this.#settings.outboundPorts);
      if (opened.kind === 'unavailable') return opened.why;
      this.#hears = 'events';
      await this.#report({kind: 'source', hears: 'events'});
      for await (const heard of opened.events.heard(stop)) {
        const isHeard =
          heard.kind === 'connect' && (await this.#events.hear(heard.event)) === 'heard';
        if (!isHeard) await this.#look('all');
      }
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Reports what was seen, with what is known of it by now; nothing else follows. */
  async #settle(): Promise<void> {
    const {owners, sightings} = this.#senses;
    await this.#events.settled();
    owners.hurry();
    await sightings.settled();
    await this.#senses.connections.close();
    sightings.queue.close();
  }

  #report(observation: Observation): Promise<void> {
    return this.#senses.sightings.queue.put(observation);
  }
}

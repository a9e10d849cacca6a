/**
 * Sees which processes on this machine open connections to mail ports of other machines, and reports
 * them as a stream. Decides when to look at the socket tables, and when to try the kernel's trace again.
 * Leaves out connections to this machine itself. `outgoing/watch/deeds.ts` decides what follows.
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

/** Time between looks while the trace works. Ms: events of the trace can be lost. */
const besideEventsMs = 30_000;
/** Time between looks while connections are held. Ms: without the trace, well below TCP's retry after a second. */
const heldMs = {withEvents: 1000, alone: 250} as const;
/** Longest pause after a look that took long. Ms: the pause is as long as the look, so others get half of the time. */
const longestRestMs = 2000;
/** Largest share of the time that looks at all networks take. */
const mostShare = 0.05;
/** Time until the trace is tried again after a failure. Ms. */
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
      connections: new RemoteConnections(settings.outboundPorts, new OwnAddresses(say), say),
      early: new ReportedEarly(),
      sightings: new Sightings(say),
    };
    this.#tables = new TableObserver(this.#senses);
    this.#events = new EventObserver(this.#senses);
  }

  /** Our own network namespace, in which the rules of the egress guard are. */
  get network(): string {
    return this.#senses.connections.network;
  }

  /**
   * Observes until the signal is given. Never fails.
   *
   * @param sources `all`: uses the kernel's trace besides its tables
   * @returns a stream. After the signal it still yields what was seen before, with what is known of it by then
   */
  async *observations(
    sources: 'all' | 'tables',
    stop: AbortSignal,
  ): AsyncGenerator<Observation, void> {
    // The trace first: what it reports need not be guessed from the tables.
    const loops = sources === 'all' ? [this.#listen(stop)] : [];
    loops.push(this.#lookAround(stop));
    if (this.#settings.outbound === 'hold') loops.push(this.#lookAtOwn(stop));
    const end = Promise.all(loops).then(() => this.#settle());
    yield* this.#senses.sightings.queue;
    await end;
  }

  /** Looks at all networks of the machine. */
  async #lookAround(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const startMs = monotonicMs();
      await this.#look('all');
      await this.#report({kind: 'looked', scope: 'all'});
      const restMs = Math.max(this.#paceMs, (monotonicMs() - startMs) / mostShare);
      await pauseUnless(stop, Math.min(restMs, besideEventsMs));
    }
  }

  /** Looks at our own network, whose connections are held. It is separate, so that no other network delays them. */
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

  /** Takes events from the trace. @returns why the trace has ended; undefined: the signal was given */
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

  /** Reports all that was seen, with what is known of it by now, and ends the stream. */
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

/**
 * Takes events of the kernel's trace, each of which means that a process connects. Looks up the
 * connection and the process while they exist, and reports each connection once.
 * `outgoing/watch/deeds.ts` decides what follows.
 */
import {grouped} from '../../base/grouping.js';
import {AtMostEvery} from '../../base/mechanisms/elapsed.js';
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import {type Glance, mayHaveBeenAllowed} from '../allowed.js';
import type {ConnectEvent} from '../connect-event.js';
import {type Connection, destinationOf, unplaced} from '../connection.js';
import type {Owner} from '../owner.js';
import type {Senses} from './senses.js';
import {networkOfProcess} from '../../sys/proc/links.js';
import {goneOwner} from '../../sys/proc/owners.js';
import {glanceAt, isAlive} from '../../sys/proc/snapshot.js';
import {holdsStill, type SocketHolder, socketsOf} from '../../sys/proc/sockets/socket-holders.js';
import {monotonicMs, nowMs} from '../../sys/run/clock.js';
import {DutyCycle} from '../../sys/run/duty-cycle.js';
import {TimeSlice} from '../../sys/run/time-slice.js';

/** A connection that the kernel has reported, until we have looked for it in the tables. */
interface Pending {
  readonly event: ConnectEvent;
  readonly glance: Glance;
  readonly network: string;
  readonly owner: Promise<Owner>;
}

/** A connection, and the descriptor under which the process has it. */
interface OpenSocket {
  readonly connection: Connection;
  readonly holder: SocketHolder;
}

/** Reported connections that wait for their lookup. A count: further ones are found only by a look at the tables. */
export const mostPending = 10_000;
/** Shortest time between two requests for such a look. Ms: a flood must not make us look all the time. */
const fullMs = 1000;
/** Shortest time between two log lines about it. Ms. */
const sayFullMs = 60_000;

export class EventObserver {
  readonly #senses: Senses;
  readonly #pace = new DutyCycle();
  readonly #resolving = new SingleFlight(() => this.#resolveAll());
  readonly #full = new AtMostEvery(fullMs);
  readonly #fullIsSaid = new AtMostEvery(sayFullMs);
  #pending: Pending[] = [];
  /** Connections in `#pending`, and those that are being looked up. A count. */
  #waiting = 0;
  /** Connections that were not looked up because too many waited. A count. */
  #dropped = 0;
  #haste: 'none' | 'ending' = 'none';

  constructor(senses: Senses) {
    this.#senses = senses;
  }

  /**
   * Takes one event: a process connects now. Reads only what can be read at once, because the process of the
   * next event may end at any moment.
   *
   * @returns `full`: connections were dropped, and the caller should look at the tables; at most once a second
   */
  async hear(event: ConnectEvent): Promise<'heard' | 'full'> {
    const {connections, allowed, owners, sightings} = this.#senses;
    if (connections.isHere(event.remote)) return 'heard';
    const glance = glanceAt(event.pid);
    if (glance === undefined) {
      await this.#addGone(event);
      return 'heard';
    }
    if (allowed.has(glance)) {
      const owner = owners.brief(glance);
      const connection = unplaced(event, networkOfProcess(glance.pid), glance.uid);
      await sightings.add('told', connection, 'allowed', owner);
      return 'heard';
    }
    if (this.#waiting >= mostPending) return this.#drop();
    const owner = owners.of(glance);
    this.#pending.push({event, glance, network: networkOfProcess(glance.pid), owner});
    this.#waiting += 1;
    void this.#resolving.run();
    return 'heard';
  }

  /** Resolves when all pending connections are reported. The daemon stops or reloads, so the lookup is short. */
  async settled(): Promise<void> {
    this.#haste = 'ending';
    await this.#resolving.settled();
  }

  /** Looks up all pending connections of one network together, because reading a table takes milliseconds. */
  async #resolveAll(): Promise<void> {
    this.#pace.begin();
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      for (const [network, ofNetwork] of grouped(batch, (each) => each.network)) {
        const tables = await this.#tablesAround(ofNetwork.at(-1)!.glance.pid);
        const processes = grouped(ofNetwork, ({glance}) => `${glance.pid} ${glance.startTicks}`);
        for (const pending of processes.values()) {
          await this.#resolve(network, pending, tables);
          if (this.#haste === 'none') await this.#pace.next();
        }
      }
    }
    this.#pace.end();
  }

  async #tablesAround(pid: number): Promise<ReadonlyMap<string, Connection>> {
    const connections = await this.#senses.connections.around(pid);
    return new Map(connections.map((each) => [each.inode, each]));
  }

  /** @param pending connections of one process */
  async #resolve(
    network: string,
    pending: readonly Pending[],
    tables: ReadonlyMap<string, Connection>,
  ): Promise<void> {
    const {seen, early, sightings} = this.#senses;
    const {glance, owner} = pending.at(-1)!;
    const {pid} = glance;
    const sockets = this.#haste === 'none' ? await socketsOf(pid, tables) : [];
    const its = [...sockets].map(([inode, descriptor]): OpenSocket => {
      return {connection: tables.get(inode)!, holder: {pid, descriptor}};
    });
    const now = nowMs();
    const fresh = its.filter(({connection}) => seen.note(connection, now) === 'new');
    // A connection in the table is reported below, or was reported by the look that saw it first.
    const there = new Set(its.map(({connection}) => destinationOf(connection)));
    const left = pending.filter(({event}) => {
      const before = early.take(pid, destinationOf(event), now);
      return before === 'new' && !there.has(destinationOf(event));
    });
    const unseen = left.map(({event}) => unplaced(event, network, glance.uid));
    sightings.whenDescribed(owner, async (described) => {
      await this.#add(glance, fresh, unseen, described);
      this.#waiting -= pending.length;
    });
  }

  /** @param unseen connections that the tables do not show any more */
  async #add(
    glance: Glance,
    fresh: readonly OpenSocket[],
    unseen: readonly Connection[],
    owner: Owner,
  ): Promise<void> {
    const {sightings} = this.#senses;
    const slice = new TimeSlice();
    const isSame = isAlive(glance);
    for (const {connection, holder} of fresh) {
      if (slice.isOver) await slice.next();
      const isHeld = isSame && holdsStill(holder, connection.inode);
      await sightings.add(isHeld ? 'certain' : 'told', connection, 'other', owner);
    }
    for (const connection of unseen) {
      if (slice.isOver) await slice.next();
      await sightings.add('told', connection, 'other', owner);
    }
  }

  #drop(): 'heard' | 'full' {
    this.#dropped += 1;
    const now = monotonicMs();
    if (!this.#full.take(now)) return 'heard';
    if (this.#fullIsSaid.take(now)) {
      const message = `outgoing: too many connections at once: ${this.#dropped} so far are only looked for in the tables`;
      this.#senses.say('warning', message);
    }
    return 'full';
  }

  async #addGone(event: ConnectEvent): Promise<void> {
    const {early, allowed, sightings} = this.#senses;
    if (early.take(event.pid, destinationOf(event), nowMs()) === 'told') return;
    const standing = mayHaveBeenAllowed(event.command, allowed.all) ? 'perhaps' : 'other';
    const owner = goneOwner(event.pid, event.command, nowMs());
    await sightings.add('gone', unplaced(event, '', -1), standing, owner);
  }
}

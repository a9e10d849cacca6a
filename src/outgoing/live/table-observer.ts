/**
 * Sees connections in the kernel's socket tables, finds the process of each, and reports each connection
 * once. Leaves a connection to the kernel's trace if the trace names its process better.
 * `outgoing/watch/deeds.ts` decides what follows.
 */
import {grouped, inTurns, memoize} from '../../base/grouping.js';
import {shareHolder} from '../../base/user-range.js';
import type {Glance} from '../allowed.js';
import {type Connection, destinationOf} from '../connection.js';
import type {Permission} from '../sender-hours.js';
import type {Source} from '../watch/observation.js';
import type {Looked} from './remote-connections.js';
import type {Senses} from './senses.js';
import {glanceAt, isAlive} from '../../sys/proc/snapshot.js';
import {
  holdersOf,
  holdsStill,
  Kinship,
  type SocketHolder,
} from '../../sys/proc/sockets/socket-holders.js';
import {monotonicMs, nowMs, pause} from '../../sys/run/clock.js';
import {TimeSlice} from '../../sys/run/time-slice.js';

/** A process that was found during one look at the tables. */
interface Holding {
  readonly glance: Glance | undefined;
  readonly standing: Permission;
}

/** A connection, and the process that is named as its owner. */
interface OwnedConnection {
  readonly connection: Connection;
  readonly holder: SocketHolder;
  readonly glance: Glance;
  /** `shared`: other processes have the same socket. */
  readonly how: 'certain' | 'shared';
}

/**
 * How long the sockets of a process that has ended can stay open. Ms. /proc shows none a moment before the kernel
 * closes them (kernel, do_exit(): exit_files(), and only then exit_task_work()); on a busy machine that moment is
 * longer.
 */
const closingMs = 50;

/**
 * How long one look searches for the processes of new connections. Ms: together with reading the tables
 * this is far less than a look may take (`outgoing/egress/rules.ts`). The users take turns, so the
 * connections that are left belong to users with very many. Of these only the user is reported.
 */
const longestAttributionMs = 3000;

export class TableObserver {
  readonly #senses: Senses;
  #hasLooked = false;

  constructor(senses: Senses) {
    this.#senses = senses;
  }

  /**
   * Looks at the tables, and reports new connections. Resolves when their processes are known; the descriptions of
   * these may come later.
   *
   * @param hears whether the trace works now, which may change while the tables are read. `events`: connections
   *   that have ended are left out, because the trace has reported them
   * @returns the connections of our own network; undefined: its tables could not be read
   */
  async look(scope: 'all' | 'own', hears: () => Source): Promise<Looked | undefined> {
    const {connections, seen, sightings} = this.#senses;
    const now = nowMs();
    const looked = await connections.look(scope);
    if (looked === undefined) return undefined;
    const {connections: all, extent} = looked;
    const fresh = all.filter((connection) => seen.note(connection, now) === 'new');
    const owned = fresh.filter(({inode}) => inode !== '0');
    // Connections that ended before our first look are not reported.
    const ended =
      hears() === 'events' || !this.#hasLooked ? [] : fresh.filter(({inode}) => inode === '0');
    for (const connection of ended) await sightings.add('unknown', connection, 'perhaps');
    if (owned.length > 0) await this.#attribute(owned, hears);
    this.#hasLooked = true;
    // Reads the clock again: the trace may have reported connections since the look began.
    seen.sweep(nowMs());
    return {connections: all.filter(({network}) => network === connections.network), extent};
  }

  async #attribute(connections: readonly Connection[], hears: () => Source): Promise<void> {
    const {owners, sightings, allowed} = this.#senses;
    const endMs = monotonicMs() + longestAttributionMs;
    const holders = await holdersOf(connections);
    const kinship = new Kinship();
    const slice = new TimeSlice();
    const holdingOf = memoize((pid: number) => this.#holdingOf(pid));
    const ownerless: Connection[] = [];
    const ofUsers = grouped(connections, ({uid}) => String(shareHolder(uid)));
    for (const connection of inTurns(ofUsers.values())) {
      if (slice.isOver) await slice.next();
      if (monotonicMs() > endMs) {
        ownerless.push(connection);
        continue;
      }
      const its = holders.get(connection.inode) ?? [];
      const pid = await kinship.eldest(its.map((each) => each.pid));
      const holder = its.find((each) => each.pid === pid);
      const {glance, standing} = holder === undefined ? nobody : holdingOf(holder.pid);
      if (holder === undefined || glance === undefined) {
        ownerless.push(connection);
      } else if (standing === 'allowed' && isOpenedBy(connection, glance)) {
        // The trace has reported this one, unless it began before our first look.
        if (hears() === 'events' && this.#hasLooked) continue;
        await sightings.add('certain', connection, 'allowed', owners.brief(glance));
      } else {
        const how = its.length > 1 ? 'shared' : 'certain';
        this.#addOwned({connection, holder, glance, how});
      }
    }
    for (const connection of await this.#lasting(ownerless, hears)) {
      const isUsers = allowed.all.some(({uid}) => uid === connection.uid);
      await sightings.add('user', connection, isUsers ? 'perhaps' : 'other');
    }
  }

  #addOwned({connection, holder, glance, how}: OwnedConnection): void {
    const {early, owners, sightings} = this.#senses;
    early.note(glance.pid, destinationOf(connection), nowMs());
    sightings.whenDescribed(owners.of(glance), (owner) => {
      const isHeld = holdsStill(holder, connection.inode) && isAlive(glance);
      return sightings.add(isHeld ? how : 'told', connection, 'other', owner);
    });
  }

  /**
   * Connections without a process that still exist. If a connection is gone, its process ended between the reading of
   * the table and the search. Then the trace has reported it, or will in a moment, and names the process.
   */
  async #lasting(
    ownerless: readonly Connection[],
    hears: () => Source,
  ): Promise<readonly Connection[]> {
    if (hears() !== 'events' || ownerless.length === 0) return ownerless;
    await pause(closingMs);
    const lasting: Connection[] = [];
    for (const [network, ofNetwork] of grouped(ownerless, (each) => each.network)) {
      const now = await this.#senses.connections.again(network);
      const inodes = new Set(now.map(({inode}) => inode));
      lasting.push(...ofNetwork.filter(({inode}) => inodes.has(inode)));
    }
    return lasting;
  }

  #holdingOf(pid: number): Holding {
    const glance = glanceAt(pid);
    const isAllowed = glance !== undefined && this.#senses.allowed.has(glance);
    return {glance, standing: isAllowed ? 'allowed' : 'other'};
  }
}

/** Whether the process's own user opened the socket, or root: a socket from another user does not become allowed. */
const isOpenedBy = (connection: Connection, {uid}: Glance): boolean =>
  connection.uid === uid || connection.uid === 0;

const nobody: Holding = {glance: undefined, standing: 'other'};

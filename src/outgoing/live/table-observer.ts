/**
 * Sees connections in the kernel's socket tables, and finds the process behind each. Reports each
 * connection once. Decides nothing about what is seen (`outgoing/watch/deeds.ts`), but leaves to the
 * kernel's own report what that names better.
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

/** What was seen of a process during one look at the tables. */
interface Holding {
  readonly glance: Glance | undefined;
  readonly standing: Permission;
}

/** A connection, and the process that is named for it. */
interface OwnedConnection {
  readonly connection: Connection;
  readonly holder: SocketHolder;
  readonly glance: Glance;
  /** Whether others have the same socket. */
  readonly how: 'certain' | 'shared';
}

/**
 * Until the sockets of a process that has ended are closed. Ms: it has none in /proc a moment before
 * (kernel, do_exit(): exit_files(), and only then exit_task_work()), longer where others are served first.
 */
const closingMs = 50;

/**
 * For all questions about the owners of new connections, the search for their processes included.
 * Ms: with the reading of the tables far less than a look may take (`outgoing/egress/rules.ts`).
 * The users take turns, so what is left then belongs to users with very many connections; of those
 * only the user is known.
 */
const longestAttributionMs = 3000;

export class TableObserver {
  readonly #senses: Senses;
  #hasLooked = false;

  constructor(senses: Senses) {
    this.#senses = senses;
  }

  /**
   * Ends when it is known whose the new connections are; their owners are described meanwhile, and later.
   *
   * @param hears how connections are learnt of now: this may change while the tables are read. `events`:
   *   what has ended in a table is old news, for the kernel has reported it
   * @returns the connections of this process's own network; undefined: its tables could not be read
   */
  async look(scope: 'all' | 'own', hears: () => Source): Promise<Looked | undefined> {
    const {connections, seen, sightings} = this.#senses;
    const now = nowMs();
    const looked = await connections.look(scope);
    if (looked === undefined) return undefined;
    const {connections: all, extent} = looked;
    const fresh = all.filter((connection) => seen.note(connection, now) === 'new');
    const owned = fresh.filter(({inode}) => inode !== '0');
    // Connections that ended before our first look are history.
    const ended =
      hears() === 'events' || !this.#hasLooked ? [] : fresh.filter(({inode}) => inode === '0');
    for (const connection of ended) await sightings.add('unknown', connection, 'perhaps');
    if (owned.length > 0) await this.#attribute(owned, hears);
    this.#hasLooked = true;
    // With the time of now: connections that events reported during the look are younger than its
    // beginning.
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
        // The kernel has reported each of these; but not those from before our first look.
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
   * Those that nobody has and that are still there. Of the others the process ended between the table
   * and the search for it: the kernel has reported it, or will in a moment, and names it.
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

/** A socket passed to an allowed program does not become allowed, unless root opened it. */
const isOpenedBy = (connection: Connection, {uid}: Glance): boolean =>
  connection.uid === uid || connection.uid === 0;

const nobody: Holding = {glance: undefined, standing: 'other'};

/**
 * Sees who on this machine opens connections to mail ports of others: from what the kernel tells at
 * once, and from its socket tables, each with the process behind it. Decides nothing about what is
 * seen (`watch.ts` does), but that connections to this machine itself are no matter of its.
 */
import {grouped, memoize} from '../../base/grouping.js';
import type {Say} from '../../base/say.js';
import {addressOf} from '../../net/address.js';
import {type AllowedSender, type Glance, mayHaveBeenAllowed} from '../allowed.js';
import type {ConnectEvent} from '../connect-event.js';
import type {Connection} from '../connection.js';
import type {OwnAddresses} from './own-addresses.js';
import type {OwnerBook} from './owner-book.js';
import type {Owner, Sighting, Confidence} from '../owner.js';
import {ReportedEarly} from '../reported-early.js';
import type {SeenConnections} from '../seen-connections.js';
import type {Permission} from '../sender-hours.js';
import {Outgoing} from '../../sys/outgoing/outgoing.js';
import {glanceAt, goneOwner, isAlive} from '../../sys/proc/owners.js';
import {networkOfProcess} from '../../sys/proc/proc.js';
import {holdersOf, holdsStill, Kinship, socketsOf} from '../../sys/proc/socket-holders.js';
import {nowMs, pause} from '../../sys/run/clock.js';
import {DutyCycle} from '../../sys/run/duty-cycle.js';
import {TimeSlice} from '../../sys/run/time-slice.js';

export interface Observed {
  readonly sighting: Sighting;
  readonly standing: Permission;
}

export interface ObserverParts {
  readonly ports: readonly number[];
  readonly seen: SeenConnections;
  readonly allowed: () => readonly AllowedSender[];
  readonly isAllowed: (process: Glance) => boolean;
  readonly owners: OwnerBook;
  readonly nearby: OwnAddresses;
  readonly tell: (observed: Observed) => void;
  readonly say: Say;
}

/** A connection of which the kernel told, until it is found in the tables. */
interface Pending {
  readonly event: ConnectEvent;
  readonly glance: Glance;
  readonly network: string;
  readonly owner: Promise<Owner>;
}

/** What was seen of a process during one look at the tables. */
interface Holding {
  readonly glance: Glance | undefined;
  readonly standing: Permission;
}

/** Connections of which the kernel told, and that wait. A count: beyond, the tables have to do. */
export const mostPending = 10_000;
/**
 * Until the sockets of a process that has ended are closed. Ms: it has none in /proc a moment before
 * (kernel, do_exit(): exit_files(), and only then exit_task_work()), longer where others are served first.
 */
const closingMs = 50;
/** How often that is asked of the tables. Ms: a flood shall not make us look without end. */
const fullMs = 1000;
/** How often it is said. Ms. */
const sayFullMs = 60_000;

export class Observer {
  readonly #parts: ObserverParts;
  readonly #outgoing: Outgoing;
  readonly #complaints = new Set<string>();
  readonly #pace = new DutyCycle();
  readonly #ahead = new ReportedEarly();
  /** Sightings whose owner is being described. */
  readonly #tellings = new Set<Promise<void>>();
  #pending: Pending[] = [];
  /** Those, and those that are being looked up. */
  #waiting = 0;
  #dropped = 0;
  #nextFullMs = -Infinity;
  #nextSayMs = -Infinity;
  #hasLooked = false;
  #haste: 'none' | 'ending' = 'none';
  #work: Promise<void> | undefined;
  /** Whether the kernel tells of connections, so that what has ended in a table is old news. */
  hears: 'events' | 'nothing' = 'nothing';

  constructor(parts: ObserverParts) {
    this.#parts = parts;
    this.#outgoing = new Outgoing(parts.ports);
  }

  /** This process's own network, in which the rules stand. */
  get network(): string {
    return this.#outgoing.own;
  }

  /**
   * The kernel says that a process connects, now. Only what is read at once is read here: the next
   * of a burst may end at any moment.
   *
   * @returns `full`: some were dropped, and the tables have to do; at most once a second
   */
  hear(event: ConnectEvent): 'heard' | 'full' {
    if (this.#parts.nearby.is(event.remote)) return 'heard';
    const glance = glanceAt(event.pid);
    if (glance === undefined) {
      this.#tellGone(event);
      return 'heard';
    }
    if (this.#parts.isAllowed(glance)) {
      const owner = this.#parts.owners.brief(glance);
      const connection = unplaced(event, networkOfProcess(glance.pid), glance.uid);
      this.#tell('told', connection, 'allowed', owner);
      return 'heard';
    }
    if (this.#waiting >= mostPending) return this.#drop();
    const owner = this.#parts.owners.of(glance);
    this.#pending.push({event, glance, network: networkOfProcess(glance.pid), owner});
    this.#waiting += 1;
    this.#work ??= this.#resolveAll();
    return 'heard';
  }

  /** Looks at the tables. @returns those of this network, in which the rules stand */
  async look(scope: 'all' | 'own'): Promise<readonly Connection[]> {
    const now = nowMs();
    const all = this.#usable(await this.#outgoing.look(scope));
    const fresh = all.filter((connection) => this.#parts.seen.note(connection, now) === 'new');
    const owned = fresh.filter(({inode}) => inode !== '0');
    // What was over before the first look says nothing of what happens now.
    const ended =
      this.hears === 'events' || !this.#hasLooked ? [] : fresh.filter(({inode}) => inode === '0');
    for (const connection of ended) this.#tell('unknown', connection, 'perhaps');
    if (owned.length > 0) await this.#attribute(owned);
    this.#hasLooked = true;
    // Not of the beginning: what was heard meanwhile is younger, and not of a clock that was set.
    this.#parts.seen.sweep(nowMs());
    return all.filter(({network}) => network === this.network);
  }

  /** All that was seen is told of, with what is known by now: this life ends. */
  async settled(): Promise<void> {
    this.#haste = 'ending';
    await this.#work;
    this.#parts.owners.hurry();
    await Promise.all(this.#tellings);
  }

  /** Ends when it is known whose they are; their owners are described meanwhile, and later. */
  async #attribute(connections: readonly Connection[]): Promise<void> {
    const holders = await holdersOf(connections);
    const kinship = new Kinship();
    const slice = new TimeSlice();
    const holdingOf = memoize((pid: number) => this.#holdingOf(pid));
    const ownerless: Connection[] = [];
    for (const connection of connections) {
      if (slice.isOver) await slice.next();
      const its = holders.get(connection.inode) ?? [];
      const pid = await kinship.eldest(its.map((each) => each.pid));
      const holder = its.find((each) => each.pid === pid);
      const {glance, standing} = holder === undefined ? nobody : holdingOf(holder.pid);
      if (holder === undefined || glance === undefined) {
        ownerless.push(connection);
      } else if (standing === 'allowed' && isOpenedBy(connection, glance)) {
        // Of each of these the kernel has told; but not of those from before.
        if (this.hears === 'events' && this.#hasLooked) continue;
        this.#tell('certain', connection, 'allowed', this.#parts.owners.brief(glance));
      } else {
        const held = its.length > 1 ? 'shared' : 'certain';
        this.#ahead.note(glance.pid, destinationOf(connection), nowMs());
        this.#whenDescribed(this.#parts.owners.of(glance), (owner) => {
          const isHeld = holdsStill(holder, connection.inode) && isAlive(glance);
          this.#tell(isHeld ? held : 'told', connection, 'other', owner);
        });
      }
    }
    for (const connection of await this.#lasting(ownerless)) {
      const isUsers = this.#parts.allowed().some(({uid}) => uid === connection.uid);
      this.#tell('user', connection, isUsers ? 'perhaps' : 'other');
    }
  }

  /**
   * Those that nobody has and that stand all the same. Of the others the process ended between the
   * table and the search for it: the kernel has told of it, or will in a moment, and names it.
   */
  async #lasting(ownerless: readonly Connection[]): Promise<readonly Connection[]> {
    if (this.hears !== 'events' || ownerless.length === 0) return ownerless;
    await pause(closingMs);
    const lasting: Connection[] = [];
    for (const [network, ofNetwork] of grouped(ownerless, (each) => each.network)) {
      const now = this.#usable([await this.#outgoing.again(network)]);
      const inodes = new Set(now.map(({inode}) => inode));
      lasting.push(...ofNetwork.filter(({inode}) => inodes.has(inode)));
    }
    return lasting;
  }

  #holdingOf(pid: number): Holding {
    const glance = glanceAt(pid);
    const isAllowed = glance !== undefined && this.#parts.isAllowed(glance);
    return {glance, standing: isAllowed ? 'allowed' : 'other'};
  }

  /** A flood of connections is looked up together: a table takes milliseconds to read. */
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
    this.#work = undefined;
  }

  async #tablesAround(pid: number): Promise<ReadonlyMap<string, Connection>> {
    const connections = this.#usable([await this.#outgoing.around(pid)]);
    return new Map(connections.map((each) => [each.inode, each]));
  }

  /** @param pending of one process */
  async #resolve(
    network: string,
    pending: readonly Pending[],
    tables: ReadonlyMap<string, Connection>,
  ): Promise<void> {
    const {glance, owner} = pending.at(-1)!;
    const {pid} = glance;
    const sockets = this.#haste === 'none' ? await socketsOf(pid, tables) : [];
    const its = [...sockets].map(([inode, descriptor]) => {
      return {connection: tables.get(inode)!, holder: {pid, descriptor}};
    });
    const now = nowMs();
    const fresh = its.filter(({connection}) => this.#parts.seen.note(connection, now) === 'new');
    // What has left something there is told of now, or was when the tables were looked at.
    const there = new Set(its.map(({connection}) => destinationOf(connection)));
    const left = pending.filter(({event}) => {
      const before = this.#ahead.take(pid, destinationOf(event), now);
      return before === 'new' && !there.has(destinationOf(event));
    });
    this.#whenDescribed(owner, async (described) => {
      const slice = new TimeSlice();
      const isSame = isAlive(glance);
      for (const {connection, holder} of fresh) {
        if (slice.isOver) await slice.next();
        const isHeld = isSame && holdsStill(holder, connection.inode);
        this.#tell(isHeld ? 'certain' : 'told', connection, 'other', described);
      }
      for (const {event} of left) {
        if (slice.isOver) await slice.next();
        this.#tell('told', unplaced(event, network, glance.uid), 'other', described);
      }
      this.#waiting -= pending.length;
    });
  }

  /** Each is told of as soon as its own owner is described, and nothing else waits for that. */
  #whenDescribed(owner: Promise<Owner>, tell: (owner: Owner) => void | Promise<void>): void {
    const telling = owner
      .then(tell)
      .catch((error: unknown) => {
        this.#parts.say('error', `outgoing: not told of: ${(error as Error).message}`);
      })
      .finally(() => this.#tellings.delete(telling));
    this.#tellings.add(telling);
  }

  #drop(): 'heard' | 'full' {
    this.#dropped += 1;
    const now = performance.now();
    if (now < this.#nextFullMs) return 'heard';
    this.#nextFullMs = now + fullMs;
    if (now >= this.#nextSayMs) {
      this.#nextSayMs = now + sayFullMs;
      const message = `outgoing: too many connections at once: ${this.#dropped} so far are only looked for in the tables`;
      this.#parts.say('warning', message);
    }
    return 'full';
  }

  #tellGone(event: ConnectEvent): void {
    if (this.#ahead.take(event.pid, destinationOf(event), nowMs()) === 'told') return;
    const standing = mayHaveBeenAllowed(event.command, this.#parts.allowed()) ? 'perhaps' : 'other';
    const owner = goneOwner(event.pid, event.command, nowMs());
    this.#tell('gone', unplaced(event, '', -1), standing, owner);
  }

  #tell(sureness: Confidence, connection: Connection, standing: Permission, owner?: Owner): void {
    const sighting: Sighting = {atMs: nowMs(), connection, sureness, ...(owner && {owner})};
    this.#parts.tell({sighting, standing});
  }

  #usable(seen: Awaited<ReturnType<Outgoing['look']>>): Connection[] {
    return seen.flatMap((each) => {
      if (each.kind === 'failed') {
        if (!this.#complaints.has(each.why)) this.#parts.say('error', `outgoing: ${each.why}`);
        this.#complaints.add(each.why);
        return [];
      }
      return each.connections.filter(
        ({local, remote}) => remote.text !== local.text && !this.#parts.nearby.is(remote),
      );
    });
  }
}

const destinationOf = ({remote, remotePort}: Pick<Connection, 'remote' | 'remotePort'>): string =>
  `${remote.text} ${remotePort}`;

/** Whoever handed his socket to an allowed program is not allowed by that; but root may hand it down. */
const isOpenedBy = (connection: Connection, {uid}: Glance): boolean =>
  connection.uid === uid || connection.uid === 0;

const nobody: Holding = {glance: undefined, standing: 'other'};

const [any4, any6] = [addressOf(4, 0n), addressOf(6, 0n)];

/** The kernel tells before it has chosen a local port. */
const unplaced = (
  {remote, remotePort}: ConnectEvent,
  network: string,
  uid: number,
): Connection => ({
  ...{network, local: remote.family === 4 ? any4 : any6, localPort: 0, remote, remotePort},
  ...{uid, inode: '0', phase: 'opening'},
});

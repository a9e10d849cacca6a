/**
 * Sees who on this machine opens connections to mail ports of others: from what the kernel tells at
 * once, and from its socket tables, each with the process behind it. Decides nothing about what is
 * seen (`outbound.ts` does), but that connections to this machine itself are no matter of its.
 */
import {type AllowedSender, type Glance, mayHaveBeenAllowed} from '../outbound/allowed.js';
import type {ConnectEvent} from '../outbound/connect-event.js';
import type {Connection} from '../outbound/connection.js';
import type {Owner, Sighting, Sureness} from '../outbound/owner.js';
import type {SeenConnections} from '../outbound/seen.js';
import type {Standing} from '../outbound/senders.js';
import {addressOf} from '../net/address.js';
import type {Say} from '../log-level.js';
import {nowMs} from '../sys/machine.js';
import {Outgoing} from '../sys/outgoing.js';
import {glanceAt, goneOwner, isAlive} from '../sys/owners.js';
import {eldest, holdersOf, socketsOf} from '../sys/socket-holders.js';
import {networkOf} from '../sys/proc.js';
import type {Nearby} from './nearby.js';
import type {OwnerBook} from './owner-book.js';

export interface Observed {
  readonly sighting: Sighting;
  readonly standing: Standing;
}

export interface ObserverParts {
  readonly ports: readonly number[];
  readonly seen: SeenConnections;
  readonly allowed: () => readonly AllowedSender[];
  readonly isAllowed: (process: Glance) => boolean;
  readonly owners: OwnerBook;
  readonly nearby: Nearby;
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

/** Connections of which the kernel told, and that wait. A count: beyond, the tables have to do. */
export const mostPending = 10_000;

export class Observer {
  readonly #parts: ObserverParts;
  readonly #outgoing: Outgoing;
  readonly #complaints = new Set<string>();
  #pending: Pending[] = [];
  #hasLooked = false;
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

  /** The kernel says that a process connects, now. @returns `full`: the tables have to do */
  hear(event: ConnectEvent): 'heard' | 'full' {
    if (this.#parts.nearby.is(event.remote)) return 'heard';
    const glance = glanceAt(event.pid);
    if (glance === undefined) {
      this.#tellGone(event);
      return 'heard';
    }
    if (this.#parts.isAllowed(glance)) {
      const owner = this.#parts.owners.brief(glance);
      const connection = unplaced(event, networkOf(glance.pid), glance.uid);
      this.#tell('told', connection, 'allowed', owner);
      return 'heard';
    }
    if (this.#pending.length >= mostPending) return 'full';
    // Begun at once: it may end at any moment.
    const owner = this.#parts.owners.of(glance);
    this.#pending.push({event, glance, network: networkOf(glance.pid), owner});
    this.#work ??= this.#resolveAll().finally(() => (this.#work = undefined));
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

  /** Ends when all of which the kernel told are looked after. */
  async settled(): Promise<void> {
    await this.#work;
  }

  async #attribute(connections: readonly Connection[]): Promise<void> {
    const holders = await holdersOf(connections);
    // Of one that has a thousand, all are looked at once.
    const after = remembered((pid: number) => new Set(socketsOf(pid)));
    for (const connection of connections) {
      const pids = holders.get(connection.inode) ?? [];
      const pid = eldest(pids);
      const glance = pid === undefined ? undefined : glanceAt(pid);
      if (glance === undefined) {
        const isUsers = this.#parts.allowed().some(({uid}) => uid === connection.uid);
        this.#tell('user', connection, isUsers ? 'perhaps' : 'other');
      } else if (this.#parts.isAllowed(glance)) {
        // Of each of these the kernel has told; but not of those from before.
        if (this.hears === 'events' && this.#hasLooked) continue;
        this.#tell('certain', connection, 'allowed', this.#parts.owners.brief(glance));
      } else {
        const owner = await this.#parts.owners.of(glance);
        const isHeld = after(glance.pid).has(connection.inode) && isAlive(glance);
        const held = pids.length > 1 ? 'shared' : 'certain';
        this.#tell(isHeld ? held : 'told', connection, 'other', owner);
      }
    }
  }

  /** A flood of connections is looked up together: a table takes milliseconds to read. */
  async #resolveAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      for (const [network, ofNetwork] of grouped(batch, (each) => each.network)) {
        const pid = ofNetwork.at(-1)!.glance.pid;
        const tables = this.#usable([await this.#outgoing.around(pid)]);
        const processes = grouped(ofNetwork, ({glance}) => `${glance.pid} ${glance.startTicks}`);
        for (const pending of processes.values()) await this.#resolve(network, pending, tables);
      }
    }
  }

  /** @param pending of one process */
  async #resolve(
    network: string,
    pending: readonly Pending[],
    tables: readonly Connection[],
  ): Promise<void> {
    const {glance} = pending[0]!;
    const before = new Set(socketsOf(glance.pid));
    const its = tables.filter(({inode}) => before.has(inode));
    const fresh = its.filter((connection) => this.#parts.seen.note(connection, nowMs()) === 'new');
    const owner = await pending.at(-1)!.owner;
    const after = new Set(isAlive(glance) ? socketsOf(glance.pid) : []);
    for (const connection of fresh) {
      this.#tell(after.has(connection.inode) ? 'certain' : 'told', connection, 'other', owner);
    }
    // What has left something there is told of now, or was when the tables were looked at.
    const there = new Set(its.map(destinationOf));
    for (const {event} of pending) {
      if (there.has(destinationOf(event))) continue;
      this.#tell('told', unplaced(event, network, glance.uid), 'other', owner);
    }
  }

  #tellGone(event: ConnectEvent): void {
    const standing = mayHaveBeenAllowed(event.command, this.#parts.allowed()) ? 'perhaps' : 'other';
    const owner = goneOwner(event.pid, event.command, nowMs());
    this.#tell('gone', unplaced(event, '', -1), standing, owner);
  }

  #tell(sureness: Sureness, connection: Connection, standing: Standing, owner?: Owner): void {
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

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Asks once for each. */
function remembered<Key, Value>(ask: (key: Key) => Value): (key: Key) => Value {
  const answers = new Map<Key, Value>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(key);
    answers.set(key, answer);
    return answer;
  };
}

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

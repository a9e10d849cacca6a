/**
 * Reads the socket tables of every network namespace on this machine, and gives connections. `sys/proc/owners.ts` finds
 * their owners, and `table-pass.ts` reads one table.
 *
 * A table is read off the main thread: the kernel walks its whole hash to print it, which takes some
 * milliseconds even for few sockets. So a table is read again only if the namespace's counter
 * of opened connections has moved, or a connection is still opening. Reading the counter takes a tenth
 * of a millisecond.
 */
import {readFile} from 'node:fs/promises';
import {shareHolder} from '../../base/user-range.js';
import {activeOpensOf} from '../../net/active-opens.js';
import type {Connection} from '../../outgoing/connection.js';
import {mostConnectionsOfUser} from '../../outgoing/shares.js';
import {allPids, linkOf, networkOfProcess} from '../proc/links.js';
import {userOf} from '../proc/sockets/socket-holders.js';
import {TimeSlice} from '../run/time-slice.js';
import {type Refused, refusal, TablePass} from './table-pass.js';

/** A list of the namespaces is used for so long. Ms: a new container may be seen so much later. */
const namespacesMs = 10_000;
/** At most so many network namespaces are read. A count: each costs two walks through the hash. */
const mostNamespaces = 256;
/**
 * At most so many of them may belong to one user other than root. A count: every user can make any number of namespaces,
 * and would hide those of others.
 */
const mostOfUser = 64;

/**
 * If the counter has not moved, a table is used for so long. Ms: root in a container can add a
 * connection that was never counted (TCP_REPAIR, as for a restored container).
 */
export const believedMs = 30_000;

interface RememberedSockets {
  /** The process whose namespace was read. Another namespace may get the name of one that is gone. */
  readonly pid: number;
  readonly activeOpens: string | undefined;
  readonly seen: Seen;
  readonly untilMs: number;
}

const tooMany = (most: number): string =>
  `there are more than ${most} networks of processes: the others are not looked at`;
const tooManyOfUser = (most: number): string =>
  `a user has more than ${most} networks of processes: the others of that user are not looked at`;

const tooManyConnections = `a user has more than ${mostConnectionsOfUser} connections to mail ports: the others of that user are looked at later`;

export type Seen =
  | {
      readonly kind: 'connections';
      readonly connections: readonly Connection[];
      /** `all`: the whole table, except sockets that were passed over. */
      readonly extent: 'all' | 'part' | 'toEnd';
      /** Why some were passed over; absent: none were. */
      readonly left?: string;
    }
  | {readonly kind: 'failed'; readonly why: string};

const nothing: Seen = {kind: 'connections', connections: [], extent: 'all'};

/**
 * One look reads the tables of a network for at most so long. Ms: hundreds of thousands of sockets take ten seconds and
 * more, and held connections must be looked at before that (`outgoing/egress/rules.ts`).
 */
const readMs = 2000;

export class Outgoing {
  readonly #ports: readonly number[];
  readonly #proc: string;
  readonly #most: number;
  readonly #mostOfUser: number;
  /** A process in each namespace. */
  #namespaces: ReadonlyMap<string, number> = new Map();
  #nextLookMs = 0;
  /** Keyed by the network namespace. */
  readonly #memories = new Map<string, RememberedSockets>();
  /** An unfinished pass through the tables of our own network; undefined: there is none. */
  #ownPass: TablePass | undefined;
  #left: 'none' | 'ofUser' | 'ofAll' = 'none';

  /**
   * @param proc the folder with the tables; tests give another one than /proc
   * @param most the bound on namespaces; tests give a smaller one
   * @param ofUser the bound on namespaces of one user, likewise
   */
  constructor(
    ports: readonly number[],
    proc = '/proc',
    most = mostNamespaces,
    ofUser = mostOfUser,
  ) {
    this.#ports = ports;
    this.#most = most;
    this.#mostOfUser = ofUser;
    this.#proc = proc;
  }

  /** The network namespace of this process. */
  readonly own = linkOf('/proc/self/ns/net');

  /** @param scope `own`: only this process's network */
  async look(scope: 'all' | 'own'): Promise<Seen[]> {
    if (scope === 'own') return [await this.#ownNetwork()];
    await this.#findNamespaces();
    // If the process of a namespace has ended, or another process has its number, find another process there.
    const isDeserted = [...this.#namespaces].some(
      ([network, pid]) => networkOfProcess(pid) !== network,
    );
    if (isDeserted) {
      this.#nextLookMs = 0;
      await this.#findNamespaces();
    }
    const seen: Seen[] = [];
    for (const [network, pid] of this.#namespaces) seen.push(await this.#remembered(pid, network));
    // Forget namespaces of containers that have ended.
    for (const network of this.#memories.keys())
      if (!this.#namespaces.has(network)) this.#memories.delete(network);
    if (this.#left === 'ofAll') seen.push({kind: 'failed', why: tooMany(this.#most)});
    if (this.#left === 'ofUser') seen.push({kind: 'failed', why: tooManyOfUser(this.#mostOfUser)});
    return seen;
  }

  /** Ends an unfinished pass. */
  async close(): Promise<void> {
    const pass = this.#ownPass;
    this.#ownPass = undefined;
    await pass?.close();
  }

  /** Reads the namespace of a process now, because the counter does not yet have an event that just came. */
  async around(pid: number): Promise<Seen> {
    return this.#table(pid, networkOfProcess(pid));
  }

  /** Reads again, now, a network that was read before. */
  async again(network: string): Promise<Seen> {
    const pid = network === this.own ? process.pid : this.#namespaces.get(network);
    return pid === undefined ? nothing : this.#table(pid, network);
  }

  #ownNetwork(): Promise<Seen> {
    const readOn = (): Promise<Seen> => this.#readOn();
    return this.#ownPass === undefined ? this.#remembered(process.pid, this.own, readOn) : readOn();
  }

  /** Goes on with tables that the last look could not finish. */
  async #readOn(): Promise<Seen> {
    const pass = this.#ownPass ?? new TablePass(`${this.#proc}/${process.pid}/net`, this.#ports);
    const seen = await this.#part(pass, this.own);
    const isOver = seen.kind === 'failed' || seen.extent !== 'part';
    this.#ownPass = isOver ? undefined : pass;
    if (isOver) await pass.close();
    return seen;
  }

  /** The table as it was last read, if no connection was opened since. Some may have ended. */
  async #remembered(
    pid: number,
    network: string,
    read = (): Promise<Seen> => this.#table(pid, network),
  ): Promise<Seen> {
    // The counter is read before the tables, so that a connection that opens meanwhile moves it again.
    const counters = await tryToRead(`${this.#proc}/${pid}/net/snmp`);
    const activeOpens = counters.kind === 'text' ? activeOpensOf(counters.text) : undefined;
    const memory = this.#memories.get(network);
    const isGood =
      activeOpens !== undefined &&
      pid === memory?.pid &&
      activeOpens === memory.activeOpens &&
      performance.now() < memory.untilMs;
    if (isGood) return memory.seen;
    const seen = await read();
    const isSettled =
      seen.kind === 'connections' &&
      seen.extent === 'all' &&
      seen.connections.every(({phase}) => phase !== 'opening');
    const untilMs = performance.now() + (isSettled ? believedMs : 0);
    this.#memories.set(network, {pid, activeOpens, seen, untilMs});
    return seen;
  }

  async #table(pid: number, network: string): Promise<Seen> {
    const pass = new TablePass(`${this.#proc}/${pid}/net`, this.#ports);
    const seen = await this.#part(pass, network);
    await pass.close();
    return seen;
  }

  async #part(pass: TablePass, network: string): Promise<Seen> {
    const part = await pass.readOn(readMs);
    if (part.kind === 'unknownFormat') {
      return {
        kind: 'failed',
        why: `/proc/net/tcp: ${JSON.stringify(part.head)}: expected the columns of Linux 2.6 or newer`,
      };
    }
    if (part.kind === 'refused') {
      // A process of another network may end while its table is read. Our own process is alive.
      return network === this.own ? {kind: 'failed', why: part.why} : nothing;
    }
    const connections = part.sockets.map((socket): Connection => ({...socket, network}));
    const left = part.passedOver > 0 ? {left: tooManyConnections} : {};
    return {kind: 'connections', connections, extent: part.extent, ...left};
  }

  async #findNamespaces(): Promise<void> {
    if (performance.now() < this.#nextLookMs) return;
    this.#nextLookMs = performance.now() + namespacesMs;
    const found = new Map([[this.own, process.pid]]);
    const slice = new TimeSlice();
    this.#left = 'none';
    const ofUsers = new Map<number, number>();
    const passedOver = new Set<string>();
    for (const pid of allPids()) {
      if (slice.isOver) await slice.next();
      const network = networkOfProcess(Number(pid));
      if (network === '' || found.has(network) || passedOver.has(network)) continue;
      if (found.size >= this.#most) {
        this.#left = 'ofAll';
        break;
      }
      const uid = userOf(Number(pid));
      const user = shareHolder(uid);
      const count = ofUsers.get(user) ?? 0;
      if (user !== 0 && count >= this.#mostOfUser) {
        passedOver.add(network);
        this.#left = 'ofUser';
        continue;
      }
      ofUsers.set(user, count + 1);
      found.set(network, Number(pid));
    }
    this.#namespaces = found;
  }
}

async function tryToRead(path: string): Promise<{kind: 'text'; text: string} | Refused> {
  try {
    return {kind: 'text', text: await readFile(path, 'latin1')};
  } catch (error) {
    return refusal(error) ?? {kind: 'text', text: ''};
  }
}

/**
 * Reads processes from /proc. Gives facts only: `sessions/attribute.ts` and `sessions/reap.ts` decide what they
 * mean. A process may end between any two reads; then there are no facts.
 */
import fs from 'node:fs';
import type {ProcessIdentity} from '../../base/process-identity.js';
import {
  isServedAt,
  mayBeMailer,
  mayCastDoubt,
  type ProcessUser,
  type Question,
  type Witness,
} from '../../sessions/attribute.js';
import type {FreezeFacts} from '../../sessions/freeze.js';
import type {Dialect} from '../../mail/dialect.js';
import {findSockets, isListening, isSocketTable, type SocketEntry} from '../../net/socket-table.js';
import {allPids, linkOf, socketInodes} from './links.js';
import {BootClock, statOf, statusOf, writtenBytesOf} from './snapshot.js';

/**
 * For a process in another user namespace only the path is given, because the owner of that namespace controls its
 * files, its title and the socket tables of its network.
 *
 * @param known its identity, if it was read in this look
 * @returns undefined if there is no such process (any more), or if we may not look at it
 */
export function processFacts(
  pid: number,
  findSocketsOf: SocketFinder,
  boot = new BootClock(),
  known?: Identity,
): Witness | undefined {
  const root = `/proc/${pid}`;
  try {
    const {ownPid, user} = known ?? identityOf(pid);
    const isOurs = user.userNamespace === 'ours';
    const path = fs.readlinkSync(`${root}/exe`);
    const owner = isOurs && fs.statSync(`${root}/exe`).uid === 0 ? 'root' : 'other';
    const before = statOf(pid).state;
    const title = isOurs ? titleOf(pid) : '';
    const activity = before === 'S' && statOf(pid).state === 'S' ? 'sleeps' : 'other';
    const sockets = isOurs ? findSocketsOf(root) : [];
    const writtenBytes = sockets.length > 0 ? writtenBytesOf(pid) : undefined;
    // Read last: if another process got the pid meanwhile, this is its start time.
    const {startTicks, parentPid} = statOf(pid);
    const startedMs = boot.startedMsOf(startTicks);
    const executable = {path, owner} as const;
    const who = {pid, startTicks, parentPid, ownPid, user, executable, startedMs};
    return {...who, title, activity, sockets, writtenBytes};
  } catch {
    return undefined;
  }
}

interface Identity {
  readonly ownPid: number;
  readonly user: ProcessUser;
}

/** The identity of a process, from data of the kernel only. */
function identityOf(pid: number): Identity {
  const {ownPid, realUid: uid} = statusOf(pid);
  const namespaces = [pid, 'self'].map((each) => fs.readlinkSync(`/proc/${each}/ns/user`));
  const isOurs = namespaces[0] === namespaces[1];
  const user: ProcessUser = {uid, userNamespace: isOurs ? 'ours' : 'other'};
  return {ownPid, user};
}

/** The places where the mailer runs are remembered for at least so long. Ms. */
const surveyMs = 5000;
/** On a machine with very many processes, surveys take at most this share of the time. */
const surveyShare = 0.02;
/**
 * With more processes in containers that count, the search would hold up the log. A count. Processes
 * of ordinary users do not count, because a user could otherwise switch the search off.
 */
const mostProcesses = 20_000;

/**
 * Finds the processes that the pid in a line may mean. A mailer in a container has its own process numbers. So the
 * same number is another process on this machine, or in another container. Processes of ordinary users,
 * and containers in which only ordinary users run the mailer, are ignored, because they prove nothing.
 */
export class Candidates {
  readonly #find: SocketFinder;
  readonly #isProgram: Dialect['isProgram'];
  /** Places by pid, from the last survey, because reading all processes again takes too long. */
  #places: ReadonlyMap<string, Place> = new Map();
  /** Other pid namespaces in which the mailer runs. */
  #mailers: ReadonlySet<string> = new Set();
  #nextSurveyMs = 0;
  readonly #boot = new BootClock();

  constructor(find: SocketFinder, isProgram: Dialect['isProgram']) {
    this.#find = find;
    this.#isProgram = isProgram;
  }

  of({pid, numberedBy}: Pick<Question, 'pid' | 'numberedBy'>): Witness[] {
    const inside = numberedBy === 'log' ? this.#inContainers(pid) : [];
    if (inside === 'tooMany') return [];
    return [pid, ...inside.filter((other) => other !== pid)].flatMap((each) => {
      const identity = worthALook(each);
      return identity ? (processFacts(each, this.#find, this.#boot, identity) ?? []) : [];
    });
  }

  #inContainers(ownPid: number): number[] | 'tooMany' {
    if (performance.now() >= this.#nextSurveyMs) this.#survey();
    if (this.#mailers.size === 0) return [];
    this.#places = placesOf(allPids(), this.#places);
    let count = 0;
    const found: number[] = [];
    for (const [pid, place] of this.#places) {
      if (place === 'noMatter' || !this.#mailers.has(place.namespace)) continue;
      if (++count > mostProcesses) return 'tooMany';
      if (place.ownPid === ownPid) found.push(Number(pid));
    }
    return found;
  }

  #survey(): void {
    const startMs = performance.now();
    this.#places = placesOf(allPids(), new Map());
    const mailers = [...this.#places].flatMap(([pid, place]) =>
      place !== 'noMatter' && this.#isProgram(linkOf(`/proc/${pid}/exe`)) ? place.namespace : [],
    );
    this.#mailers = new Set(mailers);
    const endMs = performance.now();
    this.#nextSurveyMs = endMs + Math.max(surveyMs, (endMs - startMs) / surveyShare);
  }
}

/** The pid namespace of a process that a line may mean; `noMatter`: it is ours, or the process proves nothing. */
type Place = 'noMatter' | {readonly namespace: string; readonly ownPid: number};

function placesOf(
  pids: readonly string[],
  known: ReadonlyMap<string, Place>,
): ReadonlyMap<string, Place> {
  const ours = linkOf('/proc/self/ns/pid');
  return new Map(pids.map((pid) => [pid, known.get(pid) ?? placeOf(pid, ours)]));
}

function placeOf(pid: string, ours: string): Place {
  const namespace = linkOf(`/proc/${pid}/ns/pid`) || ours; // it has ended
  if (namespace === ours) return 'noMatter';
  const identity = worthALook(Number(pid));
  return identity === undefined ? 'noMatter' : {namespace, ownPid: identity.ownPid};
}

/**
 * Whether to look at a process at all. A user can make a process that halts every reader of its title or its program
 * (with a file system of the user's own behind them), and then write its pid into the log.
 *
 * @returns its identity; undefined: do not look at it
 */
function worthALook(pid: number): Identity | undefined {
  try {
    const identity = identityOf(pid);
    return mayCastDoubt(identity.user) ? identity : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is a mailer that may be the machine's own. Uses only data for which no process can make us wait. */
export function runsMailer(pid: number, isProgram: Dialect['isProgram']): boolean {
  try {
    return isProgram(linkOf(`/proc/${pid}/exe`)) && mayBeMailer(identityOf(pid).user);
  } catch {
    return false;
  }
}

/**
 * What a process shows of itself, read in a tenth of a millisecond. Gives a title only of a mailer that may be the machine's
 * own: only their titles can be read without any process that makes us wait.
 *
 * @returns undefined if it is no such mailer, if another user than root owns the program, or if it has ended
 */
export function mailerGlance(
  pid: number,
  isProgram: Dialect['isProgram'],
): (Omit<FreezeFacts, 'startedMs'> & ProcessIdentity) | undefined {
  if (!runsMailer(pid, isProgram)) return undefined;
  try {
    if (fs.statSync(`/proc/${pid}/exe`).uid !== 0) return undefined;
    const title = titleOf(pid);
    // Read last: if another process got the pid meanwhile, this is its start time.
    const {state, startTicks} = statOf(pid);
    return {pid, startTicks, state, title};
  } catch {
    return undefined;
  }
}

/** Finds the TCP sockets of the process with this folder in /proc. */
type SocketFinder = (root: string) => SocketEntry[];

/** A remembered table is used for at most so long, because inode numbers are reused some day. Ms. */
const longestMemoryMs = 60_000;

interface RememberedTable {
  /** Both tables, one after the other. */
  readonly text: string;
  /** When they were read, by the monotonic clock. Ms. */
  readonly readMs: number;
  /** Inodes of sockets that do not belong to a client. */
  readonly others: ReadonlySet<string>;
}

/**
 * Remembers the kernel's socket tables from one call to the next. The kernel walks its whole
 * hash to print a table, which takes five milliseconds on an idle machine, and a guesser may begin a new
 * envelope with every name. A socket keeps its peer for life, so a remembered line stays
 * true. The tables are read again only for a process with an unknown socket.
 */
export class SocketTables {
  readonly #clientPorts: readonly number[];
  /** Keyed by the network namespace, because a container's sendmail has its own tables. */
  readonly #memories = new Map<string, RememberedTable>();

  /** @param clientPorts the local ports at which clients are served, besides the submission ports */
  constructor(...clientPorts: readonly number[]) {
    this.#clientPorts = clientPorts;
  }

  readonly find: SocketFinder = (root) => {
    const inodes = socketInodes(root);
    if (inodes.length === 0) return [];
    const namespace = fs.readlinkSync(`${root}/ns/net`);
    const memory = this.#freshMemory(namespace);
    if (memory !== undefined) {
      const found = findSockets(memory.text, inodes);
      if (found.some(this.#isClient)) return found;
      if (inodes.every((inode) => memory.others.has(inode))) return found;
    }
    const text = ['tcp', 'tcp6'].map((name) => tableAt(root, name)).join('\n');
    const found = findSockets(text, inodes);
    const clients = new Set(found.filter(this.#isClient).map(({inode}) => inode));
    const others = new Set([...(memory?.others ?? []), ...inodes].filter((i) => !clients.has(i)));
    this.#forgetStale();
    this.#memories.set(namespace, {text, readMs: memory?.readMs ?? performance.now(), others});
    return found;
  };

  /** Whether the process may take connections, by the remembered tables: yes without them. @throws if it is gone */
  readonly listens = (root: string): boolean => {
    const memory = this.#freshMemory(fs.readlinkSync(`${root}/ns/net`));
    return memory === undefined || isListening(memory.text, socketInodes(root));
  };

  /** Forgets the tables of namespaces of containers that have ended. */
  #forgetStale(): void {
    for (const namespace of this.#memories.keys()) {
      if (this.#freshMemory(namespace) === undefined) this.#memories.delete(namespace);
    }
  }

  #freshMemory(namespace: string): RememberedTable | undefined {
    const memory = this.#memories.get(namespace);
    const isFresh = memory !== undefined && performance.now() - memory.readMs <= longestMemoryMs;
    return isFresh ? memory : undefined;
  }

  readonly #isClient = ({localPort}: SocketEntry): boolean =>
    isServedAt(localPort, this.#clientPorts);
}

/** @throws if the table cannot be read. An empty table would mean that no socket belongs to a client */
function tableAt(root: string, name: string): string {
  const path = `${root}/net/${name}`;
  try {
    const text = fs.readFileSync(path, 'latin1');
    if (isSocketTable(text)) return text;
  } catch (error) {
    if (name === 'tcp6' && (error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // no IPv6 there
    throw error;
  }
  throw new Error(`${path}: not a table of sockets`);
}

function titleOf(pid: number): string {
  const raw = fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  return (raw.split('\0', 1)[0] ?? '').trimEnd();
}

/**
 * Finds which processes have certain sockets. Of each process only links are read: nobody can make us
 * wait for those. But there may be very many of them, so they are read in slices, and within bounds.
 */
import fs from 'node:fs';
import {allPids, socketInodeAt} from './links.js';
import {ancestry, type ProcessStat, statIfThere} from './snapshot.js';
import {TimeSlice} from '../run/time-slice.js';

/** Of the chain of parents that are looked for. A count: what lies above began a session. */
const mostAncestors = 12;
/** Of one process, the lowest first. A count: some 15 ms; a program that hides behind more is named by what the kernel told. */
export const mostDescriptors = 4096;
/** Of one socket. A count: of a thousand children that share one the first few lead to their parent. */
export const mostHolders = 64;
/** Entries of a folder that are fetched at a time. A count: far less than a slice. */
const fetchedAtOnce = 128;

export interface SocketHolder {
  readonly pid: number;
  /** The number of its descriptor, as /proc names it. */
  readonly descriptor: string;
}

/**
 * Which of these sockets the process has; none when that may not be seen.
 *
 * @returns inode → descriptor
 */
export async function socketsOf(
  pid: number,
  wanted: {has(inode: string): boolean},
  slice = new TimeSlice(),
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  let folder: fs.Dir | undefined;
  try {
    folder = fs.opendirSync(`/proc/${pid}/fd`, {bufferSize: fetchedAtOnce});
    for (let count = 0; count < mostDescriptors; count++) {
      if (slice.isOver) await slice.next();
      const name = folder.readSync()?.name;
      if (name === undefined) break;
      const inode = socketInodeAt(`/proc/${pid}/fd/${name}`);
      if (inode !== undefined && wanted.has(inode)) found.set(inode, name);
    }
  } catch {
    // It has ended, or may not be looked at.
  } finally {
    folder?.closeSync();
  }
  return found;
}

/** Whether it still has the socket where it was found; all others need not be read again. */
export const holdsStill = ({pid, descriptor}: SocketHolder, inode: string): boolean =>
  socketInodeAt(`/proc/${pid}/fd/${descriptor}`) === inode;

/**
 * Which processes have these sockets: first those of the users who opened them are asked, and the
 * others only for what is left.
 *
 * @returns inode → at most so many of its holders
 */
export async function holdersOf(
  sockets: readonly {readonly inode: string; readonly uid: number}[],
): Promise<ReadonlyMap<string, readonly SocketHolder[]>> {
  const wanted = new Set(sockets.map(({inode}) => inode));
  const users = new Set(sockets.map(({uid}) => uid));
  const found = new Map<string, SocketHolder[]>();
  const slice = new TimeSlice();
  const others: number[] = [];
  const look = async (pid: number): Promise<void> => {
    for (const [inode, descriptor] of await socketsOf(pid, wanted, slice)) {
      const holders = found.get(inode);
      if (holders === undefined) found.set(inode, [{pid, descriptor}]);
      else if (holders.length < mostHolders) holders.push({pid, descriptor});
    }
  };
  for (const pid of allPids().map(Number)) {
    if (slice.isOver) await slice.next();
    if (users.has(userOf(pid))) await look(pid);
    else others.push(pid);
  }
  for (const pid of others) {
    if (found.size >= wanted.size) break;
    await look(pid);
  }
  return found;
}

/** Who descends from whom. For one look: each process is asked once, and each question answered once. */
export class Kinship {
  readonly #slice = new TimeSlice();
  readonly #stats = new Map<number, ProcessStat | undefined>();
  readonly #answers = new Map<string, number | undefined>();

  /** Of several that have a socket the one that the others descend from: it was there first. */
  async eldest(pids: readonly number[]): Promise<number | undefined> {
    const key = pids.join(' ');
    if (!this.#answers.has(key)) this.#answers.set(key, await this.#find(pids));
    return this.#answers.get(key);
  }

  async #find(pids: readonly number[]): Promise<number | undefined> {
    if (pids.length < 2) return pids[0];
    const all = new Set(pids);
    const heirs: number[] = [];
    for (const pid of pids) {
      if (this.#slice.isOver) await this.#slice.next();
      if (!this.#descendsFrom(pid, all)) heirs.push(pid);
    }
    const startOf = (pid: number): number => this.#statOf(pid)?.startTicks ?? Number.MAX_VALUE;
    return heirs.sort((a, b) => startOf(a) - startOf(b))[0];
  }

  #descendsFrom(pid: number, all: ReadonlySet<number>): boolean {
    const above = this.#statOf(pid)?.parentPid ?? 0;
    for (const parent of ancestry(above, mostAncestors, (each) => this.#statOf(each)))
      if (all.has(parent.pid)) return true;
    return false;
  }

  #statOf(pid: number): ProcessStat | undefined {
    if (!this.#stats.has(pid)) this.#stats.set(pid, statIfThere(pid));
    return this.#stats.get(pid);
  }
}

/** The owner of its folder: the effective user, or root for a process that keeps its secrets. */
function userOf(pid: number): number {
  return fs.statSync(`/proc/${pid}`, {throwIfNoEntry: false})?.uid ?? -1;
}

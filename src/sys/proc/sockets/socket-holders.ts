/**
 * Finds the processes that have certain sockets. Reads only links of a process, for which it cannot make us
 * wait. There may be very many links, so they are read in slices and within bounds.
 */
import fs from 'node:fs';
import {grouped, inTurns} from '../../../base/grouping.js';
import {shareHolder} from '../../../base/user-range.js';
import {allPids, socketInodeAt} from '../links.js';
import {ancestry, type ProcessStat, statIfThere} from '../snapshot.js';
import {TimeSlice} from '../../run/time-slice.js';

/** At most so many parents are followed. A count: processes further up began a session. */
const mostAncestors = 12;
/** At most so many descriptors of one process are read, the lowest first. A count: some 15 ms. A program with more is named by the kernel's event. */
export const mostDescriptors = 4096;
/**
 * At most so many descriptors of all processes of one user in one search. A count: some 100 ms. Processes can share their
 * descriptors, so a few thousand become millions, and all other searches would wait.
 */
export const mostDescriptorsOfUser = 32_768;
/** The same for root, who has many services and most containers. A count: within the time below. */
const mostDescriptorsOfRoot = 262_144;
/**
 * Time for one search. Ms: callers wait no longer. If the process of a socket was not found, only its
 * user is known.
 */
export const longestSearchMs = 2000;
/** At most so many holders of one socket. A count: if a thousand children share one, the first few lead to their parent. */
export const mostHolders = 64;
/** So many entries of a folder are read at a time. A count: they take far less than a slice. */
const fetchedAtOnce = 128;

export interface SocketHolder {
  readonly pid: number;
  /** The number of its descriptor, as /proc names it. */
  readonly descriptor: string;
}

/** How many descriptors may still be read. A count. */
interface DescriptorShare {
  left: number;
}

/**
 * Finds which of these sockets the process has; none if we may not look.
 *
 * @param share how many descriptors may be read; this function reduces it
 * @returns inode → descriptor
 */
export async function socketsOf(
  pid: number,
  wanted: {has(inode: string): boolean},
  slice = new TimeSlice(),
  share: DescriptorShare = {left: mostDescriptors},
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  let folder: fs.Dir | undefined;
  try {
    folder = fs.opendirSync(`/proc/${pid}/fd`, {bufferSize: fetchedAtOnce});
    for (let count = 0; count < mostDescriptors && share.left > 0; count++) {
      if (slice.isOver) await slice.next();
      const name = folder.readSync()?.name;
      if (name === undefined) break;
      share.left -= 1;
      const inode = socketInodeAt(`/proc/${pid}/fd/${name}`);
      if (inode !== undefined && wanted.has(inode)) found.set(inode, name);
    }
  } catch {
    // The process has ended, or we may not look at it.
  } finally {
    folder?.closeSync();
  }
  return found;
}

/** Whether the process still has the socket at the same descriptor. The other descriptors need not be read again. */
export const holdsStill = ({pid, descriptor}: SocketHolder, inode: string): boolean =>
  socketInodeAt(`/proc/${pid}/fd/${descriptor}`) === inode;

/**
 * Finds the processes that have these sockets. Searches first among processes of the users who opened the sockets, and
 * then among the others for the rest. The users take turns, each has a share of the search, and the whole search has a
 * time limit. So no user can prevent the processes of others from being found.
 *
 * @returns inode → its holders, at most `mostHolders`
 */
export async function holdersOf(
  sockets: readonly {readonly inode: string; readonly uid: number}[],
): Promise<ReadonlyMap<string, readonly SocketHolder[]>> {
  const wanted = new Set(sockets.map(({inode}) => inode));
  const users = new Set(sockets.map(({uid}) => uid));
  const found = new Map<string, SocketHolder[]>();
  const slice = new TimeSlice();
  const endMs = performance.now() + longestSearchMs;
  const shares = new Map<number, DescriptorShare>();
  const look = async (pid: number, uid: number): Promise<void> => {
    const share = shareOf(uid, shares);
    if (share.left <= 0) return;
    for (const [inode, descriptor] of await socketsOf(pid, wanted, slice, share)) {
      const holders = found.get(inode);
      if (holders === undefined) found.set(inode, [{pid, descriptor}]);
      else if (holders.length < mostHolders) holders.push({pid, descriptor});
    }
  };
  const pids: (readonly [pid: number, uid: number])[] = [];
  for (const pid of allPids().map(Number)) {
    if (slice.isOver) await slice.next();
    pids.push([pid, userOf(pid)]);
  }
  const [first, others] = [true, false].map((isFirst) =>
    grouped(
      pids.filter(([, uid]) => users.has(uid) === isFirst),
      ([, uid]) => String(shareHolder(uid)),
    ).values(),
  );
  for (const [pid, uid] of inTurns(first!)) {
    if (performance.now() > endMs) break;
    await look(pid, uid);
  }
  for (const [pid, uid] of inTurns(others!)) {
    if (found.size >= wanted.size || performance.now() > endMs) break;
    await look(pid, uid);
  }
  return found;
}

/**
 * Knows which process descends from which. For one look only: it reads each process once and remembers each
 * answer.
 */
export class Kinship {
  readonly #slice = new TimeSlice();
  readonly #stats = new Map<number, ProcessStat | undefined>();
  readonly #answers = new Map<string, number | undefined>();

  /** The process from which the other holders of a socket descend: it had the socket first. */
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

function shareOf(uid: number, shares: Map<number, DescriptorShare>): DescriptorShare {
  const key = shareHolder(uid);
  const known = shares.get(key);
  if (known !== undefined) return known;
  const share = {left: uid === 0 ? mostDescriptorsOfRoot : mostDescriptorsOfUser};
  shares.set(key, share);
  return share;
}

/** The owner of the folder in /proc is the effective user, even if the process hides itself (proc_pid(5)). */
export const userOf = (pid: number): number =>
  fs.statSync(`/proc/${pid}`, {throwIfNoEntry: false})?.uid ?? -1;

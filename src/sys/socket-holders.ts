/**
 * Finds which processes have certain sockets. Of each process only links are read: nobody can make us
 * wait for those.
 */
import fs from 'node:fs';
import {allPids, socketInodes} from './proc.js';
import {statOf} from './process-stat.js';
import {Slice} from './slice.js';

/** Of the chain of parents that are looked for. A count: what lies above began a session. */
const mostAncestors = 12;

/** Inodes of its sockets; none when that may not be seen. */
export function socketsOf(pid: number): readonly string[] {
  try {
    return socketInodes(`/proc/${pid}`);
  } catch {
    return [];
  }
}

/**
 * Which processes have these sockets: first those of the users who opened them are asked, and the
 * others only for what is left.
 *
 * @returns inode → pids
 */
export async function holdersOf(
  sockets: readonly {readonly inode: string; readonly uid: number}[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const wanted = new Set(sockets.map(({inode}) => inode));
  const users = new Set(sockets.map(({uid}) => uid));
  const found = new Map<string, number[]>();
  const slice = new Slice();
  const others: number[] = [];
  const look = (pid: number): void => {
    for (const inode of socketsOf(pid)) {
      if (wanted.has(inode)) found.set(inode, [...(found.get(inode) ?? []), pid]);
    }
  };
  for (const pid of allPids().map(Number)) {
    if (slice.isOver) await slice.next();
    if (users.has(userOf(pid))) look(pid);
    else others.push(pid);
  }
  for (const pid of others) {
    if (found.size >= wanted.size) break;
    if (slice.isOver) await slice.next();
    look(pid);
  }
  return found;
}

/** Of several that have a socket the one that the others descend from: it was there first. */
export function eldest(pids: readonly number[]): number | undefined {
  const all = new Set(pids);
  const heirs = pids.filter((pid) => !ancestorsOf(pid).some((parent) => all.has(parent)));
  return heirs.length === 1 ? heirs[0] : heirs.sort((a, b) => startOf(a) - startOf(b))[0];
}

function ancestorsOf(pid: number): number[] {
  const ancestors: number[] = [];
  for (let at = pid; at > 1 && ancestors.length <= mostAncestors;) {
    try {
      at = statOf(at).parentPid;
    } catch {
      break;
    }
    ancestors.push(at);
  }
  return ancestors;
}

function startOf(pid: number): number {
  try {
    return statOf(pid).startTicks;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** The owner of its folder: the effective user, or root for a process that keeps its secrets. */
function userOf(pid: number): number {
  return fs.statSync(`/proc/${pid}`, {throwIfNoEntry: false})?.uid ?? -1;
}

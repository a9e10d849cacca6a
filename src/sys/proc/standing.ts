/**
 * Looks at one process just before it is ended. Only what the kernel itself answers is read: nothing
 * in here can be made to wait by the owner of the process. What it means, `outgoing/warn/may-be-ended.ts` decides.
 */
import type {ProcessState} from '../../outgoing/warn/may-be-ended.js';
import {glanceAt} from './owners.js';
import {statOf} from './process-stat.js';

/** More than any machine has. A count: each process has one parent, and a torn reading shall end too. */
const mostAncestors = 1000;

/** @returns undefined when there is no such process, or it has ended and nobody has collected it */
export function standingOf(pid: number): ProcessState | undefined {
  const glance = glanceAt(pid);
  try {
    return glance !== undefined && !['Z', 'X'].includes(statOf(pid).state) ? glance : undefined;
  } catch {
    return undefined;
  }
}

/** This process and all that are above it. */
export function ownPids(): ReadonlySet<number> {
  const pids = new Set<number>();
  let pid = process.pid;
  while (pid > 0 && !pids.has(pid) && pids.size < mostAncestors) {
    pids.add(pid);
    try {
      pid = statOf(pid).parentPid;
    } catch {
      break;
    }
  }
  return pids;
}

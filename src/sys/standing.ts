/**
 * Looks at one process just before it is ended. Only what the kernel itself answers is read: nothing
 * in here can be made to wait by the owner of the process. What it means, `outbound/action.ts` decides.
 */
import fs from 'node:fs';
import type {Standing} from '../outbound/action.js';
import {linkOf} from './proc.js';

/** More than any machine has. A count: each process has one parent, and a torn reading shall end too. */
const mostAncestors = 1000;

/** @returns undefined when there is no such process, or it has ended and nobody has collected it */
export function standingOf(pid: number): Standing | undefined {
  try {
    const uid = Number(/^Uid:\t(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
    const executable = linkOf(`/proc/${pid}/exe`);
    const isOurs = linkOf(`/proc/${pid}/ns/user`) === fs.readlinkSync('/proc/self/ns/user');
    // Last: had the pid been used again meanwhile, this would be the start of the later process.
    const {state, parentPid, startTicks} = statOf(pid);
    if (state === 'Z' || state === 'X') return undefined;
    const userNamespace = isOurs ? 'ours' : 'other';
    return {pid, startTicks, parentPid, uid, userNamespace, executable};
  } catch {
    return undefined;
  }
}

/** proc(5) stat; the name in brackets before the third field may hold spaces and brackets. */
function statOf(pid: number): {state: string; parentPid: number; startTicks: number} {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {state: fields[0] ?? '', parentPid: Number(fields[1]), startTicks: Number(fields[19])};
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

/**
 * Finds the process that has a file open, and what it does. It is used for a daemon that does not answer. Reads only
 * data of the kernel, for which no process can make a reader wait.
 */
import fs from 'node:fs';
import {allPids, linkOf} from './links.js';
import {statIfThere, ticksPerSecond} from './snapshot.js';
import {monotonicMs, pause} from '../run/clock.js';

/** @returns the holder that began first; undefined if there is none, or if we may not look at it */
export function holderOfFile(path: string): number | undefined {
  const pids = allPids().map(Number);
  const holders = pids.filter((pid) => pid !== process.pid && hasOpen(pid, path));
  const startOf = (pid: number): number => statIfThere(pid)?.startTicks ?? Infinity;
  return holders.sort((a, b) => startOf(a) - startOf(b))[0];
}

function hasOpen(pid: number, path: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return fs.readdirSync(folder).some((name) => linkOf(`${folder}/${name}`) === path);
  } catch {
    return false;
  }
}

export interface Activity {
  /** The letter of proc(5): `T` stopped, `R` running, `D` waiting in the kernel, `S` sleeping. */
  readonly state: string;
  /** The share of one processor; more than 1 with several threads. */
  readonly processorShare: number;
}

/** @returns undefined if the process has ended */
export async function activityOf(pid: number, measuredMs: number): Promise<Activity | undefined> {
  const [beforeMs, before] = [monotonicMs(), processorTicks(pid)];
  await pause(measuredMs);
  const [afterMs, after] = [monotonicMs(), processorTicks(pid)];
  const state = statIfThere(pid)?.state;
  if (state === undefined || before === undefined || after === undefined) return undefined;
  const seconds = (after - before) / ticksPerSecond;
  return {state, processorShare: seconds / ((afterMs - beforeMs) / 1000)};
}

/** The processor time of the process, in user and kernel mode: fields 14 and 15. */
function processorTicks(pid: number): number | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return undefined;
  }
}

/** What processes of a relay hold and use, as its own /proc says. Measures nothing by itself. */
import {readFile} from 'node:fs/promises';
import type {Relay} from '../../system/lab/relay.js';
import {sleep} from '../../system/lab/until.js';

/** Of the kernel's counts in /proc/PID/stat, on each Linux that we run on. */
const ticksPerSecond = 100;

export interface Memory {
  readonly processes: number;
  readonly residentMegabytes: number;
  /** What several share counts once. */
  readonly proportionalMegabytes: number;
}

/** All processes of this name, together. */
export async function memoryOfAll(relay: Relay, name: string): Promise<Memory> {
  const script = `for p in $(pgrep '${name}'); do cat /proc/$p/smaps_rollup 2>/dev/null; done; true`;
  return read(await relay.sh('sh', ['-c', script], {timeoutMs: 120_000}));
}

export const memoryOf = async (pid: number): Promise<Memory> =>
  read(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'));

function read(text: string): Memory {
  const sum = (field: string): number[] =>
    [...text.matchAll(new RegExp(`^${field}: +(\\d+) kB`, 'gm'))].map(([, kb]) => Number(kb));
  const megabytes = (field: string): number =>
    (sum(field).reduce((all, kb) => all + kb, 0) * 1024) / 1e6;
  return {
    processes: sum('Rss').length,
    residentMegabytes: megabytes('Rss'),
    proportionalMegabytes: megabytes('Pss'),
  };
}

/** The share of a core that a process takes, in so many seconds. */
export async function shareOfCore(pid: number, seconds: number): Promise<number> {
  const [before, startMs] = [await ticksOf(pid), performance.now()];
  await sleep(seconds * 1000);
  const ticks = (await ticksOf(pid)) - before;
  return ticks / ticksPerSecond / ((performance.now() - startMs) / 1000);
}

/** Of itself and of children that have ended. */
async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold anything, the state is the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
}

/** Memory and processor time of processes of a relay, read from its own /proc. Measures nothing by itself. */
import {readFile} from 'node:fs/promises';
import type {Relay} from '../../system/lab/relay.js';
import {sleep} from '../../system/lab/until.js';

/** Ticks per second in /proc/PID/stat, on each Linux that we run on. */
const ticksPerSecond = 100;

export interface Memory {
  readonly processes: number;
  readonly residentMegabytes: number;
  /** Memory that several processes share counts once. */
  readonly proportionalMegabytes: number;
}

/** Memory of all processes of this name together. */
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

/** The share of a core that a process uses, measured for this many seconds. */
export async function shareOfCore(pid: number, seconds: number): Promise<number> {
  const [before, startMs] = [await ticksOf(pid), performance.now()];
  await sleep(seconds * 1000);
  const ticks = (await ticksOf(pid)) - before;
  return ticks / ticksPerSecond / ((performance.now() - startMs) / 1000);
}

/** Ticks of the process and of its children that have ended. */
async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name may hold anything, so the fields are counted after its `)`. The first there is the state.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
}

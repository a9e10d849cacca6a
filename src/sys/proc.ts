/**
 * Reads processes from /proc. Gives facts only: what they mean is decided in `log/attribute.ts` and
 * `reaper/`. A process may end between any two reads; then there are no facts.
 */
import fs from 'node:fs';
import type {ProcessFacts} from '../log/attribute.js';
import {findSockets, type SocketEntry} from '../net/socket-table.js';

/** USER_HZ: the unit of times in /proc/PID/stat, 100 on every Linux that Debian runs on. Per second. */
const ticksPerSecond = 100;

/** @returns undefined when there is no such process (any more), or it may not be looked at */
export function processFacts(
  pid: number,
  want: 'withSockets' | 'withoutSockets',
): ProcessFacts | undefined {
  const root = `/proc/${pid}`;
  try {
    const startedMs = bootMs() + (startTicks(pid) * 1000) / ticksPerSecond;
    const path = fs.readlinkSync(`${root}/exe`);
    const owner = fs.statSync(`${root}/exe`).uid === 0 ? 'root' : 'other';
    const title = titleOf(pid);
    const sockets = want === 'withSockets' ? socketsOf(root) : [];
    return {pid, executable: {path, owner}, startedMs, title, sockets};
  } catch {
    return undefined;
  }
}

/** Pids of all processes with a title that begins so. */
export function pidsTitled(beginning: string): number[] {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return titleOf(pid).startsWith(beginning);
    } catch {
      return false;
    }
  });
}

function titleOf(pid: number): string {
  const raw = fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  return (raw.split('\0', 1)[0] ?? '').trimEnd();
}

/** Field 22 of proc(5) stat; the name in brackets before it may hold spaces and brackets. */
function startTicks(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

/** When the machine was started. Read anew: it moves when the clock is set. Ms since the epoch. */
function bootMs(): number {
  const match = /^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'latin1'));
  return Number(match?.[1]) * 1000;
}

function socketsOf(root: string): SocketEntry[] {
  const inodes = fs.readdirSync(`${root}/fd`).flatMap((descriptor) => {
    const target = fs.readlinkSync(`${root}/fd/${descriptor}`);
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
  if (inodes.length === 0) return [];
  // The process's own view: its network namespace may be another than ours.
  const tables = [`${root}/net/tcp`, `${root}/net/tcp6`].filter((path) => fs.existsSync(path));
  return tables.flatMap((path) => findSockets(fs.readFileSync(path, 'latin1'), inodes));
}

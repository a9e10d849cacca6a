/** Finds the process that works on a state: the one that has its lock open. Does not judge what follows. */
import fs from 'node:fs';
import {join, resolve} from 'node:path';
import {allPids, linkOf} from './links.js';
import {BootClock, statIfThere} from './snapshot.js';

interface LockHolder {
  readonly pid: number;
  /** When the process began, up to a second too early. Ms since the epoch; undefined: it is just ending. */
  readonly startedMs: number | undefined;
  /** `removed`: the directory was removed, or another mounted over it, while the process works on it. */
  readonly directory: 'there' | 'removed';
}

/** Who works on the state: the process that has the lock's file open. Undefined: none that may be seen. */
export function lockHolder(stateDir: string): LockHolder | undefined {
  const path = join(resolve(stateDir), 'lock');
  for (const pid of allPids().map(Number)) {
    if (pid === process.pid) continue;
    for (const descriptor of descriptorsOf(pid)) {
      const link = linkOf(`/proc/${pid}/fd/${descriptor}`);
      if (link !== path && link !== `${path} (deleted)`) continue;
      const lock = `/proc/${pid}/fd/${descriptor}`;
      const directory = isSameFile(lock, path) ? 'there' : 'removed';
      // A container, or whatever has mounts of its own, has another state under the same path.
      if (directory === 'removed' && isSameFile(lock, `/proc/${pid}/root${path}`)) continue;
      return {pid, startedMs: startedMs(pid), directory};
    }
  }
  return undefined;
}

function startedMs(pid: number): number | undefined {
  const stat = statIfThere(pid);
  return stat && new BootClock().startedMsOf(stat.startTicks);
}

/** Of one process. A count: the lock is opened before anything else that stays open. */
const mostDescriptors = 256;

function descriptorsOf(pid: number): readonly string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).slice(0, mostDescriptors);
  } catch {
    return [];
  }
}

function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [fs.statSync(one), fs.statSync(other)];
    return a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}

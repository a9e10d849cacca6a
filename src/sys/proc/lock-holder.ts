/** Finds the process that works on a state: it has the lock's file open. Does not decide what follows from that. */
import fs from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {allPids, linkOf} from './links.js';
import {isSameFile} from '../disk/text-file.js';
import {BootClock, statIfThere} from './snapshot.js';

interface LockHolder {
  readonly pid: number;
  /** When the process began, up to a second too early. Ms since the epoch; undefined if it is just ending. */
  readonly startedMs: number | undefined;
  /** `removed`: the directory was removed, or another was mounted over it, while the process works on it. */
  readonly directory: 'there' | 'removed';
}

/** The process that works on the state. Undefined if there is none that we may see. */
export function lockHolder(stateDir: string): LockHolder | undefined {
  const path = join(resolve(stateDir), 'lock');
  for (const pid of allPids().map(Number)) {
    if (pid === process.pid) continue;
    for (const descriptor of descriptorsOf(pid)) {
      const link = linkOf(`/proc/${pid}/fd/${descriptor}`);
      if (link !== path && link !== `${path} (deleted)`) continue;
      const lock = `/proc/${pid}/fd/${descriptor}`;
      const directory = isSameFile(lock, path) ? 'there' : 'removed';
      if (directory === 'removed' && isElsewhere(pid, lock, path)) continue;
      return {pid, startedMs: startedMs(pid), directory};
    }
  }
  return undefined;
}

/**
 * A process with mounts of its own, as in a container, may have another state under the same path. It sees its own lock
 * there, and has another root, or its directory is on another file system. If something was mounted over our directory,
 * the daemon in the systemd unit still sees its lock, but its root and file system are ours.
 */
function isElsewhere(pid: number, lock: string, path: string): boolean {
  if (!isSameFile(lock, `/proc/${pid}/root${path}`)) return false;
  return !isSameFile(`/proc/${pid}/root`, '/') || !isBeside(lock, dirname(path));
}

/** Whether the file is on the file system of the directory itself, below anything that is mounted over it. */
function isBeside(file: string, directory: string): boolean {
  try {
    return fs.statSync(file).dev === fs.statSync(dirname(directory)).dev;
  } catch {
    return false;
  }
}

function startedMs(pid: number): number | undefined {
  const stat = statIfThere(pid);
  return stat && new BootClock().startedMsOf(stat.startTicks);
}

/** At most so many descriptors of a process are read. A count: the daemon opens the lock before other files that stay open. */
const mostDescriptors = 256;

function descriptorsOf(pid: number): readonly string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).slice(0, mostDescriptors);
  } catch {
    return [];
  }
}

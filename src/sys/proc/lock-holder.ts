/** Finds the process that works on a state: the one that has its lock open. Does not judge what follows. */
import fs from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {allPids, linkOf} from './links.js';
import {isSameFile} from '../disk/text-file.js';
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
      if (directory === 'removed' && isElsewhere(pid, lock, path)) continue;
      return {pid, startedMs: startedMs(pid), directory};
    }
  }
  return undefined;
}

/**
 * A container, or whatever has mounts of its own, has another state under the same path: it finds its lock there,
 * and has another root, or its directory is on a file system of its own. The systemd unit finds its lock too if
 * something was mounted over the directory, but the root and the file system are ours.
 */
function isElsewhere(pid: number, lock: string, path: string): boolean {
  if (!isSameFile(lock, `/proc/${pid}/root${path}`)) return false;
  return !isSameFile(`/proc/${pid}/root`, '/') || !isBeside(lock, dirname(path));
}

/** Whether the file is on the file system in which the directory stands, below what is mounted over that. */
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

/** Of one process. A count: the lock is opened before anything else that stays open. */
const mostDescriptors = 256;

function descriptorsOf(pid: number): readonly string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).slice(0, mostDescriptors);
  } catch {
    return [];
  }
}

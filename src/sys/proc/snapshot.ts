/**
 * Reads the kernel's data about a process (proc(5): stat, status, links). No process can make a
 * reader of these wait. Gives facts only. `proc.ts` and `owners.ts` read what needs a process's own files or
 * memory.
 */
import fs from 'node:fs';
import type {ProcessIdentity} from '../../base/process-identity.js';
import type {Glance} from '../../outgoing/allowed.js';
import {linkOf} from './links.js';

/** USER_HZ, the unit of times in /proc/PID/stat: 100 on each architecture of Debian. Per second. */
export const ticksPerSecond = 100;

export interface ProcessStat {
  /** `Z` and `X`: the process has ended. */
  readonly state: string;
  readonly parentPid: number;
  readonly startTicks: number;
  /** The name, up to 15 characters. The process can choose it. */
  readonly command: string;
}

/** @throws if there is no such process, or the kernel prints another format */
export function statOf(pid: number): ProcessStat {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in brackets may contain spaces and brackets.
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const [parentPid, startTicks] = [Number(fields[1]), Number(fields[19])];
  if (!Number.isInteger(parentPid) || !Number.isInteger(startTicks)) {
    throw new Error(`/proc/${pid}/stat: expected numbers in the fields 4 and 22`);
  }
  const command = stat.slice(stat.indexOf('(') + 1, end);
  return {state: fields[0] ?? '', parentPid, startTicks, command};
}

/** @returns undefined if there is no such process */
export function statIfThere(pid: number): ProcessStat | undefined {
  try {
    return statOf(pid);
  } catch {
    return undefined;
  }
}

/**
 * All bytes that a process has written since it began (`wchar` in proc(5)). The right to look at the descriptors of a
 * process is enough to read it: the kernel checks the same for both (PTRACE_MODE_READ_FSCREDS; fs/proc/base.c,
 * do_io_accounting and proc_fd_access_allowed).
 *
 * @returns undefined if it cannot be read: the process has ended, or the kernel does not count
 *   (CONFIG_TASK_IO_ACCOUNTING)
 */
export function writtenBytesOf(pid: number): number | undefined {
  try {
    const io = fs.readFileSync(`/proc/${pid}/io`, 'latin1');
    const digits = /^wchar: (\d{1,15})$/m.exec(io)?.[1];
    return digits === undefined ? undefined : Number(digits);
  } catch {
    return undefined;
  }
}

interface ProcessStatus {
  /** The process. /proc also accepts the number of a thread, so this may be another number than the one that was given. */
  readonly pid: number;
  /** Its number in its own pid namespace, the innermost one. */
  readonly ownPid: number;
  /** The user who started it. NaN: not known. */
  readonly realUid: number;
  /** The effective user. NaN: not known. */
  readonly uid: number;
}

/** @throws if there is no such process */
export function statusOf(pid: number): ProcessStatus {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1');
  const [, realUid, uid] = /^Uid:\t(\d+)\t(\d+)/m.exec(status) ?? [];
  // There is one number for each pid namespace, from ours to the innermost.
  const numbers = /^NSpid:\t(.*)$/m.exec(status)?.[1]?.split('\t');
  return {
    pid: Number(/^Tgid:\t(\d+)/m.exec(status)?.[1] ?? pid),
    ownPid: Number(numbers?.at(-1) ?? pid),
    ...{realUid: Number(realUid), uid: Number(uid)},
  };
}

/** @returns undefined if the process has ended */
export function glanceAt(pid: number): Glance | undefined {
  const root = `/proc/${pid}`;
  try {
    const {pid: process, realUid, uid} = statusOf(pid);
    if (Number.isNaN(uid)) return undefined;
    const isOurs = linkOf(`${root}/ns/user`) === linkOf('/proc/self/ns/user');
    const executable = linkOf(`${root}/exe`);
    // Read last: if another process got the pid meanwhile, this is its start time.
    const {startTicks, parentPid, command} = statOf(process);
    return {
      ...{pid: process, startTicks, parentPid, uid, realUid, command, executable},
      userNamespace: isOurs ? 'ours' : 'other',
    };
  } catch {
    return undefined;
  }
}

/** @returns undefined also if it has ended and its parent has not reaped it yet */
export function glanceAtLiving(pid: number): Glance | undefined {
  const glance = glanceAt(pid);
  const state = glance && statIfThere(pid)?.state;
  return state === undefined || ['Z', 'X'].includes(state) ? undefined : glance;
}

/** Whether this process still exists, and no later one has its number. */
export const isAlive = ({pid, startTicks}: ProcessIdentity): boolean =>
  statIfThere(pid)?.startTicks === startTicks;

interface Ancestor {
  readonly pid: number;
  /** Undefined: it has ended, and its parents are not known. */
  readonly stat: ProcessStat | undefined;
}

/**
 * A process and its parents, the nearest first.
 *
 * @param most processes. A count: even an inconsistent reading must end
 * @param read reads one process; a caller may pass a function that remembers
 */
export function* ancestry(
  pid: number,
  most: number,
  read = statIfThere,
): Generator<Ancestor, void> {
  let at = pid;
  for (let count = 0; at > 0 && count < most; count++) {
    const stat = read(at);
    yield {pid: at, stat};
    at = stat?.parentPid ?? 0;
  }
}

/** More than any machine has. A count: each process has one parent. */
const mostAncestors = 1000;

/** This process and all its parents. */
export const ownPids = (): ReadonlySet<number> =>
  new Set([...ancestry(process.pid, mostAncestors)].map(({pid}) => pid));

/** The age of a process that began then, by the monotonic clock. */
export function ageSeconds(startTicks: number): number {
  const uptimeSeconds = Number(fs.readFileSync('/proc/uptime', 'latin1').split(' ', 1)[0]);
  return uptimeSeconds - startTicks / ticksPerSecond;
}

/** The time of the machine's start is remembered for so long. Ms: /proc/stat has a line for each processor. */
const believedMs = 1000;

/** Knows when the machine started. */
export class BootClock {
  #bootMs = 0;
  #untilMs = 0;

  /**
   * When a process began, by the present clock. Up to a second too early, because the kernel gives its own start in whole
   * seconds. Ms since the epoch.
   */
  startedMsOf(startTicks: number): number {
    const now = performance.now();
    if (now >= this.#untilMs) {
      const match = /^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'latin1'));
      this.#bootMs = Number(match?.[1]) * 1000;
      this.#untilMs = now + believedMs;
    }
    return this.#bootMs + (startTicks * 1000) / ticksPerSecond;
  }
}

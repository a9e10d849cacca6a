/**
 * Reads what the kernel itself keeps of a process (proc(5): stat, status, links): nobody can make a
 * reader of it wait. Gives facts only. What needs a process's own files or memory is read in `proc.ts`
 * and `owners.ts`.
 */
import fs from 'node:fs';
import type {ProcessIdentity} from '../../base/process-identity.js';
import type {Glance} from '../../outgoing/allowed.js';
import {linkOf} from './links.js';

/** USER_HZ: the unit of times in /proc/PID/stat, 100 on every Linux that Debian runs on. Per second. */
export const ticksPerSecond = 100;

export interface ProcessStat {
  /** `Z` and `X`: it has ended. */
  readonly state: string;
  readonly parentPid: number;
  readonly startTicks: number;
  /** 15 characters of its own choice. */
  readonly command: string;
}

/** @throws when there is no such process, or the kernel prints something else */
export function statOf(pid: number): ProcessStat {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in brackets may hold spaces and brackets.
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const [parentPid, startTicks] = [Number(fields[1]), Number(fields[19])];
  if (!Number.isInteger(parentPid) || !Number.isInteger(startTicks)) {
    throw new Error(`/proc/${pid}/stat: expected numbers in the fields 4 and 22`);
  }
  const command = stat.slice(stat.indexOf('(') + 1, end);
  return {state: fields[0] ?? '', parentPid, startTicks, command};
}

/** @returns undefined when there is no such process */
export function statIfThere(pid: number): ProcessStat | undefined {
  try {
    return statOf(pid);
  } catch {
    return undefined;
  }
}

/**
 * What a process has written since it began, to all that it has open, as its write calls tell
 * (`wchar` in proc(5)). A program that may look at the descriptors of a process may read it: the
 * kernel asks the same of both (PTRACE_MODE_READ_FSCREDS; fs/proc/base.c, do_io_accounting and
 * proc_fd_access_allowed).
 *
 * @returns undefined when it cannot be read: the process is gone, or the kernel does not count
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
  /** The number of a thread is good in /proc too; its process is this one. */
  readonly pid: number;
  /** As it numbers itself: in the innermost of its pid namespaces. */
  readonly ownPid: number;
  /** The user that started it. NaN: not known. */
  readonly realUid: number;
  /** The user that it works for. NaN: not known. */
  readonly uid: number;
}

/** @throws when there is no such process */
export function statusOf(pid: number): ProcessStatus {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1');
  const [, realUid, uid] = /^Uid:\t(\d+)\t(\d+)/m.exec(status) ?? [];
  // One number for each pid namespace, from ours to the innermost.
  const numbers = /^NSpid:\t(.*)$/m.exec(status)?.[1]?.split('\t');
  return {
    pid: Number(/^Tgid:\t(\d+)/m.exec(status)?.[1] ?? pid),
    ownPid: Number(numbers?.at(-1) ?? pid),
    ...{realUid: Number(realUid), uid: Number(uid)},
  };
}

/** @returns undefined when it is gone */
export function glanceAt(pid: number): Glance | undefined {
  const root = `/proc/${pid}`;
  try {
    const {pid: process, realUid, uid} = statusOf(pid);
    if (Number.isNaN(uid)) return undefined;
    const isOurs = linkOf(`${root}/ns/user`) === linkOf('/proc/self/ns/user');
    const executable = linkOf(`${root}/exe`);
    // Last: had the pid been used again meanwhile, this would be the start of the later process.
    const {startTicks, parentPid, command} = statOf(process);
    return {
      ...{pid: process, startTicks, parentPid, uid, realUid, command, executable},
      userNamespace: isOurs ? 'ours' : 'other',
    };
  } catch {
    return undefined;
  }
}

/** @returns undefined also when it has ended and nobody has collected it */
export function glanceAtLiving(pid: number): Glance | undefined {
  const glance = glanceAt(pid);
  const state = glance && statIfThere(pid)?.state;
  return state === undefined || ['Z', 'X'].includes(state) ? undefined : glance;
}

/** Whether there still is this process, and no later one with its number. */
export const isAlive = ({pid, startTicks}: ProcessIdentity): boolean =>
  statIfThere(pid)?.startTicks === startTicks;

interface Ancestor {
  readonly pid: number;
  /** undefined: it is gone, and what is above it is not known. */
  readonly stat: ProcessStat | undefined;
}

/**
 * A process and those above it, from the nearest up.
 *
 * @param most processes. A count: a torn reading shall end too
 * @param read how one is read; for callers that remember
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

/** This process and all that are above it. */
export const ownPids = (): ReadonlySet<number> =>
  new Set([...ancestry(process.pid, mostAncestors)].map(({pid}) => pid));

/** How old a process is that began then; by the clock of the ticks, which nobody can set. */
export function ageSeconds(startTicks: number): number {
  const uptimeSeconds = Number(fs.readFileSync('/proc/uptime', 'latin1').split(' ', 1)[0]);
  return uptimeSeconds - startTicks / ticksPerSecond;
}

/** How long the machine's own start is believed. Ms: /proc/stat has a line for each processor. */
const believedMs = 1000;

/** Knows when the machine has started. */
export class BootClock {
  #bootMs = 0;
  #untilMs = 0;

  /**
   * When a process began, by the clock as it is set now; up to a second too early, for the kernel tells
   * its own start in whole seconds. Ms since the epoch.
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

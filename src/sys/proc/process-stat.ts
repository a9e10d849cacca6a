/** What the kernel itself keeps of a process (proc(5), stat): nobody can make a reader of it wait. */
import fs from 'node:fs';

/** USER_HZ: the unit of times in /proc/PID/stat, 100 on every Linux that Debian runs on. Per second. */
const ticksPerSecond = 100;

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

/** How old a process is that began then; by the clock of the ticks, which nobody can set. */
export function ageSeconds(startTicks: number): number {
  const uptimeSeconds = Number(fs.readFileSync('/proc/uptime', 'latin1').split(' ', 1)[0]);
  return uptimeSeconds - startTicks / ticksPerSecond;
}

/** How long the machine's own start is believed. Ms: /proc/stat has a line for each processor. */
const believedMs = 1000;
let boot = {ms: 0, untilMs: 0};

/**
 * When a process began, by the clock as it is set now; up to a second too early, for the kernel tells
 * its own start in whole seconds. Ms since the epoch.
 */
export function startedMsOf(startTicks: number): number {
  const now = performance.now();
  if (now >= boot.untilMs) {
    const match = /^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'latin1'));
    boot = {ms: Number(match?.[1]) * 1000, untilMs: now + believedMs};
  }
  return boot.ms + (startTicks * 1000) / ticksPerSecond;
}

/**
 * Reads who a process is, for people, and which processes have certain sockets. Gives facts only.
 *
 * Whoever opens connections may be hostile, and can make a reader of his memory or of his program's
 * file wait for ever (a file system of his own behind them). So here only links and what the kernel
 * itself keeps are read; his command line and environment by a child, which is given up.
 */
import fs from 'node:fs';
import type {Glance} from '../outbound/allowed.js';
import {homeOf} from '../outbound/home.js';
import type {Owner, Parent, ProcessIdentity} from '../outbound/owner.js';
import {cgiScriptOf, isInterpreter, scriptOf} from '../outbound/script.js';
import {runCommand} from './command.js';
import {allPids, linkOf, socketInodes} from './proc.js';
import {Slice} from './slice.js';
import type {Users} from './users.js';

/** Of a command line. Bytes, and words. */
const mostCommandBytes = 4096;
const mostWords = 64;
/** Of an environment, where the script of a CGI program stands. Bytes. */
const mostEnvironmentBytes = 65_536;
/** A process that makes its reader wait is read no longer. Ms. */
const readTimeoutMs = 500;
/** Of the chain of parents. A count. */
const mostParents = 12;
/** USER_HZ. Per second. */
const ticksPerSecond = 100;

/** What of a process nobody can make us wait for. @returns undefined when it is gone */
export function glanceAt(pid: number): Glance | undefined {
  const root = `/proc/${pid}`;
  try {
    const status = fs.readFileSync(`${root}/status`, 'latin1');
    // The number of a thread is good here too; its process is meant.
    const process = Number(/^Tgid:\t(\d+)/m.exec(status)?.[1] ?? pid);
    const uid = Number(/^Uid:\t\d+\t(\d+)/m.exec(status)?.[1]);
    const {startTicks, parentPid, command} = statOf(process);
    const isOurs = linkOf(`${root}/ns/user`) === linkOf('/proc/self/ns/user');
    return {
      ...{pid: process, startTicks, parentPid, uid, command},
      startedMs: bootMs() + (startTicks * 1000) / ticksPerSecond,
      userNamespace: isOurs ? 'ours' : 'other',
      executable: linkOf(`${root}/exe`),
    };
  } catch {
    return undefined;
  }
}

/** Whether there still is this process, and no later one with its number. */
export function isAlive({pid, startTicks}: ProcessIdentity): boolean {
  try {
    return statOf(pid).startTicks === startTicks;
  } catch {
    return false;
  }
}

/**
 * Whether the process runs the file at this path, as we see it; an upgraded one is gone from there.
 * The caller has compared uid and path: what a stranger's program is, is never looked at.
 */
export function runsFileAt(pid: number, path: string): boolean {
  try {
    const [its, ours] = [fs.statSync(`/proc/${pid}/exe`), fs.statSync(path)];
    return its.dev === ours.dev && its.ino === ours.ino;
  } catch {
    return false;
  }
}

/** With what nobody can make us wait for, at once: a short-lived one ends before a child has started. */
export function sketch(glance: Glance, users: Users): Owner {
  const {pid, startTicks, startedMs, uid, command, executable, userNamespace} = glance;
  // In a user namespace of its own numbers mean other people.
  const user = userNamespace === 'ours' ? users.knownName(uid) : String(uid);
  return {
    ...{pid, startTicks, startedMs, uid, user, executable, command, commandLine: []},
    ...{directory: linkOf(`/proc/${pid}/cwd`), script: '', parents: parentsOf(glance)},
    home: homeOf(readSafely(`/proc/${pid}/cgroup`)),
  };
}

/** With its command line too, and what follows from that. */
export async function describe(glance: Glance, users: Users): Promise<Owner> {
  const outline = sketch(glance, users);
  const {pid, uid, executable, userNamespace} = glance;
  const shown = await readSlowly(`/proc/${pid}/cmdline`, mostCommandBytes);
  const commandLine = shown.slice(0, mostWords);
  let script = scriptOf(executable, commandLine, outline.directory);
  if (script === '' && isInterpreter(executable)) {
    script = cgiScriptOf(await readSlowly(`/proc/${pid}/environ`, mostEnvironmentBytes));
  }
  const user = userNamespace === 'ours' ? await users.nameOf(uid) : outline.user;
  // Words that another process has said, with its number, are not its own.
  return isAlive(glance) ? {...outline, user, commandLine, script} : {...outline, user};
}

/** All that is left of one that has ended. */
export const goneOwner = (pid: number, command: string, nowMs: number): Owner => ({
  ...{pid, startTicks: 0, startedMs: nowMs, uid: -1, user: '', executable: '', command},
  ...{commandLine: [], directory: '', script: '', parents: [], home: {kind: 'none'}},
});

/** Inodes of its sockets; none when that may not be seen. */
export function socketsOf(pid: number): readonly string[] {
  try {
    return socketInodes(`/proc/${pid}`);
  } catch {
    return [];
  }
}

/**
 * Which processes have these sockets: first those of the users who opened them are asked, and the
 * others only for what is left.
 *
 * @returns inode → pids
 */
export async function holdersOf(
  sockets: readonly {readonly inode: string; readonly uid: number}[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const wanted = new Set(sockets.map(({inode}) => inode));
  const users = new Set(sockets.map(({uid}) => uid));
  const found = new Map<string, number[]>();
  const slice = new Slice();
  const others: number[] = [];
  const look = (pid: number): void => {
    for (const inode of socketsOf(pid)) {
      if (wanted.has(inode)) found.set(inode, [...(found.get(inode) ?? []), pid]);
    }
  };
  for (const pid of allPids().map(Number)) {
    if (slice.isOver) await slice.next();
    if (users.has(userOf(pid))) look(pid);
    else others.push(pid);
  }
  for (const pid of others) {
    if (found.size >= wanted.size) break;
    if (slice.isOver) await slice.next();
    look(pid);
  }
  return found;
}

/** Of several that have a socket the one that the others descend from: it was there first. */
export function eldest(pids: readonly number[]): number | undefined {
  const all = new Set(pids);
  const heirs = pids.filter((pid) => !ancestorsOf(pid).some((parent) => all.has(parent)));
  return heirs.length === 1 ? heirs[0] : heirs.sort((a, b) => startOf(a) - startOf(b))[0];
}

function ancestorsOf(pid: number): number[] {
  const ancestors: number[] = [];
  for (let at = pid; at > 1 && ancestors.length <= mostParents;) {
    try {
      at = statOf(at).parentPid;
    } catch {
      break;
    }
    ancestors.push(at);
  }
  return ancestors;
}

function parentsOf({parentPid}: Glance): Parent[] {
  const parents: Parent[] = [];
  for (let pid = parentPid; pid > 0 && parents.length < mostParents;) {
    try {
      const {startTicks, parentPid: next, command} = statOf(pid);
      parents.push({pid, startTicks, program: linkOf(`/proc/${pid}/exe`) || command});
      pid = next;
    } catch {
      break;
    }
  }
  return parents;
}

function startOf(pid: number): number {
  try {
    return statOf(pid).startTicks;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** The owner of its folder: the effective user, or root for a process that keeps its secrets. */
function userOf(pid: number): number {
  return fs.statSync(`/proc/${pid}`, {throwIfNoEntry: false})?.uid ?? -1;
}

/** proc(5) stat; the name in brackets may hold spaces and brackets. @throws when it is gone */
function statOf(pid: number): {startTicks: number; parentPid: number; command: string} {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const [parentPid, startTicks] = [Number(fields[1]), Number(fields[19])];
  if (!Number.isInteger(parentPid) || !Number.isInteger(startTicks)) {
    throw new Error(`/proc/${pid}/stat: expected numbers in the fields 4 and 22`);
  }
  return {startTicks, parentPid, command: stat.slice(stat.indexOf('(') + 1, end)};
}

function readSafely(path: string): string {
  try {
    return fs.readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Words that end with a zero byte, by a child that can be given up. */
async function readSlowly(path: string, mostBytes: number): Promise<string[]> {
  const words = ['--bytes', String(mostBytes), path];
  const result = await runCommand('head', words, {timeoutMs: readTimeoutMs});
  return result.kind === 'done' ? result.stdout.split('\0').filter((word) => word !== '') : [];
}

function bootMs(): number {
  const match = /^btime (\d+)$/m.exec(readSafely('/proc/stat'));
  return Number(match?.[1] ?? 0) * 1000;
}

/**
 * Reads who a process is, for people. Gives facts only.
 *
 * Whoever opens connections may be hostile, and can make a reader of his memory or of his program's
 * file wait for ever (a file system of his own behind them). So here only links and what the kernel
 * itself keeps are read; his command line and environment by a child, which is given up.
 */
import fs from 'node:fs';
import type {Glance} from '../../outgoing/allowed.js';
import {homeOf} from '../../outgoing/control-group.js';
import type {Owner, Parent} from '../../outgoing/owner.js';
import type {ProcessIdentity} from '../../base/process-identity.js';
import {cgiScriptOf, isInterpreter, scriptOf} from '../../outgoing/script.js';
import {runCommand} from '../run/command.js';
import {linkOf} from './proc.js';
import {startedMsOf, statOf} from './process-stat.js';
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

/** What of a process nobody can make us wait for. @returns undefined when it is gone */
export function glanceAt(pid: number): Glance | undefined {
  const root = `/proc/${pid}`;
  try {
    const status = fs.readFileSync(`${root}/status`, 'latin1');
    // The number of a thread is good here too; its process is meant.
    const process = Number(/^Tgid:\t(\d+)/m.exec(status)?.[1] ?? pid);
    const [, realUid, uid] = (/^Uid:\t(\d+)\t(\d+)/m.exec(status) ?? []).map(Number);
    if (uid === undefined || realUid === undefined) return undefined;
    const isOurs = linkOf(`${root}/ns/user`) === linkOf('/proc/self/ns/user');
    const executable = linkOf(`${root}/exe`);
    // Last: had the pid been used again meanwhile, this would be the start of the later process.
    const {startTicks, parentPid, command} = statOf(process);
    return {
      ...{pid: process, startTicks, parentPid, uid, realUid, command, executable},
      startedMs: startedMsOf(startTicks),
      userNamespace: isOurs ? 'ours' : 'other',
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
export async function describe(
  glance: Glance,
  users: Users,
  outline = sketch(glance, users),
): Promise<Owner> {
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

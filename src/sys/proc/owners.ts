/**
 * Reads who a process is, for people. Gives facts only.
 *
 * The owner of a process may be hostile, and can make a reader of its memory or of its program's
 * file wait for ever (with a file system of the owner's own behind them). So this module reads only
 * links and what the kernel itself keeps. A child reads command line and environment, and is given
 * up if it hangs.
 */
import fs from 'node:fs';
import type {Glance} from '../../outgoing/allowed.js';
import {homeOf} from '../../outgoing/control-group.js';
import type {Owner, Parent} from '../../outgoing/owner.js';
import {cgiScriptOf, isInterpreter, scriptOf} from '../../outgoing/script.js';
import {runCommand} from '../run/command.js';
import {linkOf} from './links.js';
import {ancestry, type BootClock, isAlive} from './snapshot.js';
import type {Users} from './users.js';

/** Length of a command line. Bytes, and words. */
const mostCommandBytes = 4096;
const mostWords = 64;
/** Of an environment, where the script of a CGI program stands. Bytes. */
const mostEnvironmentBytes = 65_536;
/** A process that makes its reader wait is read no longer. Ms. */
const readTimeoutMs = 500;
/** Of the chain of parents. A count. */
const mostParents = 12;

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

/** Where names of users and times come from. */
export interface OwnerSources {
  readonly users: Users;
  readonly boot: BootClock;
}

/**
 * Reads only what cannot block, and immediately: a short-lived process is gone before a helper could
 * start.
 */
export function sketch(glance: Glance, {users, boot}: OwnerSources): Owner {
  const {pid, startTicks, uid, command, executable, userNamespace} = glance;
  // In a user namespace of its own numbers mean other people.
  const user = userNamespace === 'ours' ? users.knownName(uid) : String(uid);
  return {
    ...{pid, startTicks, startedMs: boot.startedMsOf(startTicks)},
    ...{uid, user, executable, command, commandLine: []},
    ...{directory: linkOf(`/proc/${pid}/cwd`), script: '', parents: parentsOf(glance)},
    home: homeOf(readSafely(`/proc/${pid}/cgroup`)),
  };
}

/** With its command line too, and what follows from that. */
export async function describe(
  glance: Glance,
  sources: OwnerSources,
  outline = sketch(glance, sources),
): Promise<Owner> {
  const {pid, uid, executable, userNamespace} = glance;
  const shown = await readSlowly(`/proc/${pid}/cmdline`, mostCommandBytes);
  const commandLine = shown.slice(0, mostWords);
  let script = scriptOf(executable, commandLine, outline.directory);
  if (script === '' && isInterpreter(executable)) {
    script = cgiScriptOf(await readSlowly(`/proc/${pid}/environ`, mostEnvironmentBytes));
  }
  const user = userNamespace === 'ours' ? await sources.users.nameOf(uid) : outline.user;
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
  for (const {pid, stat} of ancestry(parentPid, mostParents)) {
    if (stat === undefined) break;
    const {startTicks, command} = stat;
    parents.push({pid, startTicks, program: linkOf(`/proc/${pid}/exe`) || command});
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

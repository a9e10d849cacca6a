/**
 * Describes a process for people: user, program, command line and more. Gives facts only.
 *
 * The owner of a process may be hostile, and can make a reader of its memory or of its program's
 * file wait for ever (with a file system of the owner's own behind them). So this module reads only
 * links and data of the kernel. A child process reads command line and environment, and is given
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
/** Length of an environment, which has the script of a CGI program. Bytes. */
const mostEnvironmentBytes = 65_536;
/** If a process makes its reader wait, the reader gives up after this. Ms. */
const readTimeoutMs = 500;
/** At most so many parents are followed. A count. */
const mostParents = 12;

/**
 * Whether the process runs the file that is now at this path. After an upgrade the file is another one.
 * The caller has compared uid and path, so this never looks at the program of another user.
 */
export function runsFileAt(pid: number, path: string): boolean {
  try {
    const [its, ours] = [fs.statSync(`/proc/${pid}/exe`), fs.statSync(path)];
    return its.dev === ours.dev && its.ino === ours.ino;
  } catch {
    return false;
  }
}

/** Give the names of users and the start times of processes. */
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
  // In another user namespace the same numbers are other users.
  const user = userNamespace === 'ours' ? users.knownName(uid) : String(uid);
  return {
    ...{pid, startTicks, startedMs: boot.startedMsOf(startTicks)},
    ...{uid, user, executable, command, commandLine: []},
    ...{directory: linkOf(`/proc/${pid}/cwd`), script: '', parents: parentsOf(glance)},
    home: homeOf(readSafely(`/proc/${pid}/cgroup`)),
  };
}

/** Adds the command line, and what follows from it. */
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
  // If the process has ended, the words may be those of another process that has its number now.
  return isAlive(glance) ? {...outline, user, commandLine, script} : {...outline, user};
}

/** What is known of a process that has ended. */
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

/** Reads words that end with a zero byte, by a child that can be given up. */
async function readSlowly(path: string, mostBytes: number): Promise<string[]> {
  const words = ['--bytes', String(mostBytes), path];
  const result = await runCommand('head', words, {timeoutMs: readTimeoutMs});
  return result.kind === 'done' ? result.stdout.split('\0').filter((word) => word !== '') : [];
}

/**
 * The environment of the programs that we start: the path, the language, and variables of
 * the caller. Our own environment is not passed on. A variable of the shell or of the init script that
 * started the daemon (LD_PRELOAD, NODE_OPTIONS, BASH_ENV, XZ_DEFAULTS) could change what a program
 * does as root.
 */
import {accessSync, constants, statSync} from 'node:fs';
import {isAbsolute, join} from 'node:path';

/** Debian keeps these programs in sbin, which the PATH of a user or of inittab may lack. */
const programFolders = [
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
];

/** At most so many folders of our own PATH count. A count: each program is searched for in each of them. */
const mostFolders = 32;

/** The PATH for programs: the folders of our own PATH into which no other user can write. */
export function systemPath(): string {
  const own = (process.env['PATH'] ?? '').split(':').slice(0, mostFolders);
  return [...new Set([...own.filter(isOurs), ...programFolders])].join(':');
}

/** The file of a program, as a call by its name would find it; undefined: there is none that we may run. */
export function findProgram(name: string): string | undefined {
  return systemPath()
    .split(':')
    .map((folder) => join(folder, name))
    .find(isRunnable);
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    // A folder can be "executed" too.
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The whole environment of a program. @param more further variables */
export const programEnvironment = (
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => ({PATH: systemPath(), LC_ALL: 'C', ...more});

/** The bits of a mode that let a group or everybody write. */
const othersWrite = 0o022;

function isOurs(folder: string): boolean {
  if (!isAbsolute(folder)) return false;
  try {
    const {uid, mode} = statSync(folder);
    return (uid === 0 || uid === process.getuid?.()) && (mode & othersWrite) === 0;
  } catch {
    return false;
  }
}

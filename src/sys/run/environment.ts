/**
 * The environment of the programs that we start: where programs are found, the language, and what
 * the caller names. Nothing else of ours: a variable of the shell or of the init script that
 * started the daemon (LD_PRELOAD, NODE_OPTIONS, BASH_ENV, XZ_DEFAULTS) would decide what a program
 * does that runs as root.
 */
import {statSync} from 'node:fs';
import {isAbsolute} from 'node:path';

/** Debian keeps these programs in sbin, which the PATH of a user or of inittab may lack. */
const programFolders = [
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
];

/** Folders of our own PATH that count. A count: each program is searched for in each of them. */
const mostFolders = 32;

/** Where programs are looked for, as PATH is written: in our own PATH, as far as nobody else can write there. */
export function systemPath(): string {
  const own = (process.env['PATH'] ?? '').split(':').slice(0, mostFolders);
  return [...new Set([...own.filter(isOurs), ...programFolders])].join(':');
}

/** The whole environment of a program. @param more what it gets besides */
export const programEnvironment = (
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => ({PATH: systemPath(), LC_ALL: 'C', ...more});

/** The bits of a mode with which a group or everybody may write. */
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

/**
 * Finds logs by a pattern: `*` and `?` in the last part of a path, as in the shell. Decides
 * which of the matching names are logs, and which are rotated files.
 */
import fs from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {isPackedName, rotatedStems} from './rotated.js';

export function isPattern(path: string): boolean {
  return /[*?]/.test(basename(path));
}

/** The existing logs that match, sorted by name. */
export function logsLike(pattern: string): string[] {
  const folder = dirname(pattern);
  const entries = entriesOf(folder);
  const names = new Set(entries.map(({name}) => name));
  const fitting = regularExpression(basename(pattern));
  return entries
    .filter((entry) => fitting.test(entry.name) && !isRotated(entry.name, names))
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map(({name}) => join(folder, name))
    .sort();
}

/** `*` does not match a name that begins with a dot. */
function regularExpression(pattern: string): RegExp {
  const source = pattern.replace(/[\\^$.*+?()[\]{}|]/g, (sign) =>
    sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`,
  );
  return new RegExp(pattern.startsWith('.') ? `^${source}$` : `^(?!\\.)${source}$`, 's');
}

/**
 * `mail.log.1` is a rotated file of `mail.log`, even if that does not exist. `192.0.2.7`, `relay-2` and
 * `relay-20261121.log` are names of logs, unless there is a log to which they may belong.
 */
function isRotated(name: string, names: ReadonlySet<string>): boolean {
  if (isPackedName(name)) return true;
  const {behind, before} = rotatedStems(name);
  if (before !== undefined && names.has(before)) return true;
  return behind !== undefined && (names.has(behind) || hasWordAsExtension.test(behind));
}

const hasWordAsExtension = /\.[a-z]\w*$/i;

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, {withFileTypes: true});
  } catch {
    return []; // missing or unreadable now: the next search tries again
  }
}

/**
 * Edits a small file of the administrator: makes the whole change or none. Owner, rights and all other bytes
 * stay as they are. Decides nothing about the text.
 */
import fs from 'node:fs';
import {fileVersion, mostFileBytes} from './text-file.js';

/** An edit takes milliseconds. A temporary file that is older was left by an interrupted edit. Ms. */
const staleMs = 60_000;

/** Rights of a new file: everybody may read it, like the file that the package installs. */
const newFileMode = 0o644;

/**
 * @param edit makes the new text from the old one, a byte for each character; it gets undefined if there is no
 *   file, and returns undefined for no change
 * @throws if the file cannot be read or written, is no regular file, or was changed meanwhile
 */
export function editFile(
  path: string,
  edit: (text: string | undefined) => string | undefined,
): void {
  const real = fs.existsSync(path) ? fs.realpathSync(path) : path;
  const fresh = `${real}.blocksmtp-edit`;
  removeStale(fresh);
  // The temporary file is also a lock: a second edit at the same time finds it.
  const descriptor = openFresh(fresh, path);
  try {
    const version = fileVersion(real);
    const before = readBytes(real);
    const after = edit(before.text);
    if (after === undefined) {
      fs.rmSync(fresh);
      return;
    }
    fs.writeFileSync(descriptor, Buffer.from(after, 'latin1'));
    if (before.stat !== undefined) {
      fs.fchownSync(descriptor, before.stat.uid, before.stat.gid);
      fs.fchmodSync(descriptor, before.stat.mode & 0o7777);
    }
    fs.fsyncSync(descriptor);
    if (fileVersion(real) !== version) {
      throw new Error(`${path}: changed by somebody else meanwhile: try again`);
    }
    fs.renameSync(fresh, real);
  } catch (error) {
    fs.rmSync(fresh, {force: true});
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}

function openFresh(fresh: string, path: string): number {
  try {
    return fs.openSync(fresh, 'wx', newFileMode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const wait = `wait, or remove ${fresh} if nobody does`;
    throw new Error(`${path}: somebody else edits it: ${wait}`, {cause: error});
  }
}

function removeStale(fresh: string): void {
  const stat = fs.lstatSync(fresh, {throwIfNoEntry: false});
  if (stat !== undefined && Date.now() - stat.mtimeMs > staleMs) fs.rmSync(fresh);
}

function readBytes(path: string): {readonly text?: string; readonly stat?: fs.Stats} {
  const stat = fs.statSync(path, {throwIfNoEntry: false});
  if (stat === undefined) return {};
  if (!stat.isFile()) throw new Error(`${path}: expected a regular file`);
  if (stat.size > mostFileBytes) {
    throw new Error(`${path}: ${stat.size} bytes, expected at most ${mostFileBytes}`);
  }
  return {text: fs.readFileSync(path, 'latin1'), stat};
}

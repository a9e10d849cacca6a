/** Reads and writes small files of the administrator, and detects when one has changed. */
import fs from 'node:fs';
import {dirname, resolve} from 'node:path';
import {whyUnread} from '../../hearing/unread.js';

const {O_APPEND, O_CREAT, O_NONBLOCK, O_RDONLY, O_WRONLY} = fs.constants;

/** A larger whitelist or configuration is another file by mistake. Bytes. */
export const mostFileBytes = 8 * 1024 * 1024;

/** The device number of /dev/null (Linux, Documentation/admin-guide/devices.txt: 1, 3). */
const nullDevice = 0x103;

type TextFile =
  | {readonly kind: 'text'; readonly text: string; readonly version: string}
  | {readonly kind: 'missing' | 'unreadable'; readonly why: string; readonly version: string};

export function readTextFile(path: string): TextFile {
  const version = fileVersion(path);
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK we would wait for a pipe until somebody writes to it.
    descriptor = fs.openSync(path, O_RDONLY | O_NONBLOCK);
    const stat = fs.fstatSync(descriptor);
    // A device such as /dev/zero has no end. /dev/null is a common name for an empty file.
    if (!stat.isFile() && stat.rdev !== nullDevice)
      return {kind: 'unreadable', why: `${path}: expected a regular file`, version};
    if (stat.size > mostFileBytes) {
      const why = `${path}: ${stat.size} bytes, expected at most ${mostFileBytes}`;
      return {kind: 'unreadable', why, version};
    }
    return {kind: 'text', text: fs.readFileSync(descriptor, 'utf8'), version};
  } catch (error) {
    const why = whyUnread(error as NodeJS.ErrnoException);
    const {code, message} = error as NodeJS.ErrnoException;
    const kind = code === 'ENOENT' ? 'missing' : 'unreadable';
    return {kind, why: why === message ? why : `${path}: ${why}`, version};
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** @returns why the log cannot be read, without its path; undefined: it can */
export function whyNotRead(path: string): string | undefined {
  try {
    fs.accessSync(path, fs.constants.R_OK);
    return undefined;
  } catch (error) {
    return whyUnread(error as NodeJS.ErrnoException);
  }
}

/** @returns why we cannot run the file as a program; undefined: we can */
export function whyNotRun(path: string): string | undefined {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return fs.statSync(path).isFile() ? undefined : 'not a file';
  } catch (error) {
    return (error as Error).message;
  }
}

/** @returns why we cannot append to the file; undefined: we can */
export function whyNotAppended(path: string): string | undefined {
  try {
    // Without O_NONBLOCK we would wait for a pipe until somebody reads it.
    fs.closeSync(fs.openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o640));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Changes nothing, unlike `whyNotAppended`.
 *
 * @returns why the file cannot be written, or cannot be made if it is missing; undefined: it can
 */
export function whyNotWritten(path: string): string | undefined {
  try {
    const stat = fs.statSync(path, {throwIfNoEntry: false});
    if (stat?.isDirectory() === true) return `${path}: a folder`;
    return whyNoAccess(stat === undefined ? dirname(path) : path);
  } catch (error) {
    // A part of the path is no folder, may not be entered, or is a link to itself.
    return (error as Error).message;
  }
}

/** @returns why no new file can be made; `there`: the name exists, if only as a link that leads nowhere */
export function whyNotNew(path: string): string | undefined {
  try {
    const there = fs.lstatSync(path, {throwIfNoEntry: false});
    return there === undefined ? whyNoAccess(dirname(path)) : 'there';
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Checks before `writeTextFile` a path that the operator names: the rename would replace a link or a pipe, which no
 * operator wants.
 *
 * @returns why the file must not be replaced; undefined: it may be
 */
export function whyNotReplaced(path: string): string | undefined {
  try {
    const there = fs.lstatSync(path, {throwIfNoEntry: false});
    if (there !== undefined && !there.isFile()) {
      return `${path}: expected a regular file, or nothing yet`;
    }
    return whyNoAccess(dirname(path));
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether both names lead to the same file; false if one of them leads nowhere. */
export function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [fs.statSync(one, {bigint: true}), fs.statSync(other, {bigint: true})];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** @returns why the folder, or a file in it, cannot be made; undefined: both can */
export function whyNoFolder(path: string): string | undefined {
  let there = path;
  try {
    while (there !== '/' && fs.statSync(there, {throwIfNoEntry: false}) === undefined) {
      there = dirname(there);
    }
    return fs.statSync(there).isDirectory() ? whyNoAccess(there) : `${there}: not a folder`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The same for the folder that the path is in. */
export const whyNoFolderFor = (path: string): string | undefined => whyNoFolder(dirname(path));

function whyNoAccess(path: string): string | undefined {
  try {
    fs.accessSync(path, fs.constants.W_OK);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Replaces a file. A reader finds the whole old text or the whole new one. @throws if the disk refuses */
export function writeTextFile(path: string, text: string, mode: number): void {
  // A rename would replace a device: the whole machine would lose /dev/null.
  const there = fs.lstatSync(path, {throwIfNoEntry: false});
  if (there?.isCharacterDevice() || there?.isBlockDevice() || there?.isDirectory()) {
    throw new Error(`${path}: expected a regular file, or nothing yet`);
  }
  if (there?.isSymbolicLink() && leadsToOpenFile(path)) {
    throw new Error(`${path}: expected a regular file; it leads to an open file of a process`);
  }
  const fresh = `${path}.new`;
  removeFile(fresh);
  // A new file: the folder may be another user's, and a link that this user puts there may lead
  // anywhere.
  const descriptor = fs.openSync(fresh, 'wx', mode);
  try {
    try {
      // The unit's umask takes all rights from other users.
      fs.fchmodSync(descriptor, mode);
      // Not writeSync: on a disk that fills up it writes only a part, without an error.
      fs.writeFileSync(descriptor, text);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(fresh, path);
  } catch (error) {
    removeFile(fresh);
    throw error;
  }
}

/** Whether the link leads to an open file of a process, like /dev/stdout: the whole machine would lose it by a rename. */
function leadsToOpenFile(link: string): boolean {
  try {
    const target = resolve(dirname(link), fs.readlinkSync(link));
    return fs.realpathSync(dirname(target)).startsWith('/proc/');
  } catch {
    return false; // a link that leads nowhere
  }
}

/**
 * Writes a new file. Never replaces an existing one, nor a link that leads nowhere.
 *
 * @returns `there`: the name exists, and nothing was written
 * @throws if the disk refuses
 */
export function writeNewTextFile(path: string, text: string, mode: number): 'written' | 'there' {
  let descriptor: number;
  try {
    descriptor = fs.openSync(path, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'there';
    throw error;
  }
  try {
    fs.writeFileSync(descriptor, text);
    return 'written';
  } catch (error) {
    // On a full disk, `threshold = 14` could be cut to `threshold = 1`.
    removeFile(path);
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}

export const folderOf = (path: string): string => dirname(path);

export function isFolder(path: string): boolean {
  try {
    return fs.statSync(path, {throwIfNoEntry: false})?.isDirectory() === true;
  } catch {
    return false; // as far as this process can tell
  }
}

export const removeFile = (path: string): void => fs.rmSync(path, {force: true});

/** The size in bytes; undefined if there is no file. */
export function sizeOf(path: string): number | undefined {
  try {
    return fs.statSync(path, {throwIfNoEntry: false})?.size;
  } catch {
    return undefined;
  }
}

/** How long ago the file was changed; undefined if there is no file. Ms. */
export function quietMs(path: string, nowMs: number): number | undefined {
  try {
    const stat = fs.statSync(path, {throwIfNoEntry: false});
    return stat && nowMs - stat.mtimeMs;
  } catch {
    return undefined;
  }
}

/** A text that differs if the file was changed or replaced, appeared or vanished. */
export function fileVersion(path: string): string {
  try {
    const {ino, size, mtimeNs, ctimeNs} = fs.statSync(path, {bigint: true});
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

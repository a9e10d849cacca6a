/** Reads small files of the administrator, and tells when one has changed. */
import fs from 'node:fs';
import {dirname, resolve} from 'node:path';

const {O_APPEND, O_CREAT, O_NONBLOCK, O_RDONLY, O_WRONLY} = fs.constants;

/** A whitelist or configuration larger than this is another file by mistake. Bytes. */
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
    // Without O_NONBLOCK a pipe would be waited for until somebody writes to it.
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
    const {code, message} = error as NodeJS.ErrnoException;
    return code === 'ENOENT'
      ? {kind: 'missing', why: `${path}: no such file`, version}
      : {kind: 'unreadable', why: message, version};
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** @returns why the file cannot be read, or undefined */
export function whyNotRead(path: string): string | undefined {
  try {
    fs.accessSync(path, fs.constants.R_OK);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @returns why the file is no program that may be run, or undefined */
export function whyNotRun(path: string): string | undefined {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return fs.statSync(path).isFile() ? undefined : 'not a file';
  } catch (error) {
    return (error as Error).message;
  }
}

/** @returns why nothing can be written to the end of the file, or undefined */
export function whyNotAppended(path: string): string | undefined {
  try {
    // Without O_NONBLOCK a pipe would be waited for until somebody reads it.
    fs.closeSync(fs.openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o640));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Changes nothing, unlike `whyNotAppended`.
 *
 * @returns why the file cannot be written, or made where there is none yet; undefined: it can
 */
export function whyNotWritten(path: string): string | undefined {
  try {
    const stat = fs.statSync(path, {throwIfNoEntry: false});
    if (stat?.isDirectory() === true) return `${path}: a folder`;
    return whyNoAccess(stat === undefined ? dirname(path) : path);
  } catch (error) {
    // A part of it is no folder, may not be entered, or is a link to itself.
    return (error as Error).message;
  }
}

/** @returns why no new file can be made, `there`: something has that name, be it a link that leads nowhere */
export function whyNotNew(path: string): string | undefined {
  try {
    const there = fs.lstatSync(path, {throwIfNoEntry: false});
    return there === undefined ? whyNoAccess(dirname(path)) : 'there';
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Of `writeTextFile`, for a file that the operator names: the rename would put the file in the place of a link or a
 * pipe, which nobody can have wanted.
 *
 * @returns why not; undefined: it can
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

/** Whether both names lead to one file; false: one of them leads nowhere. */
export function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [fs.statSync(one, {bigint: true}), fs.statSync(other, {bigint: true})];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** @returns why the folder cannot be made, or nothing can be made in it; undefined: it can */
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

/** A reader finds the old text or the new one, whole. @throws when the disk refuses */
export function writeTextFile(path: string, text: string, mode: number): void {
  // A rename would put the file in the place of the device: /dev/null would be gone for the whole machine.
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
      // The unit's umask leaves nothing to anybody else.
      fs.fchmodSync(descriptor, mode);
      // Not writeSync: on a disk that fills up it writes less than all, and says nothing.
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

/** As /dev/stdout does, which a rename would take from the whole machine. */
function leadsToOpenFile(link: string): boolean {
  try {
    const target = resolve(dirname(link), fs.readlinkSync(link));
    return fs.realpathSync(dirname(target)).startsWith('/proc/');
  } catch {
    return false; // a link that leads nowhere
  }
}

/**
 * Never over what is there already, be it a link that leads nowhere.
 *
 * @returns `there`: nothing was written
 * @throws when the disk refuses
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
    // Of `threshold = 14` on a full disk `threshold = 1` could stay.
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

/** Bytes; undefined when it is not there. */
export function sizeOf(path: string): number | undefined {
  try {
    return fs.statSync(path, {throwIfNoEntry: false})?.size;
  } catch {
    return undefined;
  }
}

/** How long ago a file was changed; undefined when it is not there. Ms. */
export function quietMs(path: string, nowMs: number): number | undefined {
  try {
    const stat = fs.statSync(path, {throwIfNoEntry: false});
    return stat && nowMs - stat.mtimeMs;
  } catch {
    return undefined;
  }
}

/** Differs when the file has changed, been replaced, appeared or gone. */
export function fileVersion(path: string): string {
  try {
    const {ino, size, mtimeNs, ctimeNs} = fs.statSync(path, {bigint: true});
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/**
 * Opens one file of a queue to read it. Refuses links, pipes, devices, directories, files of other
 * users, and files larger than a bound. Never waits and never writes. It
 * takes no lock, because sendmail writes a new control file beside the old one and renames it, so a reader
 * sees the old one or the new one. If a file vanishes meanwhile, its message was delivered.
 */
import fs from 'node:fs';
import type {QueueDirectory} from './directories.js';

const {O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY} = fs.constants;

/**
 * Length of one control file. Bytes: 1,000 recipients and 64 kB of headers have a quarter of it.
 */
export const mostControlBytes = 1024 * 1024;
/** Length of one body that is searched for a text. Bytes. */
export const mostBodyBytes = 1024 * 1024;

type QueueFile =
  /** Each byte is a character. `bytes`: the size of the whole file, of which maybe only the beginning was read. */
  | {readonly kind: 'text'; readonly text: string; readonly bytes: number; readonly uid: number}
  /** The file has vanished. */
  | {readonly kind: 'gone'}
  | {readonly kind: 'refused'; readonly why: string};

/** Reads files of one queue with one buffer. */
export class QueueFiles {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);

  control(path: string, directory: QueueDirectory): QueueFile {
    return this.#read(path, directory, mostControlBytes, 'refuseLarger');
  }

  body(path: string, directory: QueueDirectory): QueueFile {
    return this.#read(path, directory, mostBodyBytes, 'readBeginning');
  }

  #read(
    path: string,
    directory: QueueDirectory,
    mostBytes: number,
    larger: 'refuseLarger' | 'readBeginning',
  ): QueueFile {
    let descriptor: number | undefined;
    try {
      descriptor = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
      const stat = fs.fstatSync(descriptor);
      const why = whyNot(stat, directory);
      if (why !== undefined) return {kind: 'refused', why};
      if (stat.size > mostBytes && larger === 'refuseLarger') {
        return {kind: 'refused', why: `${stat.size} bytes, expected at most ${mostBytes}`};
      }
      const bytes = Math.min(stat.size, mostBytes);
      if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(mostBytes);
      const got = fs.readSync(descriptor, this.#buffer, 0, bytes, 0);
      const text = this.#buffer.toString('latin1', 0, got);
      return {kind: 'text', text, bytes: stat.size, uid: stat.uid};
    } catch (error) {
      return failure(error as NodeJS.ErrnoException);
    } finally {
      if (descriptor !== undefined) fs.closeSync(descriptor);
    }
  }
}

/** Facts about a file that need no open. */
export function lookAtFile(
  path: string | undefined,
): {readonly bytes: number; readonly uid: number} | undefined {
  if (path === undefined) return undefined;
  try {
    const stat = fs.lstatSync(path, {throwIfNoEntry: false});
    return stat?.isFile() === true ? {bytes: stat.size, uid: stat.uid} : undefined;
  } catch {
    return undefined; // we may not look at it: a control file can name any folder
  }
}

/**
 * Why a file is refused. In the submission's queue a file belongs to its sender and to the queue's group, and the mode of
 * the directory keeps the sender away from it. A file may have two links, because sendmail makes a second one while it
 * renames.
 */
function whyNot(stat: fs.Stats, {uid, gid, strangers}: QueueDirectory): string | undefined {
  if (!stat.isFile()) return 'expected a regular file';
  const isMailers = stat.uid === 0 || stat.uid === uid;
  const isOfGroup = stat.gid === gid && strangers === 'mayNotWrite';
  if (!isMailers && !isOfGroup) return `a file of user ${stat.uid}, expected one of the mailer`;
  return stat.nlink > 2 ? `${stat.nlink} links, expected 1 or 2` : undefined;
}

function failure({code, message}: NodeJS.ErrnoException): QueueFile {
  if (code === 'ENOENT') return {kind: 'gone'};
  if (code === 'ELOOP') return {kind: 'refused', why: 'a link, expected a regular file'};
  // A pipe without a writer opens at once, and a socket cannot be opened at all.
  return {kind: 'refused', why: code === 'ENXIO' ? 'expected a regular file' : message};
}

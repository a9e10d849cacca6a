/**
 * Reads a Maildir whose owner, or an attacker in the owner's account, may change anything in it at any
 * time. Runs as the owner, never as root. Opens each folder and file below the folder that
 * is already open, and follows no link, so that a name cannot lead elsewhere. Decides nothing about a
 * message.
 */
import fs from 'node:fs';
import {isMessageName, movedName} from '../../complaint/scan/maildir-name.js';

const {O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY} =
  fs.constants;

/** The folders that are read. A message in `tmp` has not arrived yet. */
const readFolders = ['new', 'cur'] as const;

/** An open message. */
export interface FoundFile {
  readonly folder: (typeof readFolders)[number];
  readonly name: string;
  readonly descriptor: number;
  readonly stat: fs.Stats;
}

export class Maildir {
  readonly #root: number;
  readonly #folders: Readonly<Record<(typeof readFolders)[number], number>>;

  private constructor(root: number, folders: Record<(typeof readFolders)[number], number>) {
    this.#root = root;
    this.#folders = folders;
  }

  /** @throws with a message for the operator */
  static open(path: string): Maildir {
    const root = openFolder(path, path);
    try {
      const [fresh, read] = readFolders.map((name) =>
        openFolder(below(root, name), `${path}/${name}`),
      );
      return new Maildir(root, {new: fresh!, cur: read!});
    } catch (error) {
      fs.closeSync(root);
      throw error;
    }
  }

  /** The open folder, for a lock that ends with the process. */
  get descriptor(): number {
    return this.#root;
  }

  close(): void {
    for (const each of [this.#root, ...Object.values(this.#folders)]) fs.closeSync(each);
  }

  /** Names of messages in `new`, then in `cur`; more than `most` are left for later. */
  names(most: number): {readonly folder: FoundFile['folder']; readonly name: string}[] {
    const found: {readonly folder: FoundFile['folder']; readonly name: string}[] = [];
    for (const folder of readFolders) {
      const listing = fs.opendirSync(`/proc/self/fd/${this.#folders[folder]}`);
      try {
        for (let entry = listing.readSync(); entry !== null; entry = listing.readSync()) {
          if (found.length >= most) return found;
          if (isMessageName(entry.name)) found.push({folder, name: entry.name});
        }
      } finally {
        listing.closeSync();
      }
    }
    return found;
  }

  /** @returns undefined if the file is gone, or is no regular file */
  openMessage(folder: FoundFile['folder'], name: string): FoundFile | undefined {
    const path = below(this.#folders[folder], name);
    let descriptor: number | undefined;
    try {
      // Checked before the open, because opening a pipe can have effects.
      if (!fs.lstatSync(path).isFile()) return undefined;
      descriptor = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
      const stat = fs.fstatSync(descriptor);
      if (stat.isFile()) return {folder, name, descriptor, stat};
    } catch {
      // gone, or a link by now
    }
    if (descriptor !== undefined) fs.closeSync(descriptor);
    return undefined;
  }

  /**
   * Moves the message into `cur` of the folder, and makes the folder if it is missing.
   *
   * @returns its path below the Maildir
   * @throws if the message is gone, or another file has its name
   */
  move({folder, name, stat}: Pick<FoundFile, 'folder' | 'name' | 'stat'>, to: string): string {
    const target = this.#folderNamed(to);
    try {
      const from = below(this.#folders[folder], name);
      const now = fs.lstatSync(from);
      if (now.ino !== stat.ino || now.dev !== stat.dev)
        throw new Error('another file has its name');
      const moved = movedName(name);
      const path = below(target, moved);
      if (fs.lstatSync(path, {throwIfNoEntry: false}) !== undefined) {
        throw new Error(`${to}/cur/${moved} is there already`);
      }
      fs.renameSync(from, path);
      return `${to}/cur/${moved}`;
    } finally {
      fs.closeSync(target);
    }
  }

  /** @returns the descriptor of its `cur` */
  #folderNamed(name: string): number {
    makeFolder(below(this.#root, name));
    const folder = openFolder(below(this.#root, name), name);
    try {
      for (const each of ['cur', 'new', 'tmp']) makeFolder(below(folder, each));
      markFolder(below(folder, 'maildirfolder'));
      return openFolder(below(folder, 'cur'), `${name}/cur`);
    } finally {
      fs.closeSync(folder);
    }
  }
}

/** On Linux this path leads to the open folder, even if the folder's own path has changed. */
const below = (descriptor: number, name: string): string => `/proc/self/fd/${descriptor}/${name}`;

/** @param shown the path for messages */
function openFolder(path: string, shown: string): number {
  let descriptor: number;
  try {
    descriptor = fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    const isOther = code === 'ELOOP' || code === 'ENOTDIR';
    throw new Error(isOther ? `${shown}: expected a folder, and no link` : `${shown}: ${code}`);
  }
  if (fs.fstatSync(descriptor).uid === process.geteuid?.()) return descriptor;
  fs.closeSync(descriptor);
  throw new Error(`${shown}: belongs to another user than the Maildir`);
}

function makeFolder(path: string): void {
  try {
    fs.mkdirSync(path, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** In Maildir++ a mail server recognises a folder by this file. */
function markFolder(path: string): void {
  try {
    fs.closeSync(fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK, 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The beginning of the open file. @returns each byte a character */
export function beginningOf(descriptor: number, mostBytes: number): string {
  const buffer = Buffer.alloc(mostBytes);
  const length = fs.readSync(descriptor, buffer, 0, mostBytes, 0);
  return buffer.toString('latin1', 0, length);
}

export const closeFile = ({descriptor}: FoundFile): void => fs.closeSync(descriptor);

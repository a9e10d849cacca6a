/**
 * Opens files whose names others may be able to give to something else: a pipe would be waited for until
 * somebody opens its other end, a device may never end, a link leads anywhere. Never waits.
 */
import fs from 'node:fs';

const {O_APPEND, O_CREAT, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY} = fs.constants;

/** @throws the system's error when it cannot be opened, and when it is a folder, a pipe or a device */
export function openToRead(path: string): number {
  // Looked at first: to open a pipe or a device may do something to it.
  if (!fs.statSync(path).isFile()) throw noFile(path);
  const descriptor = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  // It may be another one by now.
  if (fs.fstatSync(descriptor).isFile()) return descriptor;
  fs.closeSync(descriptor);
  throw noFile(path);
}

const noFile = (path: string): Error => new Error(`${path}: expected a regular file`);

/**
 * Writes to the end of a file, which is made if need be. A pipe that somebody reads is written to, but not
 * waited for; a link counts if root or our own user has made it.
 *
 * @throws the system's error when not all could be written
 */
export function appendText(path: string, text: string | Uint8Array): void {
  const link = fs.lstatSync(path, {throwIfNoEntry: false});
  const isLink = link?.isSymbolicLink() === true;
  if (isLink && link.uid !== 0 && link.uid !== process.getuid?.()) {
    throw new Error(`${path}: a link that another user has made`);
  }
  const how = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | (isLink ? 0 : O_NOFOLLOW);
  const descriptor = fs.openSync(path, how, 0o640);
  try {
    fs.writeFileSync(descriptor, text);
  } finally {
    fs.closeSync(descriptor);
  }
}

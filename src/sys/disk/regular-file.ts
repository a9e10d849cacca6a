/**
 * Opens files in places where other users may be able to replace them. A pipe would make us wait until
 * somebody opens its other end, a device may have no end, and a link can lead anywhere. Never waits.
 */
import fs from 'node:fs';

const {O_APPEND, O_CREAT, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY} = fs.constants;

/** @throws the system's error if it cannot be opened, and an error if it is a folder, a pipe or a device */
export function openToRead(path: string): number {
  // Checked before the open, because opening a pipe or a device can have effects.
  if (!fs.statSync(path).isFile()) throw noFile(path);
  const descriptor = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  // Another file may have taken its place meanwhile.
  if (fs.fstatSync(descriptor).isFile()) return descriptor;
  fs.closeSync(descriptor);
  throw noFile(path);
}

const noFile = (path: string): Error => new Error(`${path}: expected a regular file`);

/**
 * Appends to a file, and makes it if it is missing. Writes to a pipe that somebody reads, but never waits
 * for one. Follows a link only if root or our own user made it.
 *
 * @throws the system's error if not everything could be written
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

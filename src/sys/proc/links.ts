/**
 * Reads the links in /proc: which processes there are, and what each of them has open. No process can make a reader of
 * a link wait.
 */
import fs from 'node:fs';

export const allPids = (): string[] => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/** Empty if the link is missing, or may not be read. */
export function linkOf(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return '';
  }
}

/** The kernel's name of a process's network namespace; empty if the process has ended. */
export const networkOfProcess = (pid: number): string => linkOf(`/proc/${pid}/ns/net`);

/** The inode of the socket at this descriptor; undefined if it is no socket, or closed. */
export const socketInodeAt = (descriptor: string): string | undefined =>
  /^socket:\[(\d+)\]$/.exec(linkOf(descriptor))?.[1];

/**
 * At most so many descriptors of a mailer's process are read, the lowest first. A count: they take half a millisecond. A
 * mailer has its client at one of the first few. Another program with that name may have any number.
 */
export const mostMailerDescriptors = 256;

/**
 * The inodes of the sockets of a mailer's process. A descriptor may be closed between the listing and the
 * look; the others still count.
 *
 * @param root the folder of the process in /proc
 * @throws if the process has ended, or we may not look at it
 */
export function socketInodes(root: string): string[] {
  const folder = fs.opendirSync(`${root}/fd`, {bufferSize: mostMailerDescriptors});
  const inodes: string[] = [];
  try {
    for (let count = 0; count < mostMailerDescriptors; count++) {
      const name = folder.readSync()?.name;
      if (name === undefined) break;
      const inode = socketInodeAt(`${root}/fd/${name}`);
      if (inode !== undefined) inodes.push(inode);
    }
  } finally {
    folder.closeSync();
  }
  return inodes;
}

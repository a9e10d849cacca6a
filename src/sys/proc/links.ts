/**
 * The links in /proc: which processes there are, and what each of them has. Nobody can make a reader of
 * a link wait.
 */
import fs from 'node:fs';

export const allPids = (): string[] => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/** Empty when it is not there, or may not be read. */
export function linkOf(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return '';
  }
}

/** The network namespace of a process, as the kernel names it; empty when it is gone. */
export const networkOfProcess = (pid: number): string => linkOf(`/proc/${pid}/ns/net`);

/** The inode of the socket that is open under this descriptor; undefined: it is no socket, or closed. */
export const socketInodeAt = (descriptor: string): string | undefined =>
  /^socket:\[(\d+)\]$/.exec(linkOf(descriptor))?.[1];

/**
 * Of one process of a mailer, the lowest first. A count: half a millisecond. A mailer has its
 * client at one of the first few; another program of that name may have any number.
 */
export const mostMailerDescriptors = 256;

/**
 * The inodes of the sockets of a mailer's process. A descriptor may be closed between the listing and the
 * look; that says nothing of the others.
 *
 * @param root its folder in /proc
 * @throws when the process is gone, or may not be looked at
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

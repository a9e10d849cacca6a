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
 * The inodes of all sockets of a process. A descriptor may be closed between the listing and the look;
 * that says nothing of the others.
 *
 * @param root its folder in /proc
 * @throws when the process is gone, or may not be looked at
 */
export const socketInodes = (root: string): string[] =>
  fs.readdirSync(`${root}/fd`).flatMap((name) => socketInodeAt(`${root}/fd/${name}`) ?? []);

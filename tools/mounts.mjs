/**
 * Gives the tests a mount namespace of their own, and in it the file systems they read and a fresh
 * machine may not have mounted. The machine itself stays as it is.
 */
import {spawnSync} from 'node:child_process';

/**
 * tracefs: what the kernel tells of outgoing connections. A kernel without it leaves the mount out;
 * the tests that need it then say so.
 */
const mounting =
  '[ -d /sys/kernel/tracing/instances ] || mount -t tracefs tracefs /sys/kernel/tracing; exec "$@"';

const unshare = ['unshare', '--mount', '--propagation', 'private'];

/** The words that run a command so; the command itself where that cannot be had (no root). */
export function inOwnMounts(words) {
  const [program, ...parameters] = unshare;
  const works = spawnSync(program, [...parameters, 'true'], {stdio: 'ignore'}).status === 0;
  return works ? [...unshare, 'sh', '-c', mounting, 'sh', ...words] : words;
}

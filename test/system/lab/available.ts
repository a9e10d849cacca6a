/**
 * Finds out whether the lab can run here, and gives its cached file system. require.ts decides what to do if it
 * cannot run.
 */
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {labDir} from './paths.js';

export type Availability = {ok: true} | {ok: false; why: string};

let known: Promise<Availability> | undefined;
let built: Promise<string> | undefined;

/** The lab needs root, Linux, apt, and a kernel with every kind of namespace. */
export function available(): Promise<Availability> {
  known ??= look();
  return known;
}

async function look(): Promise<Availability> {
  if (process.platform !== 'linux') return {ok: false, why: 'needs Linux'};
  if (process.getuid?.() !== 0) return {ok: false, why: 'needs root'};
  const apt = await execa('apt-get', ['--version'], {reject: false});
  if (apt.failed) return {ok: false, why: 'needs apt-get (a Debian host)'};
  const script =
    'mount -t tmpfs x /mnt && mkdir /mnt/u /mnt/w /mnt/r && ' +
    'mount -t overlay -o lowerdir=/usr,upperdir=/mnt/u,workdir=/mnt/w x /mnt/r && mount -t proc x /proc';
  const spaces = ['--net', '--mount', '--uts', '--pid', '--fork', '--kill-child'];
  const made = await execa('unshare', [...spaces, 'sh', '-c', script], {reject: false});
  if (made.failed) return {ok: false, why: `needs namespaces and overlayfs: ${made.stderr}`};
  const v6 = await readFile('/proc/net/if_inet6', 'utf8').catch(() => undefined);
  if (v6 === undefined) return {ok: false, why: 'needs IPv6 in the kernel'};
  return {ok: true};
}

/** The root file system, built on first use (about a minute). */
export function rootFileSystem(): Promise<string> {
  built ??= execa(join(labDir, 'build.sh'), {stderr: 'inherit'}).then(
    ({stdout}) => stdout.trim().split('\n').at(-1) ?? '',
  );
  return built;
}

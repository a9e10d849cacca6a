/**
 * The one list of what the tests expect of the machine itself, beyond a minimal Debian with Node and
 * npm; what runs inside the lab is installed there. Installs what is missing. Does nothing without
 * root or apt: the tests that need it then skip, and say why.
 *
 * The kernel must allow all kinds of namespaces, overlayfs and the modules of netfilter, and the tests
 * must see processes by the kernel's own numbers: not in a pid namespace, which a container has. What
 * the tests need mounted, mounts.mjs mounts.
 */
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';

/** A program or file of each package, and the package. */
const tools = {
  '/usr/share/build-essential/list': 'build-essential',
  Xvfb: 'xvfb',
  chromium: 'chromium',
  'dbus-daemon': 'dbus-daemon',
  'dbus-monitor': 'dbus-bin',
  debootstrap: 'debootstrap',
  dh: 'debhelper',
  fish: 'fish',
  ip: 'iproute2',
  ipset: 'ipset',
  iptables: 'iptables',
  journalctl: 'systemd',
  lintian: 'lintian',
  man: 'man-db',
  nft: 'nftables',
  'notification-daemon': 'notification-daemon',
  'notify-send': 'libnotify-bin',
  ps: 'procps',
  ss: 'iproute2',
  strace: 'strace',
  'systemd-journal-remote': 'systemd-journal-remote',
  'systemd-nspawn': 'systemd-container',
  xdotool: 'xdotool',
  zsh: 'zsh',
};

/** Where programs lie; the PATH of an ordinary user lacks some of it. */
const folders = [
  '/usr/lib/notification-daemon',
  '/lib/systemd',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

const isInstalled = (name) =>
  name.startsWith('/') ? existsSync(name) : folders.some((at) => existsSync(`${at}/${name}`));

export async function ensureHostTools() {
  const missing = Object.keys(tools).filter((name) => !isInstalled(name));
  if (missing.length === 0 || process.getuid() !== 0 || !isInstalled('apt-get')) return;
  const packages = [...new Set(missing.map((name) => tools[name]))];
  console.error(`Installing what the tests need on this machine: ${packages.join(' ')}`);
  await apt(['update']);
  const status = await apt(['install', '-y', '--no-install-recommends', ...packages]);
  if (status !== 0) console.error('apt-get failed: tests that need these programs will skip.');
}

/** @returns its exit status */
function apt(words) {
  const child = spawn('apt-get', ['-q', ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'},
  });
  return new Promise((resolve) => child.on('close', resolve));
}

/**
 * Installs the Debian packages that the kernel and system tests call on this machine itself; what
 * runs inside the lab is installed there. Does nothing without root or apt: those tests then skip,
 * and say why.
 */
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';

/** A program of each package, and the package. */
const tools = {
  Xvfb: 'xvfb',
  'dbus-daemon': 'dbus-daemon',
  'dbus-monitor': 'dbus-bin',
  debootstrap: 'debootstrap',
  dh: 'debhelper',
  'dpkg-buildpackage': 'dpkg-dev',
  flock: 'util-linux',
  ip: 'iproute2',
  ipset: 'ipset',
  iptables: 'iptables',
  journalctl: 'systemd',
  logger: 'bsdutils',
  nft: 'nftables',
  'notification-daemon': 'notification-daemon',
  'notify-send': 'libnotify-bin',
  'systemd-journal-remote': 'systemd-journal-remote',
  'systemd-nspawn': 'systemd-container',
  xdotool: 'xdotool',
};

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
const isInstalled = (program) => folders.some((folder) => existsSync(`${folder}/${program}`));

export function ensureHostTools() {
  const missing = Object.keys(tools).filter((program) => !isInstalled(program));
  if (missing.length === 0 || process.getuid() !== 0 || !isInstalled('apt-get')) return;
  const packages = missing.map((program) => tools[program]);
  console.error(`Installing what the tests need on this machine: ${packages.join(' ')}`);
  const apt = (words) =>
    spawnSync('apt-get', ['-q', ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'},
    });
  apt(['update']);
  const {status} = apt(['install', '-y', '--no-install-recommends', ...packages]);
  if (status !== 0) console.error('apt-get failed: tests that need these programs will skip.');
}

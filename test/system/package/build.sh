#!/bin/sh
# Builds the root file system that package.test.ts boots: the lab's Debian 13 (../lab/build.sh) with
# systemd in it, so that a package can be installed and its service started. Prints the directory on
# its last line. Installs on the host, where missing, what builds a package and boots a guest.
#
# Idempotent: the result lies beside the lab's and is named by the lab's name and the hash of this
# file; built under another name and renamed, under a lock of its own.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
say() { printf 'package lab: %s\n' "$*" >&2; }

# The second half, in its own mount and pid name space.
if [ "${1:-}" = --inside ]; then
  root=$2
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  in_root() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive \
      ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
      chroot "$root" "$@"
  }
  in_root apt-get -q update
  in_root apt-get -q -y --no-install-recommends install systemd systemd-sysv
  in_root apt-get clean
  exit
fi

[ "$(id -u)" = 0 ] || { say 'needs root'; exit 1; }

need=''
command -v systemd-nspawn >/dev/null || need="$need systemd-container"
command -v dh >/dev/null || need="$need debhelper"
command -v dpkg-buildpackage >/dev/null || need="$need dpkg-dev"
if [ -n "$need" ]; then
  say "installing$need"
  apt-get -q update >&2
  # shellcheck disable=SC2086 # a list of words
  DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $need >&2
fi

base=$("$here/../lab/build.sh" | tail -n 1)
lab=$(dirname "$base")
name=package-$(basename "$base")-$(sha256sum <"$here/build.sh" | cut -c1-12)
root=$lab/$name

exec 8>"$lab/package.lock"
flock 8
if [ -d "$root" ]; then
  touch "$root"
  echo "$root"
  exit
fi

say "building $root"
rm -rf --one-file-system "$lab"/package-tmp-*
# Those of other recipes that nobody has used for a day go.
find "$lab" -maxdepth 1 -name 'package-root-*' -mmin +1440 -exec rm -rf --one-file-system {} +
tmp=$lab/package-tmp-$name
cp -a "$base" "$tmp"
cp -L /etc/resolv.conf "$tmp/etc/resolv.conf" 2>/dev/null || :
unshare --mount --propagation private --pid --fork --kill-child \
  "$here/build.sh" --inside "$tmp" >"$lab/package.log" 2>&1 8>&- ||
  { tail -n 20 "$lab/package.log" >&2; say "the build failed, see $lab/package.log"; exit 1; }

# The lab starts no service; this guest must, and nothing of the network stays in it.
rm -f "$tmp/usr/sbin/policy-rc.d" "$tmp/etc/apt/apt.conf.d/90host"
rm -rf "$tmp/var/lib/apt/lists" "$tmp/etc/apt/sources.list" "$tmp/etc/apt/sources.list.d"
: >"$tmp/etc/resolv.conf"
# No login prompt, and no second guard.
ln -sf /dev/null "$tmp/etc/systemd/system/console-getty.service"
ln -sf /dev/null "$tmp/etc/systemd/system/fail2ban.service"
mv "$tmp" "$root"
echo "$root"
